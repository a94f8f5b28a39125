import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import should from "should";
import { compileMap } from "../../../lib/mapping/compile";
import { mapRecord } from "../../../lib/mapping/map-record";
import { compilePath } from "../../../lib/mapping/paths";
import { parseRules, writesTo } from "../../../lib/mapping/rules";
import { readTime } from "../../../lib/mapping/time";
import { transformSpec } from "../../../lib/mapping/transforms/table";
import type { CompiledMap, MappedRule, Rule } from "../../../lib/mapping/types";
import { type Json, type JsonObject, type Lane, otherSide, type RuleId, type Side } from "../../../lib/sync/types";
import { CHECKOUT } from "../../support/user-directory";
import { TOOLS } from "./helpers";

interface Sample {
  name: string;
  side: Side;
  record: JsonObject;
  expected: JsonObject;
}

interface Preset {
  id: string;
  title: string;
  description: string;
  documentation: string;
  settings: { legacyKey: string; legacyTime: string; legacyVerified: string };
  rules: JsonObject[];
  samples: Sample[];
}

const FOLDER = join(CHECKOUT, "presets");
const IDS = ["auth0", "keycloak", "ldap", "scim", "shopware6", "woocommerce"];

describe("The presets", () => {
  it("are those that the documentation lists", () => {
    const listed = readFileSync(join(CHECKOUT, "docs", "presets.md"), "utf8").matchAll(/^\| `([a-z0-9]+)` \|/gm);
    should(readdirSync(FOLDER).sort()).eql(IDS.map((id) => `${id}.json`));
    should([...listed].map(([, id]) => id).sort()).eql(IDS);
  });

  for (const id of IDS) describe(id, () => checkPreset(id));
});

function checkPreset(id: string): void {
  const text = readFileSync(join(FOLDER, `${id}.json`), "utf8");
  const preset: Preset = JSON.parse(text);
  const { samples, settings } = preset;
  const rules = parseRules(preset.rules, TOOLS);
  const map = compileMap(rules, TOOLS);
  const legacyRecords = samples.filter(({ side }) => side === "legacy").map(({ record }) => record);

  it("says what it is and where its names come from", () => {
    should(preset.id).equal(id);
    should(preset.title).match(/^\S.{5,60}$/);
    should(preset.description).match(/Not carried: .*\.$/);
    should(preset.documentation).match(/^https:\/\//);
  });

  it("names each rule itself, so that a changed path does not make it another rule", () => {
    for (const { id: name } of preset.rules) should(name).match(/^[a-z_]+$/);
    should(new Set(rules.map((rule) => rule.id)).size).equal(rules.length);
  });

  it("knows e-mail, names and provider, and decides the state of every user it creates", () => {
    const written = rules.filter((rule) => writesTo(rule, "cidaas")).flatMap((rule) => rule.cidaas);
    should(written).containDeep(["email", "given_name", "family_name", "provider", "userStatus"]);
  });

  it("finds the id, and the time where the system has one, in its sample records", () => {
    for (const record of legacyRecords) should(compilePath(settings.legacyKey).get(record)).be.ok();
    if (settings.legacyTime === "") return;
    const time = readTime(legacyRecords[0] ?? {}, settings.legacyTime);
    should(new Date(time ?? 0).toISOString()).startWith("2026-10-30T17:45:21");
  });

  it("shows nobody but invented persons", () => {
    for (const [email] of text.matchAll(/[\w.+-]+@[\w.-]+/g)) should(email).match(/@example\.org$/);
  });

  it("has a sample of either side, and of every rule a value", async () => {
    should(new Set(samples.map(({ side }) => side)).size).equal(2);
    const carried = await Promise.all(
      samples.map(async ({ side, record }) => Object.keys(await mapFrom(side, record))),
    );
    should([...new Set(carried.flat())].sort()).eql(rules.map((rule) => rule.id).sort());
  });

  for (const sample of samples) {
    it(`maps "${sample.name}" as expected`, async () => {
      const mapped = await mapFrom(sample.side, sample.record);
      should(map.build(otherSide(sample.side), valuesOf(mapped))).eql(sample.expected);
    });

    it(`gets "${sample.name}" back from the other side`, async () => {
      const other = otherSide(sample.side);
      const there = await mapFrom(sample.side, sample.record);
      const back = await mapFrom(other, map.build(other, valuesOf(there)));
      const before = map.extract(sample.side, sample.record);
      for (const rule of rules.filter(({ id: name, direction }) => direction === "both" && name in there))
        checkSame(map, rule, sample.side, before[rule.id] ?? [], back[rule.id]?.values ?? []);
    });
  }

  function mapFrom(side: Side, record: JsonObject): Promise<Record<RuleId, MappedRule>> {
    const lane: Lane = side === "legacy" ? "to-cidaas" : "to-legacy";
    return mapRecord(map, lane, record);
  }
}

function checkSame(map: CompiledMap, rule: Rule, side: Side, before: Json[], after: Json[]): void {
  if (transformSpec(rule.transform)?.inverse === "exact") should(after).eql(before);
  should(map.canonical(side, rule.id, after))
    .equal(map.canonical(side, rule.id, before))
    .and.not.equal("");
}

function valuesOf(mapped: Record<RuleId, MappedRule>): Record<RuleId, Json[]> {
  return Object.fromEntries(Object.entries(mapped).map(([rule, { values }]) => [rule, values]));
}
