/** Per transform: a rule, and values of either side that it can read. What the property tests draw from. */
import fc from "fast-check";
import type { TransformName } from "../../../lib/mapping/transforms/table";
import type { Json, JsonObject, Lane } from "../../../lib/sync/types";

export interface Sample {
  title: string;
  rule: Record<string, unknown>;
  /** Records with the values of the rule's paths. */
  cidaas?: fc.Arbitrary<JsonObject>;
  legacy?: fc.Arbitrary<JsonObject>;
}

const text = fc.string({ unit: "grapheme", maxLength: 20 });
const blank = fc.constantFrom("", " ", "  ", "\t");
const json = fc.jsonValue({ maxDepth: 2 }).map((value): Json => JSON.parse(JSON.stringify(value)));
const numbers = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true, max: 1e15, min: -1e15 }).map((value) => (value === 0 ? 0 : value)),
);
const days = fc
  .date({ min: new Date("1800-01-01"), max: new Date("2200-01-01"), noInvalidDate: true })
  .map((time) => time.toISOString());
const day = days.map((time) => time.slice(0, 10));
const instants = fc
  .date({ min: new Date("1971-01-01"), max: new Date("2100-01-01"), noInvalidDate: true })
  .map((time) => time.toISOString());
const german = fc.integer({ min: 1510000000, max: 1799999999 });
const words = fc.array(fc.stringMatching(/^[a-z]{1,5}$/), { minLength: 1, maxLength: 4 });
const country = fc.constantFrom("DE", "AF", "us", "CI", "XK", "DEU", "usa", "276", 4, "004");
const tag = fc.constantFrom(
  "de",
  "de-DE",
  "EN-us",
  "zh-Hant-TW",
  "pt_BR",
  "fil",
  "sr-Latn",
  "iw",
  "de-DE-1996",
  "en_US.UTF-8",
);
const other = (legacy: string) => fc.constantFrom(...legacy.split("|"));

const at = (side: "c" | "l", values: fc.Arbitrary<Json>) => values.map((value): JsonObject => ({ [side]: value }));
const of = (title: string, rule: Record<string, unknown>, cidaas: fc.Arbitrary<Json>, legacy: fc.Arbitrary<Json>) => ({
  title,
  rule,
  cidaas: at("c", cidaas),
  legacy: at("l", legacy),
});
const pairs = [
  ["active", 1],
  ["locked", "G"],
  ["closed", "G"],
  ["gone", "X"],
  ["gone", "Y"],
];
const nameRule = { transform: "name", cidaas: ["g", "f"] };
const cidaasName = fc.tuple(text, text).map(([g, f]): JsonObject => ({ g, f }));

