import should from "should";
import { CustomFields } from "../../../lib/cidaas/custom-fields";
import { parseRules } from "../../../lib/mapping/rules";

const TIER = { id: "tier", cidaas: "customFields.tier", legacy: "tier" };
const SHOE = { id: "shoe", cidaas: "customFields.shoe", legacy: "shoe", direction: "to-legacy" };
const ALL = { id: "all", cidaas: "customFields", legacy: "fields" };
const SETUP = new Map([
  ["legacy_id", true],
  ["tier", false],
]);

describe("CustomFields", () => {
  const fieldsOf = (...rules: object[]) => new CustomFields(parseRules(rules), ["customFields.legacy_id"]);

  it("finds nothing wrong while the setup is not known", () => {
    should(fieldsOf(TIER).check({ customFields: { tier: "gold" } })).eql([]);
  });

  it("names the fields of the map that the tenant does not take, but not those it only reads", () => {
    should(fieldsOf(TIER, SHOE).learn(SETUP)).eql(["tier"]);
    should(fieldsOf(TIER).learn(new Map())).eql(["tier", "legacy_id"]);
  });

  it("tells who has a value in such a field, with the rule", () => {
    const fields = fieldsOf(TIER, { id: "new", cidaas: "customFields.new", legacy: "new" });
    fields.learn(SETUP);
    const problems = fields.check({ customFields: { tier: "gold", new: 0, legacy_id: "4711" } });
    should(problems.map(({ rule, path, code }) => [rule, path, code])).eql([
      ["tier", "customFields.tier", "CUSTOM_FIELD_DISABLED"],
      ["new", "customFields.new", "CUSTOM_FIELD_UNKNOWN"],
    ]);
  });

  it("lets pass who has no value there", () => {
    const fields = fieldsOf(TIER);
    fields.learn(SETUP);
    for (const customFields of [{ tier: null }, { tier: "" }, {}, null]) should(fields.check({ customFields })).eql([]);
    should(fields.check({})).eql([]);
  });

  it("repeats no key that came with the data of a user", () => {
    const fields = fieldsOf(ALL);
    fields.learn(SETUP);
    const problems = fields.check({ customFields: { "lena@example.org": 1, "0151 23456": 2 } });
    should(problems).match([{ rule: "all", path: "customFields", code: "CUSTOM_FIELD_UNKNOWN" }]);
    should(problems).have.length(1);
  });

  it("needs no setup where the map writes no custom field", () => {
    should(new CustomFields(parseRules([SHOE]), ["legacy_id"]).areWritten).be.false();
    should(fieldsOf(SHOE).areWritten).be.true();
  });
});
