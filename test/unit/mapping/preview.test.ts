import fc from "fast-check";
import should from "should";
import { recordChecksOf } from "../../../lib/delivery/record-settings";
import { compilePath, type Path } from "../../../lib/mapping/paths";
import { previewMap } from "../../../lib/mapping/preview";
import type { MapPreview, RoundTripLoss } from "../../../lib/mapping/preview-types";
import { parseRules } from "../../../lib/mapping/rules";
import { compileSchema } from "../../../lib/mapping/schema";
import type { JsonObject, Side } from "../../../lib/sync/types";
import { TOOLS } from "./helpers";

const NO_PATHS = { legacyKey: null, keyInCidaas: null, legacyTime: null, legacyDeleted: null, legacyVerified: null };

interface Settings {
  paths?: Partial<Record<keyof typeof NO_PATHS, Path>>;
  deletedValues?: string[];
  schema?: JsonObject;
}

function preview(rules: unknown, side: Side, record: JsonObject, given: Settings = {}): Promise<MapPreview> {
  const { paths, deletedValues, schema } = given;
  const checks = recordChecksOf({
    paths: { ...NO_PATHS, ...paths },
    settings: { legacyDeleted: deletedValues ? { path: "gone", values: deletedValues } : null },
    checkLegacy: schema ? compileSchema(schema) : null,
    checkCidaas: () => [],
  });
  return previewMap(parseRules(rules, TOOLS), { side, record, checks }, TOOLS);
}

/** What a map of one rule loses of a record of that side. */
async function losses(rule: object, side: Side, record: JsonObject): Promise<RoundTripLoss[]> {
  return (await preview([{ id: "r", cidaas: "c", legacy: "l", ...rule }], side, record)).roundTrip;
}

/** Two legacy words for one word of cidaas. */
const STATUS = {
  transform: "enum",
  options: {
    pairs: [
      ["VERIFIED", "active"],
      ["VERIFIED", "confirmed"],
      ["LOCKED", "locked"],
    ],
  },
};