export const SAMPLES: Readonly<Record<TransformName, readonly Sample[]>> = {
  copy: [of("any value", {}, json, json)],
  trim: [
    of(
      "text",
      { transform: "trim" },
      text,
      fc.tuple(blank, text, blank).map((parts) => parts.join("")),
    ),
  ],
  lower: [of("text", { transform: "lower" }, text, text)],
  upper: [of("text", { transform: "upper" }, text, text)],
  number: [of("numbers and their texts", { transform: "number" }, numbers, fc.oneof(numbers, numbers.map(String)))],
  boolean: [
    of(
      "words",
      { transform: "boolean", options: { true: "J", false: "N" } },
      fc.oneof(fc.boolean(), other("true|FALSE")),
      fc.oneof(fc.boolean(), other("J|j| N|true")),
    ),
    of(
      "numbers",
      { transform: "boolean", options: { true: 1, false: 0 } },
      fc.boolean(),
      fc.constantFrom(0, 1, "1", "0"),
    ),
  ],
  enum: [
    of(
      "words",
      { transform: "enum", options: { pairs } },
      fc.constantFrom("active", "locked", "gone"),
      fc.constantFrom(1, "1", "G", "X", "Y"),
    ),
  ],
  date: [
    of("days", { transform: "date", options: { legacyFormat: "d/M/yyyy" } }, fc.oneof(day, days), day.map(slashed)),
    of(
      "seconds in a zone",
      { transform: "date", options: { legacyFormat: "yyyy-MM-dd HH:mm:ss", zone: "UTC+3" } },
      instants,
      fc.oneof(
        instants,
        instants.map((time) => `${time.slice(0, 10)} ${time.slice(11, 19)}`),
      ),
    ),
    of(
      "minutes with summer time",
      { transform: "date", options: { legacyFormat: "dd.MM.yyyy HH:mm", zone: "Europe/Berlin" } },
      // The hour that comes twice in autumn cannot be told apart in the legacy text.
      instants.filter((time) => !/^\d{4}-10-(2[4-9]|3[01])T0[01]/.test(time)),
      instants.filter((time) => !/^\d{4}-10-(2[4-9]|3[01])T0[01]/.test(time)),
    ),
    of(
      "an epoch",
      { transform: "date", options: { legacyFormat: "x" } },
      instants,
      instants.map((time) => Date.parse(time)),
    ),
  ],
  phone: ["e164", "national", "international"].map((legacyFormat) =>
    of(
      legacyFormat,
      { transform: "phone", options: { country: "DE", legacyFormat } },
      german.map((number) => `+49${number}`),
      german.chain((number) => fc.constantFrom(`0${number}`, `+49 ${number}`, `0049-${number}`)),
    ),
  ),
  country: ["alpha2", "alpha3", "numeric", "name"].map((legacyFormat) =>
    of(
      legacyFormat,
      { transform: "country", options: { legacyFormat, language: "de" } },
      country,
      legacyFormat === "name" ? fc.oneof(country, other("Deutschland|österreich|Osterreich| USA |Türkei")) : country,
    ),
  ),
  language: ["code", "locale-underscore", "iso639-2", "name"].map((legacyFormat) =>
    of(
      legacyFormat,
      { transform: "language", options: { legacyFormat, language: "de" } },
      tag,
      legacyFormat === "name"
        ? fc.oneof(tag, other("Deutsch|englisch|Filipino"))
        : fc.oneof(tag, other("ger|deu|fra|FRE")),
    ),
  ),
  name: ["given family", "family, given"].map((legacyFormat) => ({
    title: legacyFormat,
    rule: { ...nameRule, options: { legacyFormat } },
    cidaas: cidaasName,
    legacy: at("l", fc.oneof(text, other("Lena van der Berg|Berg, Lena|Cher|Anna Maria Berg"))),
  })),
  list: [
    of(
      "texts",
      { transform: "list", options: { delimiter: ";" } },
      words,
      fc.oneof(
        words,
        words.map((list) => list.join(" ;")),
      ),
    ),
  ],
  constant: [of("text", { transform: "constant", options: { toCidaas: "self", toLegacy: 7 } }, json, json)],
  template: [of("text", { transform: "template", options: { toCidaas: "<{{l}}>", toLegacy: "{{c}}!" } }, text, text)],
  jsonata: [
    of(
      "swapped case",
      { transform: "jsonata", options: { toCidaas: "$uppercase(l)", toLegacy: "$lowercase(c)" } },
      fc.stringMatching(/^[A-Z]{1,9}$/),
      fc.stringMatching(/^[a-z]{1,9}$/),
    ),
  ],
  hash: [
    {
      title: "bcrypt",
      rule: { transform: "hash" },
      legacy: at("l", fc.stringMatching(/^\$2[aby]\$(0[4-9]|1\d)\$[./A-Za-z0-9]{53}$/)),
    },
  ],
};

export function laneFrom(side: "cidaas" | "legacy"): Lane {
  return side === "cidaas" ? "to-legacy" : "to-cidaas";
}

function slashed(date: string): string {
  const [year, month, dayOfMonth] = date.split("-").map(Number);
  return `${dayOfMonth}/${month}/${year}`;
}
