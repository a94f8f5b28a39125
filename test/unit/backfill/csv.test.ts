import fc from "fast-check";
import should from "should";
import { csvBoundaries, csvFormat, readHeader, splitRow } from "../../../lib/backfill/csv";
import { cut, cutAt } from "./cutting";

/** Values with all that CSV has a meaning for. */
const value = fc.string({
  unit: fc.constantFrom("a", "ü", "€", '"', ",", ";", "\n", "\r", "\r\n", " ", "😀"),
  maxLength: 8,
});

function quote(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** Quotes where it has to, and sometimes where it has not. */
const field = fc.tuple(value, fc.boolean()).map(([text, always]) => ({
  text,
  written: always || /[",;\r\n]/.test(text) ? quote(text) : text,
}));

const table = fc
  .integer({ min: 2, max: 4 })
  .chain((columns) => fc.array(fc.array(field, { minLength: columns, maxLength: columns }), { maxLength: 6 }));

describe("The CSV reader", () => {
  it("gives back every table that was written by RFC 4180, however the bytes are cut into chunks", () => {
    fc.assert(
      fc.property(
        table,
        fc.constantFrom(",", ";"),
        fc.constantFrom("\n", "\r\n"),
        fc.array(fc.nat(40)),
        (rows, between, end, cuts) => {
          const text = rows.map((row) => row.map(({ written }) => written).join(between) + end).join("");
          const pieces = cutAt(Buffer.from(text), csvBoundaries(between), cuts);
          should(pieces.map(({ bytes }) => splitRow(String(bytes), between))).eql(
            rows.map((row) => row.map(({ text: cell }) => cell)),
          );
        },
      ),
    );
  });

  it("tells offset and line of every record, so that a reading from there gives the records after it", () => {
    fc.assert(
      fc.property(table, fc.array(fc.nat(40)), (rows, cuts) => {
        const lines = rows.map((row) => `${row.map(({ written }) => written).join(",")}\r\n`);
        const bytes = Buffer.from(lines.join(""));
        const pieces = cutAt(bytes, csvBoundaries(","), cuts);
        for (const [index, { next }] of pieces.entries()) {
          const before = lines.slice(0, index + 1).join("");
          should(next).eql({ offset: Buffer.byteLength(before), line: before.split("\n").length });
          const rest = cut(bytes.subarray(next.offset), csvBoundaries(","));
          should(rest.map((piece) => String(piece.bytes))).eql(lines.slice(index + 1));
        }
      }),
    );
  });

  it("never throws and loses no byte, whatever the file holds", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.array(fc.nat(60)), (bytes, cuts) => {
        const pieces = cutAt(Buffer.from(bytes), csvBoundaries(","), cuts);
        should(Buffer.concat(pieces.flatMap((piece) => piece.bytes ?? [])).equals(Buffer.from(bytes))).be.true();
        for (const piece of pieces) csvFormat(["a", "b"], ",").parse(String(piece.bytes));
      }),
    );
  });

  const { parse } = csvFormat(["id", "name"], ",");

  it("makes records with the names of the header, all values text", () => {
    should(parse('1,"Ada, Countess"\r\n')).eql({ record: { id: "1", name: "Ada, Countess" } });
    should(parse("007,\n")).eql({ record: { id: "007", name: "" } });
  });

  it("skips empty lines", () => {
    should(parse("\r\n")).be.null();
  });

  it("takes a quote inside an unquoted field as a character", () => {
    should(parse('1,5" pipe\n')).eql({ record: { id: "1", name: '5" pipe' } });
    const pieces = cut(Buffer.from('1,5" pipe\n2,Bob\n'), csvBoundaries(","));
    should(pieces.map(({ bytes }) => String(bytes))).eql(['1,5" pipe\n', "2,Bob\n"]);
  });

  for (const [what, row] of [
    ["too few values", "1\n"],
    ["too many values", "1,2,3\n"],
    ["text after a closing quote", '1,"Ada"x\n'],
    ["a quote that never closes", '1,"Ada\n'],
  ]) {
    it(`refuses ${what}, without a value in the sentence`, () => {
      const parsed = parse(row ?? "");
      should(parsed).have.propertyByPath("unusable", "code").equal("BACKFILL_CSV");
      should(JSON.stringify(parsed)).not.match(/Ada/);
    });
  }

  it("gives up a record that is too long as a whole, so that lines in a field of free text cannot pass for records", () => {
    const free = "\n42,mallory".repeat(100_000);
    const pieces = cut(Buffer.from(`1,"${free}"\n2,Bob\n`), csvBoundaries(","));
    should(pieces.map(({ bytes }) => bytes && String(bytes))).eql([null, "2,Bob\n"]);
    should(pieces.map(({ line }) => line)).eql([1, 100_002]);
  });

  it("gives up all that follows a quote that never closes, as one record", () => {
    const pieces = cut(Buffer.from('1,"Ada\n42,mallory\n'), csvBoundaries(","));
    should(pieces.map(({ bytes }) => parse(String(bytes)))).match([{ unusable: { code: "BACKFILL_CSV" } }]);
  });

  it("keeps a column named __proto__ as a value of the record", () => {
    const parsed = csvFormat(["id", "__proto__"], ",").parse("1,polluted\n");
    const record = parsed && "record" in parsed ? parsed.record : {};
    should(Object.keys(record)).eql(["id", "__proto__"]);
    should(Object.getPrototypeOf(record)).equal(Object.prototype);
  });

  it("reads the names of the header without blanks around them", () => {
    should(readHeader('id, "x" ,"e,mail"\r\n', ",")).eql(["id", '"x"', "e,mail"]);
  });

  for (const [what, header] of [
    ["an empty one", "\n"],
    ["a column without a name", "id,,x\n"],
    ["a column named twice", "id,x,id\n"],
    ["broken quotes", 'id,"x\n'],
  ]) {
    it(`refuses ${what} as header`, () => {
      should(() => readHeader(header ?? "", ",")).throw({ code: "BACKFILL_HEADER" });
    });
  }
});
