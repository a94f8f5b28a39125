import fc from "fast-check";
import should from "should";
import { compileMap } from "../../../lib/mapping/compile";
import { identifierValues } from "../../../lib/mapping/identifiers";
import { parseRules } from "../../../lib/mapping/rules";
import { createPrinter } from "../../../lib/sync/prints";
import type { Json, JsonObject } from "../../../lib/sync/types";
import { mapOf, problemsOf } from "./helpers";

const map = compileMap(
  parseRules([
    { id: "email", cidaas: "email", legacy: "contact.mail", required: true },
    { id: "name", cidaas: ["given_name", "family_name"], legacy: "name", transform: "name" },
    { id: "tier", cidaas: "customFields.tier", legacy: "tier", direction: "to-cidaas", timePath: "tierChanged" },
    { id: "phone", cidaas: "mobile_number", legacy: "tel[0]", transform: "phone", options: { country: "DE" } },
  ]),
);

const PRINTER = createPrinter(Buffer.alloc(32, 1));

describe("compileMap", () => {
  it("maps a legacy record and builds the cidaas user of it", () => {
    const mapped = map.map("to-cidaas", {
      contact: { mail: "Lena@Example.org " },
      name: "Lena Berg",
      tier: "gold",
      tierChanged: "2026-11-23 10:00:00",
      tel: ["0151 23456789"],
    });
    should(mapped).eql({
      email: { source: "lena@example.org", values: ["Lena@Example.org "], at: null },
      name: { source: "Lena Berg", values: ["Lena", "Berg"], at: null },
      tier: { source: "gold", values: ["gold"], at: Date.UTC(2026, 10, 23, 10) },
      phone: { source: "+4915123456789", values: ["+4915123456789"], at: null },
    });
    const values = Object.fromEntries(Object.entries(mapped).map(([id, rule]) => [id, rule.values]));
    const user = map.build("cidaas", values);
    should(user).eql({
      email: "Lena@Example.org ",
      given_name: "Lena",
      family_name: "Berg",
      customFields: { tier: "gold" },
      mobile_number: "+4915123456789",
    });
    should(map.extract("cidaas", user)).eql(values);
  });

  it("maps a cidaas user, rules of the other direction left out", () => {
    const mapped = map.map("to-legacy", { email: "a@b.org", given_name: "Lena", customFields: { tier: "gold" } });
    should(Object.keys(mapped)).eql(["email", "name"]);
    const values = Object.fromEntries(Object.entries(mapped).map(([id, rule]) => [id, rule.values]));
    should(map.build("legacy", values)).eql({ contact: { mail: "a@b.org" }, name: "Lena" });
  });

  it("collects all problems of a record", () => {
    const problems = problemsOf(map, "to-cidaas", { contact: { mail: "" }, name: 5, tel: ["secret-value"] });
    should(problems.map(({ rule, path, code }) => [rule, path, code])).eql([
      ["email", "contact.mail", "RULE_REQUIRED"],
      ["name", "name", "NAME_INVALID"],
      ["phone", "tel[0]", "PHONE_INVALID"],
    ]);
    should(JSON.stringify(problems)).not.containEql("secret-value");
  });

  it("takes absent, null and empty text as three things", () => {
    const outcome = (rule: Record<string, unknown>, record: JsonObject) => mapOf(rule).map("to-cidaas", record).r;
    for (const whenEmpty of ["skip", "clear", "default"])
      should(outcome({ whenEmpty, default: "d" }, {})).equal(undefined);
    for (const empty of [null, "", []]) {
      should(outcome({ whenEmpty: "skip" }, { l: empty })).equal(undefined);
      should(outcome({ whenEmpty: "clear" }, { l: empty })).eql({ source: "", values: [null], at: null });
      should(outcome({ whenEmpty: "default", default: "d" }, { l: empty })).eql({
        source: "",
        values: ["d"],
        at: null,
      });
    }
    const name = { transform: "name", cidaas: ["g", "f"], whenEmpty: "clear" };
    should(outcome(name, { l: " " })?.values).eql([null, null]);
  });

  it("takes an absent member of a cidaas user as empty", () => {
    should(mapOf({ whenEmpty: "clear" }).map("to-legacy", {}).r?.values).eql([null]);
    should(mapOf({ whenEmpty: "skip" }).map("to-legacy", {}).r).equal(undefined);
    should(problemsOf(mapOf({ required: true }), "to-legacy", {})[0]?.code).equal("RULE_REQUIRED");
  });

  it("asks a required rule for a value, and lets a default stand in for an empty one", () => {
    for (const whenEmpty of ["skip", "clear"])
      for (const record of [{}, { l: null }, { l: "" }])
        should(problemsOf(mapOf({ required: true, whenEmpty }), "to-cidaas", record)[0]?.code).equal("RULE_REQUIRED");
    const filled = mapOf({ required: true, whenEmpty: "default", default: "d" });
    should(filled.map("to-cidaas", { l: "" }).r?.values).eql(["d"]);
    should(problemsOf(filled, "to-cidaas", {})[0]?.code).equal("RULE_REQUIRED");
  });

  it("leaves rules with a missing path out of an extract", () => {
    should(map.extract("legacy", { name: "Lena", tier: null })).eql({ name: ["Lena"], tier: [null] });
    should(map.extract("cidaas", { given_name: "Lena" })).eql({ name: ["Lena", null] });
  });

  it("compares arrays as sets where the rule says so", () => {
    const set = mapOf({ compare: "set" });
    const value = mapOf({});
    should(set.canonical("cidaas", "r", [["b", "a", "b"]])).equal(set.canonical("legacy", "r", [["a", "b"]]));
    should(value.canonical("cidaas", "r", [["b", "a"]])).not.equal(value.canonical("cidaas", "r", [["a", "b"]]));
  });

  it("has one canonical text for values that differ in spelling only", () => {
    const plain = mapOf({});
    should(plain.canonical("cidaas", "r", [{ b: 1, a: "x" }])).equal(
      plain.canonical("cidaas", "r", [{ a: "x", b: 1 }]),
    );
    const texts = (["e\u0301", "\u00e9"] as const).map((text) => plain.canonical("cidaas", "r", [text]));
    should(new Set(texts.map((text) => PRINTER.value("r", "cidaas", text))).size).equal(1);
    should(plain.canonical("cidaas", "r", [5])).equal(plain.canonical("legacy", "r", ["5"]));
    const upper = mapOf({ cidaas: "email", transform: "upper" });
    should(upper.canonical("legacy", "r", [" A@B.org"])).equal("a@b.org");
  });

  it("gives what a transform cannot read a canonical text of its own instead of failing", () => {
    const phone = mapOf({ transform: "phone" });
    const text = phone.canonical("legacy", "r", ["none"]);
    should(text).not.equal("");
    should(text).not.equal(phone.canonical("legacy", "r", ["nobody"]));
    should(() => phone.canonical("legacy", "other", ["x"])).throw({ code: "RULE_UNKNOWN" });
  });

  it("reports values nested too deep, and takes dates of database drivers as text", () => {
    let deep: Json = "x";
    for (let depth = 0; depth < 100_000; depth++) deep = [deep];
    should(problemsOf(mapOf({}), "to-cidaas", { l: deep })[0]?.code).equal("VALUE_TOO_DEEP");
    should(mapOf({}).canonical("legacy", "r", [deep])).equal("unreadable:");
    const record: JsonObject = {};
    Object.assign(record, { l: new Date(0) });
    should(mapOf({}).map("to-cidaas", record).r?.values).eql(["1970-01-01T00:00:00.000Z"]);
    Object.assign(record, { l: new Map([["a", 1]]) });
    should(problemsOf(mapOf({}), "to-cidaas", record)[0]?.code).equal("VALUE_NOT_JSON");
  });

  it("maps, builds and compares any record without a foreign error or a changed prototype", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom("contact", "name", "tier", "tel", "__proto__"), fc.jsonValue()),
        (raw) => {
          const record: JsonObject = JSON.parse(JSON.stringify(raw));
          const problems = problemsOf(map, "to-cidaas", record);
          for (const problem of problems) should(problem.code).not.equal("RULE_FAILED");
          const values = map.extract("legacy", record);
          for (const [id, carried] of Object.entries(values))
            should(map.canonical("legacy", id, carried)).be.a.String();
          map.build("cidaas", values);
          should(Object.keys(Object.prototype)).eql([]);
        },
      ),
    );
  });
});

describe("identifierValues", () => {
  it("gives the same text for an identifier of either side, and leaves out empty and unreadable ones", () => {
    const legacy = identifierValues(map, "legacy", { email: [" A@b.org"], phone: ["0151 23456789"], name: ["x"] });
    const cidaas = identifierValues(map, "cidaas", { email: ["a@B.org"], phone: ["+4915123456789"] });
    should(legacy).eql(cidaas);
    should(cidaas).eql([
      { kind: "email", canonical: "a@b.org", rule: "email" },
      { kind: "mobile_number", canonical: "+4915123456789", rule: "phone" },
    ]);
    should(identifierValues(map, "cidaas", { email: [null], phone: ["none"] })).eql([]);
  });
});
