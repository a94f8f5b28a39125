import fc from "fast-check";
import should from "should";
import { endOfLine, NDJSON } from "../../../lib/backfill/ndjson";
import { LONGEST_RECORD } from "../../../lib/backfill/splitter";
import { cut, cutAt } from "./cutting";

describe("The NDJSON reader", () => {
  it("gives back every record, however the bytes are cut into chunks", () => {
    const record = fc.dictionary(fc.string(), fc.oneof(fc.string({ unit: "binary" }), fc.integer(), fc.constant(null)));
    fc.assert(
      fc.property(fc.array(record), fc.array(fc.nat(80)), (records, cuts) => {
        const bytes = Buffer.from(records.map((one) => `${JSON.stringify(one)}\r\n`).join(""));
        const read = cutAt(bytes, endOfLine, cuts).map((piece) => NDJSON.parse(String(piece.bytes)));
        should(JSON.stringify(read)).equal(JSON.stringify(records.map((one) => ({ record: one }))));
      }),
    );
  });

  it("reads a last line without a line end, and skips empty ones", () => {
    const pieces = cut(Buffer.from('{"id":1}\n\n  \n{"id":2}'), endOfLine);
    should(pieces.map(({ line }) => line)).eql([1, 2, 3, 4]);
    should(pieces.map(({ bytes }) => NDJSON.parse(String(bytes)))).eql([
      { record: { id: 1 } },
      null,
      null,
      { record: { id: 2 } },
    ]);
  });

  const tooDeep = `{"a":${"[".repeat(5_000)}${"]".repeat(5_000)}}`;
  for (const [what, line] of [
    ["broken JSON", '{"name":"Ada"'],
    ["an array", '["Ada"]'],
    ["a text", '"Ada"'],
    ["nothing but null", "null"],
    ["hostile nesting", tooDeep],
  ]) {
    it(`refuses ${what}, without a value in the sentence`, () => {
      const parsed = NDJSON.parse(line ?? "");
      should(parsed).have.propertyByPath("unusable", "code").equal("BACKFILL_JSON");
      should(JSON.stringify(parsed)).not.match(/Ada/);
    });
  }
});

describe("The splitter", () => {
  it("drops a record longer than 1 MiB, and knows where the next one begins", () => {
    const long = Buffer.alloc(LONGEST_RECORD + 10, "x");
    const bytes = Buffer.concat([Buffer.from("a\n"), long, Buffer.from("\nb\n")]);
    const pieces = cutAt(bytes, endOfLine, [1, 70_000, 500_000, 1_000_000]);
    should(pieces.map((piece) => piece.bytes && String(piece.bytes))).eql(["a\n", null, "b\n"]);
    should(pieces.map(({ line }) => line)).eql([1, 2, 3]);
    should(pieces[1]?.next).eql({ offset: bytes.length - 2, line: 3 });
  });
});
