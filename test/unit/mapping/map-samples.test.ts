import should from "should";
import { recordChecksOf } from "../../../lib/delivery/record-settings";
import { ConfigError } from "../../../lib/errors";
import { compileMap } from "../../../lib/mapping/compile";
import { compilePath } from "../../../lib/mapping/paths";
import { parseRules } from "../../../lib/mapping/rules";
import { checkSamples, readSamples, runSamples } from "../../../lib/mapping/samples";
import type { JsonObject, Side } from "../../../lib/sync/types";
import { TOOLS } from "./helpers";

const CHECKS = recordChecksOf({
  paths: {
    legacyKey: compilePath("id"),
    keyInCidaas: null,
    legacyTime: null,
    legacyDeleted: compilePath("gone"),
    legacyVerified: null,
  },
  settings: { legacyDeleted: { path: "gone", values: ["yes"] } },
  checkLegacy: null,
  checkCidaas: () => [],
});

const MAP = compileMap(
  parseRules([
    { id: "email", cidaas: "email", legacy: "mail", transform: "lower" },
    { id: "tier", cidaas: "customFields.tier", legacy: "tier", transform: "number" },
    { id: "tags", cidaas: "customFields.tags", legacy: "tags" },
    { id: "pin", cidaas: "customFields.pin", legacy: "pin", secret: true },
  ]),
);

const RECORD = { id: 1, mail: "A@example.org", tier: "5", tags: ["x"], pin: "1234" };
const EXPECTED = { email: "a@example.org", customFields: { tier: 5, tags: ["x"], pin: "1234" } };

async function resultOf(expected: JsonObject, record: JsonObject = RECORD, side: Side = "legacy") {
  const [result] = await runSamples(MAP, [{ name: "n", side, record, expected }], CHECKS);
  return result;
}

describe("The samples of a map", () => {
  it("pass when the whole result is as expected, whatever the order of its members", async () => {
    const { customFields } = EXPECTED;
    const { pin, ...others } = customFields;
    const reordered = { customFields: { pin, ...others }, email: EXPECTED.email };
    should(await resultOf(reordered)).eql({ name: "n", passed: true, differences: [], message: "" });
    should(await resultOf({ mail: "x" }, { email: "X" }, "cidaas")).match({ passed: true });
  });

  it("name each difference by its path, and leave out what is not there", async () => {
    const expected = { email: "b@example.org", customFields: { tier: "5", tags: ["x"], pin: "1234" }, locale: null };
    should((await resultOf(expected))?.differences).eql([
      { path: "email", expected: "b@example.org", actual: "a@example.org" },
      { path: "customFields.tier", expected: "5", actual: 5 },
      { path: "locale", expected: null },
    ]);
    should((await resultOf({ email: "a@example.org" }))?.differences.map(({ path }) => path)).eql([
      "customFields.tier",
      "customFields.tags",
      "customFields.pin",
    ]);
  });

  it("take the mask of a kept preview for any secret, and show no secret", async () => {
    const hidden = { ...EXPECTED, customFields: { ...EXPECTED.customFields, pin: "•••" } };
    should(await resultOf(hidden)).match({ passed: true });
    should(await resultOf(hidden, { ...RECORD, pin: "" })).match({ passed: false });
    const wrong = await resultOf({ ...EXPECTED, customFields: { ...EXPECTED.customFields, pin: "9999" } });
    should(wrong?.differences).eql([{ path: "customFields.pin", expected: "•••", actual: "•••" }]);
  });

  it("fail with the reason where a user would be parked", async () => {
    should(await resultOf(EXPECTED, { ...RECORD, tier: "many" })).match({ passed: false, message: /^tier: / });
    should(await resultOf(EXPECTED, { mail: "x" })).match({ passed: false, message: "id: the legacy id is missing" });
  });

  it("expect nothing of a deleted user", async () => {
    should(await resultOf({}, { ...RECORD, gone: "yes" })).match({ passed: true });
  });

  it("are evaluated with JSONata too", async () => {
    const rule = { id: "j", cidaas: "c", legacy: "l", direction: "to-cidaas", transform: "jsonata" };
    const map = compileMap(parseRules([{ ...rule, options: { toCidaas: "l * 2" } }], TOOLS), TOOLS);
    const sample = { name: "n", side: "legacy" as const, record: { id: 1, l: 2 }, expected: { c: 4 } };
    should(await runSamples(map, [sample], CHECKS)).match([{ passed: true }]);
  });

  it("stop a deploy by an error that names samples and paths, and no values", async () => {
    const sample = { side: "legacy" as const, record: RECORD };
    const samples = [
      { ...sample, name: "right", expected: EXPECTED },
      { ...sample, name: "wrong", expected: { ...EXPECTED, email: "secret@example.org" } },
      { ...sample, name: "broken", record: { ...RECORD, tier: "secret" }, expected: EXPECTED },
      {
        ...sample,
        name: "long",
        expected: { ...EXPECTED, ...Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`f${n}`, "secret"])) },
      },
    ];
    await should(checkSamples(MAP, samples.slice(0, 1), CHECKS)).be.fulfilled();
    const error: unknown = await checkSamples(MAP, samples, CHECKS).catch((thrown: unknown) => thrown);
    if (!(error instanceof ConfigError)) throw new Error("no ConfigError");
    should(error).match({ code: "MAP_SAMPLE_FAILED", field: "samples" });
    should(error.message).match(/"wrong" gives another result at email; "broken" cannot be mapped: tier: /);
    should(error.message).match(/"long" .* f0, .*f9 and 10 more\.$/);
    should(error.message).not.match(/secret|right"/);
  });
});

describe("readSamples", () => {
  const sample = { name: "n", side: "cidaas", record: {}, expected: {} };

  it("takes what the editor kept, and nothing for none", () => {
    should(readSamples([sample])).eql({ samples: [sample], problem: null });
    for (const none of [undefined, null, "", []]) should(readSamples(none)).eql({ samples: [], problem: null });
  });

  it("says which entry is none", () => {
    let deep = {};
    for (let level = 0; level < 40; level++) deep = { deep };
    const wrong = [
      null,
      { ...sample, name: " " },
      { ...sample, name: "x".repeat(101) },
      { ...sample, side: "both" },
      { ...sample, record: [] },
      { ...sample, record: deep },
      { ...sample, expected: "all" },
    ];
    for (const entry of wrong) should(readSamples([sample, entry]).problem).match(/^the entry 2 needs/);
    should(readSamples(new Array(101).fill(sample)).problem).match(/at most 100/);
    should(readSamples("all").problem).match(/must be a list/);
  });
});
