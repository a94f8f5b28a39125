import fc from "fast-check";
import should from "should";
import { mapRecord } from "../../../lib/mapping/map-record";
import { TRANSFORM_TABLE, transformSpec } from "../../../lib/mapping/transforms/table";
import { type Json, type JsonObject, otherSide, type Side } from "../../../lib/sync/types";
import { mapOf, outcomeOf } from "./helpers";
import { laneFrom, SAMPLES } from "./samples";

const SIDES: readonly Side[] = ["cidaas", "legacy"];
const cases = Object.entries(SAMPLES).flatMap(([transform, samples]) =>
  samples.map((sample) => ({ ...sample, transform, inverse: transformSpec(transform)?.inverse })),
);

describe("every transform of the table", () => {
  it("has samples", () => {
    should(Object.keys(SAMPLES).sort()).eql(Object.keys(TRANSFORM_TABLE).sort());
  });

  it("offers the default of a choice first", () => {
    for (const { options } of Object.values(TRANSFORM_TABLE))
      for (const { default: fallback, choices } of Object.values(options))
        if (choices) should(choices[0]).equal(fallback);
  });
});

describe("a value brought to the other side and back", () => {
  for (const { transform, title, rule, inverse, ...records } of cases)
    for (const side of SIDES) {
      const record = records[side];
      if (!record || (inverse !== "exact" && inverse !== "canonical")) continue;
      const promise = inverse === "exact" ? "the same" : "the same value, maybe in another spelling";
      it(`is ${promise}: ${transform} (${title}), beginning in ${side}`, async () => {
        const map = mapOf(rule);
        const target = otherSide(side);
        let carried = 0;
        await fc.assert(
          fc.asyncProperty(record, async (start) => {
            const there = (await mapRecord(map, laneFrom(side), start)).r;
            // An empty value is not carried.
            if (there === undefined) return;
            carried += 1;
            const back = (await mapRecord(map, laneFrom(target), map.build(target, { r: there.values }))).r;
            should(back?.source).equal(map.canonical(target, "r", there.values));
            should(map.canonical(side, "r", back?.values ?? [])).equal(there.source);
            if (inverse === "exact") should(map.build(side, { r: back?.values ?? [] })).eql(start);
          }),
        );
        should(carried).be.above(0);
      });
    }
});

describe("the canonical text", () => {
  const spellings: [string, Record<string, unknown>, Json[], Json[]][] = [
    ["number", {}, [12, "12", " 12.0", "1.2e1"], ["13", "-12"]],
    ["boolean", { true: "J", false: "N" }, ["J", "j ", true, "TRUE"], ["N", false]],
    ["date", { legacyFormat: "d.M.yyyy" }, ["12.04.1988", "12.4.1988", "1988-04-12T00:00:00.000Z"], ["13.4.1988"]],
    [
      "date",
      { legacyFormat: "yyyy-MM-dd HH:mm", zone: "Europe/Berlin" },
      ["2026-07-01 12:30", "2026-07-01T10:30:45.120Z", "2026-07-01T12:30:00+02:00"],
      ["2026-07-01 12:31"],
    ],
    ["phone", { country: "DE" }, ["0151 23456789", "+49 151 23456789", "0049151/23456789"], ["0151 23456788"]],
    ["country", { legacyFormat: "name", language: "de" }, ["Österreich", "osterreich", "AT", "aut", "040", 40], ["DE"]],
    ["language", { legacyFormat: "code" }, ["de", "DE", "ger", "deu", "de_AT.UTF-8", "de-DE"], ["en"]],
    ["language", { legacyFormat: "locale-underscore" }, ["de_DE", "de-DE", "DE_de.UTF-8@euro"], ["de_AT", "de"]],
    ["name", {}, ["Lena Berg", "Berg, Lena", " Lena  Berg "], ["Lena Berger"]],
    ["list", { delimiter: ";" }, ["a;b", "a ; b", ["a", "b"], "a;;b"], ["b;a"]],
  ];
  for (const [transform, options, same, different] of spellings)
    it(`of ${transform} ${JSON.stringify(options)} does not depend on the spelling`, () => {
      const map = mapOf({ transform, options, ...(transform === "name" && { cidaas: ["g", "f"] }) });
      const textOf = (value: Json) => map.canonical("legacy", "r", [value]);
      for (const value of same) should([value, textOf(value)]).eql([value, textOf(same[0] ?? null)]);
      for (const value of different) should(textOf(value)).not.equal(textOf(same[0] ?? null));
    });

  it("of a value in cidaas does not depend on the format of the legacy system", () => {
    const texts = (transform: string, formats: string[], value: Json) =>
      new Set(
        formats.map((legacyFormat) =>
          mapOf({ transform, options: { legacyFormat, ...(transform === "phone" && { country: "DE" }) } }).canonical(
            "cidaas",
            "r",
            [value],
          ),
        ),
      );
    should([...texts("phone", ["e164", "national", "international"], "+4915123456789")]).eql(["+4915123456789"]);
    should([...texts("country", ["alpha2", "alpha3", "numeric", "name"], "de")]).eql(["DE"]);
    should([...texts("language", ["code", "iso639-2", "name"], "de-DE")]).eql(["de"]);
    should([...texts("date", ["yyyy-MM-dd", "dd.MM.yyyy", "yyyyMMdd"], "1988-04-12")]).eql(["1988-04-12"]);
  });
});

describe("a hostile value", () => {
  const MARK = "hostile§value";
  const marked = fc.constantFrom(
    MARK,
    `${MARK}\ud800`,
    `${MARK}${"a".repeat(50_000)}!`,
    `${MARK}${"(((a+)+)+)+$".repeat(50)}`,
    `${" ".repeat(20_000)}${MARK}`,
    `{{${MARK}}}`,
    `$eval("${MARK}")`,
  );
  const value: fc.Arbitrary<Json> = fc.oneof(
    marked,
    marked.map((text): Json => [text, [text]]),
    marked.map((text): Json => ({ [text]: text, ["__proto__"]: text, constructor: { prototype: text } })),
    fc.jsonValue().map((json): Json => JSON.parse(JSON.stringify(json))),
    fc.constantFrom<Json>(
      1e308,
      -0,
      "__proto__",
      "constructor",
      "toString",
      JSON.parse('{"__proto__":{"polluted":1}}'),
    ),
  );

  for (const { transform, title, rule } of cases)
    it(`gives a problem with a code at most, and is not repeated: ${transform} (${title})`, async () => {
      const map = mapOf(rule);
      const { cidaas, legacy } = map.rules[0] ?? { cidaas: [], legacy: [] };
      const record = fc
        .array(value, { minLength: 2, maxLength: 2 })
        .map(
          (values): JsonObject =>
            Object.fromEntries([...cidaas, ...legacy].map((path, place) => [path, values[place] ?? values[0] ?? null])),
        );
      await fc.assert(
        fc.asyncProperty(record, fc.constantFrom(...SIDES), async (start, side) => {
          const { problems } = await outcomeOf(map, laneFrom(side), start);
          for (const { code, message } of problems) {
            should(code).not.equal("RULE_FAILED");
            should(message).not.containEql(MARK);
          }
          should(map.canonical(side, "r", map.extract(side, start).r ?? [])).be.a.String();
          should(Object.hasOwn(Object.prototype, "polluted")).be.false();
        }),
      );
    });
});
