import should from "should";
import { COUNTRY_CODES } from "../../../lib/mapping/transforms/country-codes";
import { LANGUAGE_CODES } from "../../../lib/mapping/transforms/language-codes";
import type { Json, JsonObject, Lane } from "../../../lib/sync/types";
import { mapOf, mapValue, problemsOf } from "./helpers";

const pairs = [
  ["active", 1],
  ["locked", "G"],
  ["closed", "G"],
];

describe("transforms", () => {
  const examples: { rule: Record<string, unknown>; cidaas: Json; legacy: Json }[] = [
    { rule: {}, cidaas: { street: "A" }, legacy: { street: "A" } },
    { rule: { transform: "number" }, cidaas: 12.5, legacy: 12.5 },
    { rule: { transform: "boolean", options: { true: "J", false: "N" } }, cidaas: false, legacy: "N" },
    { rule: { transform: "boolean" }, cidaas: true, legacy: true },
    { rule: { transform: "enum", options: { pairs } }, cidaas: "active", legacy: 1 },
    {
      rule: { transform: "date", options: { legacyFormat: "dd.MM.yyyy" } },
      cidaas: "1988-04-12",
      legacy: "12.04.1988",
    },
    {
      rule: { transform: "date", options: { legacyFormat: "dd.MM.yyyy HH:mm", zone: "Europe/Berlin" } },
      cidaas: "2026-07-01T10:30:00Z",
      legacy: "01.07.2026 12:30",
    },
    { rule: { transform: "phone", options: { country: "DE" } }, cidaas: "+4915123456789", legacy: "+4915123456789" },
    {
      rule: { transform: "phone", options: { country: "DE", legacyFormat: "national" } },
      cidaas: "+4915123456789",
      legacy: "01512 3456789",
    },
    {
      rule: { transform: "phone", options: { legacyFormat: "international" } },
      cidaas: "+4915123456789",
      legacy: "+49 1512 3456789",
    },
    { rule: { transform: "date", options: { legacyFormat: "X" } }, cidaas: "2026-07-01T10:30:00Z", legacy: 1782901800 },
    { rule: { transform: "country" }, cidaas: "DE", legacy: "DE" },
    { rule: { transform: "country", options: { legacyFormat: "alpha3" } }, cidaas: "DE", legacy: "DEU" },
    { rule: { transform: "country", options: { legacyFormat: "numeric" } }, cidaas: "AF", legacy: "004" },
    {
      rule: { transform: "country", options: { legacyFormat: "name", language: "de" } },
      cidaas: "FR",
      legacy: "Frankreich",
    },
    { rule: { transform: "language" }, cidaas: "de", legacy: "de" },
    {
      rule: { transform: "language", options: { legacyFormat: "locale-underscore" } },
      cidaas: "zh-Hant-TW",
      legacy: "zh_Hant_TW",
    },
    { rule: { transform: "language", options: { legacyFormat: "iso639-2" } }, cidaas: "de", legacy: "deu" },
    { rule: { transform: "language", options: { legacyFormat: "name" } }, cidaas: "de", legacy: "German" },
    { rule: { transform: "list", options: { delimiter: ";" } }, cidaas: ["a", "b c"], legacy: "a;b c" },
  ];
  for (const { rule, cidaas, legacy } of examples)
    it(`maps both ways: ${JSON.stringify(rule)}`, () => {
      const map = mapOf(rule);
      should(mapValue(map, "to-cidaas", legacy)).eql(cidaas);
      should(mapValue(map, "to-legacy", cidaas)).eql(legacy);
      should(map.canonical("cidaas", "r", [cidaas])).equal(map.canonical("legacy", "r", [legacy]));
    });

  for (const lane of ["to-cidaas", "to-legacy"] as const)
    it(`applies trim, lower and upper ${lane}`, () => {
      should(mapValue(mapOf({ transform: "trim" }), lane, "  Äb ")).equal("Äb");
      should(mapValue(mapOf({ transform: "lower" }), lane, "ÄB")).equal("äb");
      should(mapValue(mapOf({ transform: "upper" }), lane, "äb")).equal("ÄB");
    });

  it("reads phone numbers as SCIM writes them", () => {
    const map = mapOf({ transform: "phone" });
    should(mapValue(map, "to-cidaas", "tel:+49-711-987-6543")).equal("+497119876543");
  });

  it("keeps a foreign number international where its national form would be another number", () => {
    const map = mapOf({ transform: "phone", options: { country: "DE", legacyFormat: "national" } });
    should(mapValue(map, "to-legacy", "+436641234567")).equal("+43 664 1234567");
    should(mapValue(map, "to-cidaas", "0151 23456789")).equal("+4915123456789");
  });

  it("takes a date-time of cidaas for a plain date as it is written", () => {
    const map = mapOf({ transform: "date", options: { legacyFormat: "yyyyMMdd" } });
    should(mapValue(map, "to-legacy", "1988-04-12T00:00:00.000Z")).equal("19880412");
    should(mapValue(map, "to-legacy", "1988-04-12T00:00:00+02:00")).equal("19880412");
    should(mapValue(map, "to-cidaas", 19880412)).equal("1988-04-12");
  });

  it("reads the date objects of database drivers, days by the zone of the driver", () => {
    const instant = "2026-07-01T22:30:00.000Z";
    const value = (options: JsonObject) => mapValue(mapOf({ transform: "date", options }), "to-cidaas", instant);
    should(value({ legacyFormat: "dd.MM.yyyy HH:mm", zone: "Europe/Berlin" })).equal("2026-07-01T22:30:00Z");
    should(value({ legacyFormat: "dd.MM.yyyy", zone: "Europe/Berlin" })).equal("2026-07-02");
    should(value({ legacyFormat: "dd.MM.yyyy" })).equal("2026-07-01");
    should(value({ legacyFormat: "x" })).equal("2026-07-01T22:30:00Z");
  });

  it("brings every country back from each of its codes and from its name", () => {
    for (const legacyFormat of ["alpha2", "alpha3", "numeric", "name"]) {
      const map = mapOf({ transform: "country", options: { legacyFormat, language: "fr" } });
      for (const { alpha2 } of COUNTRY_CODES)
        should(mapValue(map, "to-cidaas", mapValue(map, "to-legacy", alpha2) ?? null)).equal(alpha2);
    }
  });

  it("has the codes of countries and languages that Unicode has", () => {
    for (const { alpha2, numeric } of COUNTRY_CODES)
      should(Intl.getCanonicalLocales(`und-${numeric}`)).eql([`und-${alpha2}`]);
    for (const [code, long] of LANGUAGE_CODES)
      if (code !== "tw") should(Intl.getCanonicalLocales(long)).eql(Intl.getCanonicalLocales(code));
  });

  it("brings every language back from each of its codes and from its name", () => {
    for (const legacyFormat of ["code", "locale-underscore", "iso639-2", "name"]) {
      const map = mapOf({ transform: "language", options: { legacyFormat, language: "en" } });
      for (const [code, long] of LANGUAGE_CODES) {
        // Twi has no name of its own.
        if (code === "tw" && legacyFormat === "name") continue;
        const back = mapValue(map, "to-cidaas", mapValue(map, "to-legacy", code) ?? null);
        should([back]).eql(Intl.getCanonicalLocales(code));
        should(mapValue(map, "to-cidaas", long)).equal(back);
      }
    }
  });

  it("leaves the region of a language to cidaas where the legacy system has no place for it", () => {
    const map = mapOf({ transform: "language" });
    should(mapValue(map, "to-legacy", "de-AT")).equal("de");
    should(map.canonical("cidaas", "r", ["de-AT"])).equal(map.canonical("legacy", "r", ["de"]));
    should(mapValue(map, "to-cidaas", "en_US.UTF-8")).equal("en-US");
    should(mapValue(map, "to-cidaas", "iw")).equal("he");
  });

  it("lets the first of several pairs with one word count", () => {
    const map = mapOf({ transform: "enum", options: { pairs } });
    should(mapValue(map, "to-cidaas", "G")).equal("locked");
    should(mapValue(map, "to-legacy", "closed")).equal("G");
  });

  describe("name", () => {
    const map = mapOf({ transform: "name", cidaas: ["given_name", "family_name"] });
    const split = (text: string) => map.map("to-cidaas", { l: text }).r?.values;

    it("splits and joins", () => {
      should(split("Lena Berg")).eql(["Lena", "Berg"]);
      should(split(" Anna  Maria Berg ")).eql(["Anna Maria", "Berg"]);
      should(split("Lena van der Berg")).eql(["Lena", "van der Berg"]);
      should(split("Berg, Lena")).eql(["Lena", "Berg"]);
      should(split("Cher")).eql(["Cher", ""]);
      should(map.map("to-legacy", { given_name: "Lena", family_name: "Berg" }).r?.values).eql(["Lena Berg"]);
      should(map.map("to-legacy", { family_name: "Berg" }).r?.values).eql(["Berg"]);
    });

    it("writes the family name first where the legacy system does", () => {
      const comma = mapOf({ transform: "name", cidaas: ["g", "f"], options: { legacyFormat: "family, given" } });
      const written = (g: string, f: string) => comma.map("to-legacy", { g, f }).r?.values;
      should(written("Lena", "van der Berg")).eql(["van der Berg, Lena"]);
      should(written("", "Berg")).eql(["Berg"]);
      should(written("Lena", "")).eql(["Lena"]);
    });

    it("sees no difference in where the family name begins", () => {
      const text = map.canonical("legacy", "r", ["Ana Garcia Lopez"]);
      should(map.canonical("cidaas", "r", ["Ana", "Garcia Lopez"])).equal(text);
      should(map.canonical("cidaas", "r", ["Ana Garcia", "Lopez"])).equal(text);
      should(map.canonical("legacy", "r", ["Garcia Lopez, Ana"])).equal(text);
    });
  });

  it("writes a constant whatever the source holds, and takes its echo for no news", () => {
    const map = mapOf({ transform: "constant", options: { toCidaas: "self", toLegacy: 7 } });
    const toCidaas = map.map("to-cidaas", {}).r;
    const toLegacy = map.map("to-legacy", { c: "other" }).r;
    should(toCidaas?.values).eql(["self"]);
    should(toLegacy?.values).eql([7]);
    should(toCidaas?.source).equal(map.canonical("legacy", "r", [7]));
    should(toLegacy?.source).equal(map.canonical("cidaas", "r", ["self"]));
    const oneWay = mapOf({ transform: "constant", legacy: [], direction: "to-cidaas", options: { toCidaas: ["A"] } });
    should(oneWay.map("to-cidaas", {}).r?.values).eql([["A"]]);
    should(oneWay.map("to-legacy", {})).eql({});
  });

  it("renders templates over the sources of the rule", () => {
    const map = mapOf({
      transform: "template",
      legacy: ["street", "no"],
      direction: "to-cidaas",
      options: { toCidaas: "{{street}} {{ no }}!" },
    });
    should(map.map("to-cidaas", { street: "$& Weg", no: 5 }).r?.values).eql(["$& Weg 5!"]);
    should(map.map("to-cidaas", { street: "Weg" })).eql({});
  });

  const invalid: [Record<string, unknown>, Lane, Json, string][] = [
    [{ transform: "number" }, "to-cidaas", "12 Euro", "NUMBER_INVALID"],
    [{ transform: "number" }, "to-legacy", "0x10", "NUMBER_INVALID"],
    [{ transform: "number" }, "to-cidaas", "12345678901234567890", "NUMBER_INVALID"],
    [{ transform: "boolean" }, "to-cidaas", "perhaps", "BOOLEAN_INVALID"],
    [{ transform: "enum", options: { pairs } }, "to-cidaas", "toString", "ENUM_UNKNOWN"],
    [{ transform: "enum", options: { pairs } }, "to-legacy", { a: 1 }, "ENUM_UNKNOWN"],
    [{ transform: "date" }, "to-cidaas", "2026-02-30", "DATE_INVALID"],
    [{ transform: "date" }, "to-legacy", "12:30:00", "DATE_INVALID"],
    [{ transform: "phone" }, "to-cidaas", "0151 23456789", "PHONE_INVALID"],
    [{ transform: "phone" }, "to-cidaas", "call +49 151 23456789", "PHONE_INVALID"],
    [{ transform: "phone", options: { country: "DE" } }, "to-cidaas", "030 1234567 ext 12", "PHONE_INVALID"],
    [{ transform: "country" }, "to-cidaas", "Narnia", "COUNTRY_UNKNOWN"],
    [{ transform: "country", options: { legacyFormat: "name" } }, "to-cidaas", "Narnia", "COUNTRY_UNKNOWN"],
    [{ transform: "country" }, "to-legacy", "Germany", "COUNTRY_UNKNOWN"],
    [{ transform: "language" }, "to-cidaas", "qx", "LANGUAGE_UNKNOWN"],
    [{ transform: "language" }, "to-legacy", "Deutsch", "LANGUAGE_UNKNOWN"],
    [{ transform: "language", options: { legacyFormat: "name" } }, "to-legacy", "tlh-AQ", "LANGUAGE_UNKNOWN"],
    [{ transform: "list" }, "to-cidaas", [["nested-value"]], "LIST_INVALID"],
    [{ transform: "list" }, "to-legacy", ["one,two-value"], "LIST_DELIMITER"],
  ];
  for (const [rule, lane, value, code] of invalid)
    it(`reports ${code} for ${JSON.stringify(value)} and does not repeat the value`, () => {
      const record = lane === "to-cidaas" ? { l: value } : { c: value };
      const problems = problemsOf(mapOf(rule), lane, record);
      should(problems.map((problem) => problem.code)).eql([code]);
      const leaf = String(JSON.stringify(value)).replace(/[[\]{}"]/g, "");
      should(problems[0]?.message).not.containEql(leaf);
    });
});