describe("previewMap", () => {
  it("shows each rule of the lane with its source, its target and its place", async () => {
    const shown = await preview(
      [
        { id: "back", cidaas: "z", legacy: "z", direction: "to-legacy" },
        { id: "name", cidaas: ["given_name", "family_name"], legacy: "name", transform: "name" },
        { id: "status", cidaas: "userStatus", legacy: [], transform: "constant", options: { toCidaas: "VERIFIED" } },
      ].map((rule) => (rule.id === "status" ? { ...rule, direction: "to-cidaas" } : rule)),
      "legacy",
      { name: "Ada Lovelace" },
    );
    should(shown.rules).eql([
      {
        rule: "name",
        position: 1,
        source: [{ path: "name", value: "Ada Lovelace" }],
        target: [
          { path: "given_name", value: "Ada" },
          { path: "family_name", value: "Lovelace" },
        ],
        error: null,
      },
      {
        rule: "status",
        position: 2,
        source: [],
        target: [{ path: "userStatus", value: "VERIFIED" }],
        error: null,
      },
    ]);
    should(shown).match({ problems: [], errors: [], roundTrip: [], unmapped: [], deleted: false });
    should(shown.mapped).eql({ given_name: "Ada", family_name: "Lovelace", userStatus: "VERIFIED" });
  });

  it("shows what the other rules make of a record of which one rule fails", async () => {
    const rules = [
      { id: "n", cidaas: "n", legacy: "n", transform: "number" },
      { id: "t", cidaas: "t", legacy: "t" },
    ];
    const shown = await preview(rules, "legacy", { n: "many", t: "x" });
    should(shown.mapped).equal(null);
    should(shown.rules.map(({ target }) => target)).eql([null, [{ path: "t", value: "x" }]]);
    should(shown.rules[0]?.error).match({ path: "n", code: "NUMBER_INVALID" });
    should(JSON.stringify(shown.rules[0]?.error)).not.containEql("many");
  });

  it("tells a path that the record lacks from one that is null", async () => {
    const rules = [{ id: "two", cidaas: "c", legacy: ["a", "b"], direction: "to-cidaas", transform: "template" }];
    const options = { toCidaas: "{{a}} {{b}}" };
    const shown = await preview([{ ...rules[0], options }], "legacy", { a: null });
    should(shown.rules).match([{ source: [{ path: "a", value: null }, { path: "b" }], target: null, error: null }]);
    should(shown.rules[0]?.source[1]).not.have.property("value");
  });

  it("masks secrets wherever they would stand, on the way there and back", async () => {
    const rules = [
      { id: "pin", cidaas: "customFields.pin", legacy: "pin", secret: true, transform: "upper" },
      { id: "pin2", cidaas: "other", legacy: "pin2", secret: true, whenEmpty: "clear" },
    ];
    const shown = await preview(rules, "legacy", { pin: "hidden", pin2: "" });
    should(shown.mapped).eql({ customFields: { pin: "•••" }, other: null });
    should(shown.roundTrip).match([
      { rule: "pin", before: "•••", after: "•••", reason: "spelling" },
      { rule: "pin2", before: "", after: null, reason: "empty" },
    ]);
    should(JSON.stringify(shown).toLowerCase()).not.containEql("hidden");
  });

  it("names the fields that nothing reads, as outer ones as possible", async () => {
    const rules = [
      { id: "a", cidaas: "a", legacy: "address.city", timePath: "times.city" },
      { id: "b", cidaas: "b", legacy: "tags", direction: "to-legacy" },
    ];
    const record = {
      id: 1,
      updated: "2026-01-01",
      address: { city: "Ulm", street: { name: "x" }, 'odd."key': 1 },
      times: { city: 1 },
      tags: ["x"],
      list: [{ a: 1 }],
    };
    const paths = { legacyKey: compilePath("id"), legacyTime: compilePath("updated") };
    should((await preview(rules, "legacy", record, { paths })).unmapped).eql([
      "address.street",
      'address["odd.\\"key"]',
      "tags",
      "list",
    ]);
    const user = { sub: "s", email_verified: true, updatedTime: "x", legacy_id: "1", a: 1, b: 2, c: 3 };
    const keyInCidaas = compilePath("legacy_id");
    should((await preview(rules, "cidaas", user, { paths: { keyInCidaas } })).unmapped).eql(["c"]);
  });

  it("says what is wrong with a record beside its rules", async () => {
    const rules = [{ id: "a", cidaas: "a", legacy: "a" }];
    const withKey = await preview(rules, "legacy", { a: 1 }, { paths: { legacyKey: compilePath("id") } });
    should(withKey.errors).eql([{ path: "id", code: "LEGACY_ID_MISSING", message: "the legacy id is missing" }]);
    should(withKey.mapped).equal(null);
    const schema = { properties: { a: { type: "string" } } };
    const broken = await preview(rules, "cidaas", { a: 1 }, { schema });
    should(broken).match({ mapped: null, errors: [{ path: "a", code: "SCHEMA_TYPE" }] });
    should(await preview(rules, "cidaas", { a: "1" }, { schema })).match({ mapped: { a: "1" }, errors: [] });
  });

  it("says that a record stands for a deleted user, of whom no values are written", async () => {
    const settings = { paths: { legacyDeleted: compilePath("gone") }, deletedValues: ["1"] };
    const rules = [{ cidaas: "a", legacy: "a" }];
    should(await preview(rules, "legacy", { a: 1, gone: 1 }, settings)).match({ deleted: true, mapped: null });
    should(await preview(rules, "legacy", { a: 1, gone: 0 }, settings)).match({ deleted: false, mapped: { a: 1 } });
    should(await preview(rules, "cidaas", { a: 1, gone: 1 }, settings)).match({ deleted: false, mapped: { a: 1 } });
  });

  it("never fails and never shows a secret, whatever the record", async () => {
    const rules = [
      { id: "copy", cidaas: "a.b", legacy: "a.b", whenEmpty: "clear" },
      { id: "name", cidaas: ["n.x", "n.y"], legacy: "name", transform: "name" },
      { id: "date", cidaas: "d", legacy: "d", transform: "date" },
      { id: "pin", cidaas: "pin", legacy: "pin", secret: true, transform: "list" },
    ];
    const json = fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.parse(JSON.stringify(value)));
    const part = fc.oneof(json, fc.constant(JSON.parse('{"__proto__":{"b":1},"b":{"b":2}}')));
    const record = fc.record({ a: part, n: part, name: part, d: part, other: part }, { requiredKeys: [] });
    await fc.assert(
      fc.asyncProperty(record, fc.constantFrom<Side>("cidaas", "legacy"), async (fields, side) => {
        const shown = await preview(rules, side, { ...fields, pin: "top-secret-pin" });
        should(shown.problems).eql([]);
        should(JSON.stringify(shown)).not.containEql("top-secret-pin");
      }),
      { numRuns: 200 },
    );
  });
});

describe("The round trip of a preview", () => {
  it("finds nothing where everything comes back", async () => {
    should(await losses({}, "legacy", { l: { deep: [1, "2"] } })).eql([]);
    should(await losses(STATUS, "legacy", { l: "active" })).eql([]);
    should(await losses({}, "legacy", {})).eql([]);
    should(await losses({ whenEmpty: "clear" }, "cidaas", {})).eql([]);
  });

  it("calls one-way what no rule brings back", async () => {
    const found = await losses({ direction: "to-cidaas" }, "legacy", { l: "x" });
    should(found).match([{ rule: "r", path: "l", before: "x", after: null, reason: "one-way" }]);
    should(found[0]?.message).match(/no rule brings it back/);
  });

  it("takes two rules of one direction each for a way there and back", async () => {
    const rules = [
      { id: "there", cidaas: "c", legacy: "l", direction: "to-cidaas", transform: "lower" },
      { id: "back", cidaas: "c", legacy: "l", direction: "to-legacy" },
    ];
    should((await preview(rules, "legacy", { l: "x" })).roundTrip).eql([]);
    should((await preview(rules, "legacy", { l: "X" })).roundTrip).match([{ rule: "there", reason: "spelling" }]);
  });

  it("calls spelling what the sync takes for the same", async () => {
    const found = await losses(STATUS, "legacy", { l: "confirmed" });
    should(found).match([{ before: "confirmed", after: "active", reason: "spelling" }]);
    should(await losses({ transform: "number" }, "legacy", { l: "5.0" })).match([{ after: 5, reason: "spelling" }]);
    should(await losses({ transform: "trim" }, "cidaas", { c: " x" })).match([{ after: "x", reason: "spelling" }]);
    const split = { cidaas: ["c", "d"], transform: "name" };
    should(await losses(split, "cidaas", { c: "Ada", d: "Byron Lovelace" })).match([
      { path: "c", after: "Ada Byron", reason: "spelling" },
      { path: "d", after: "Lovelace", reason: "spelling" },
    ]);
  });

  it("calls lost what comes back as another value, or not at all", async () => {
    const options = { toCidaas: "{{l}}!", toLegacy: "{{c}}?" };
    const found = await losses({ transform: "template", options }, "legacy", { l: "x" });
    should(found).match([{ before: "x", after: "x!?", reason: "lost" }]);
    const constant = { transform: "constant", options: { toCidaas: "a", toLegacy: "b" } };
    should(await losses(constant, "legacy", { l: "c" })).match([{ before: "c", after: "b", reason: "lost" }]);
    const template = { legacy: ["l", "m"], direction: "to-cidaas", transform: "template" };
    const rules = [
      { id: "there", cidaas: "c", ...template, options: { toCidaas: "{{l}}{{m}}" } },
      { id: "back", cidaas: "c", legacy: "l", direction: "to-legacy" },
    ];
    const lacking = (await preview(rules, "legacy", { l: "x" })).roundTrip;
    should(lacking).match([{ rule: "there", path: "l", before: "x", after: null, reason: "lost" }]);
    should(lacking[0]?.message).match(/lacks another field/);
  });

  it("calls empty what whenEmpty decides about, and says how", async () => {
    const cases = [
      { rule: {}, record: { l: "" }, after: null, message: /^an empty value is not carried/ },
      { rule: { whenEmpty: "clear" }, record: { l: "" }, after: null, message: /comes back as null/ },
      { rule: { whenEmpty: "default", default: "d" }, record: { l: "" }, after: "d", message: /by the default/ },
      { rule: { transform: "trim" }, record: { l: "  " }, after: null, message: /leaves nothing of it/ },
    ];
    for (const { rule, record, after, message } of cases) {
      const found = await losses(rule, "legacy", record);
      should(found).match([{ before: record.l, after, reason: "empty" }]);
      should(found[0]?.message).match(message);
    }
    const filled = await losses({ whenEmpty: "default", default: "d" }, "cidaas", {});
    should(filled).match([{ before: null, after: "d", reason: "empty" }]);
  });

  it("calls an error what fails on the way there or on the way back", async () => {
    const there = await losses({ transform: "number" }, "legacy", { l: "many" });
    should(there).match([{ before: "many", after: null, reason: "error" }]);
    should(there[0]?.message).match(/^it cannot be mapped: /);
    const rules = [
      { id: "there", cidaas: "c", legacy: "l", direction: "to-cidaas" },
      { id: "back", cidaas: "c", legacy: "l", direction: "to-legacy", transform: "number" },
    ];
    const back = (await preview(rules, "legacy", { l: "many" })).roundTrip;
    should(back).match([{ rule: "there", reason: "error" }]);
    should(back[0]?.message).match(/cannot be mapped back: /);
    should(`${there[0]?.message}${back[0]?.message}`).not.containEql("many");
  });
});
