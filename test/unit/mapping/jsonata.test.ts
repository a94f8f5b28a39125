import should from "should";
import { compileMap } from "../../../lib/mapping/compile";
import { mapRecord } from "../../../lib/mapping/map-record";
import { parseRules } from "../../../lib/mapping/rules";
import type { JsonObject } from "../../../lib/sync/types";
import { mapOf, outcomeOf, problemsOf, TOOLS } from "./helpers";

const toCidaas = (expression: string, more: Record<string, unknown> = {}) =>
  mapOf({ transform: "jsonata", direction: "to-cidaas", options: { toCidaas: expression }, ...more });
const mapped = async (map: ReturnType<typeof mapOf>, record: JsonObject) =>
  (await mapRecord(map, "to-cidaas", record)).r;

describe("jsonata", () => {
  it("maps each direction by its own expression", async () => {
    const map = mapOf({
      transform: "jsonata",
      cidaas: "address.street_address",
      legacy: ["street", "no"],
      options: { toCidaas: 'street & " " & no', toLegacy: '$split(address.street_address, " ")' },
    });
    should((await mapRecord(map, "to-cidaas", { street: "Weg", no: 5 })).r).eql({
      source: '["Weg",5]',
      values: ["Weg 5"],
      at: null,
    });
    should((await mapRecord(map, "to-legacy", { address: { street_address: "Weg 5" } })).r).eql({
      source: "Weg 5",
      values: ["Weg", "5"],
      at: null,
    });
  });

  it("sees what lies at the rule's own paths, and nothing else of the record", async () => {
    const map = toCidaas("$string($)", { legacy: ["a.b", "list[1]"] });
    const record = { a: { b: 1, c: "other" }, list: [0, null], password: "other" };
    should((await mapped(map, record))?.values).eql(['{"a":{"b":1},"list":[null,null]}']);
    should(await mapped(map, { a: { b: 1 } })).equal(undefined);
  });

  it("does not mix users whose evaluations overlap", async () => {
    const map = toCidaas("$map([1..5], function() { $$.l })");
    const users = ["a", "b", "c"].map((l) => mapped(map, { l }));
    for (const [place, user] of (await Promise.all(users)).entries())
      should(user?.values).eql([new Array(5).fill("abc"[place])]);
  });

  it("takes no result for no value, about which whenEmpty decides", async () => {
    const none = { source: "x", at: null };
    should(await mapped(toCidaas("absent"), { l: "x" })).equal(undefined);
    should(await mapped(toCidaas("absent", { whenEmpty: "clear" }), { l: "x" })).eql({ ...none, values: [null] });
    const fallback = { whenEmpty: "default", default: "d" };
    should(await mapped(toCidaas('""', fallback), { l: "x" })).eql({ ...none, values: ["d"] });
    const { problems } = await outcomeOf(toCidaas("absent", { required: true }), "to-cidaas", { l: "x" });
    should(problems[0]?.code).equal("RULE_REQUIRED");
  });

  it("is not evaluated for an empty source", async () => {
    const map = toCidaas('$error("evaluated")', { whenEmpty: "clear" });
    should(await mapped(map, { l: "" })).eql({ source: "", values: [null], at: null });
    should(await mapped(map, {})).equal(undefined);
  });

  it("fills several paths with an array of as many values", async () => {
    const map = toCidaas("[l, null, 3]", { cidaas: ["a", "b", "c"] });
    should((await mapped(map, { l: "x" }))?.values).eql(["x", null, 3]);
    for (const expression of ["l", "[1, 2]", '{"a": 1}']) {
      const { problems } = await outcomeOf(toCidaas(expression, { cidaas: ["a", "b", "c"] }), "to-cidaas", { l: "x" });
      should(problems[0]).containEql({ rule: "r", path: "l", code: "JSONATA_FAILED" });
    }
  });

  it("reports an expression that fails, without the value, beside the other problems of the record", async () => {
    const rules = [
      {
        id: "bad",
        cidaas: "a",
        legacy: "x",
        direction: "to-cidaas",
        transform: "jsonata",
        options: { toCidaas: "x + 1" },
      },
      { id: "number", cidaas: "b", legacy: "y", transform: "number" },
    ];
    const map = compileMap(parseRules(rules, TOOLS), TOOLS);
    const { problems } = await outcomeOf(map, "to-cidaas", { x: "secret-value", y: "none" });
    should(problems.map(({ rule, path, code }) => [rule, path, code])).eql([
      ["bad", "x", "JSONATA_FAILED"],
      ["number", "y", "NUMBER_INVALID"],
    ]);
    should(JSON.stringify(problems)).not.containEql("secret-value");
  });

  it("refuses results that are no JSON, and values that are nested too deep", async () => {
    let deep: JsonObject = {};
    for (let depth = 0; depth < 30; depth++) deep = { deep };
    for (const [expression, record, code] of [
      ["function($x) { $x }", { l: "x" }, "JSONATA_FAILED"],
      ["$sum", { l: "x" }, "JSONATA_FAILED"],
      ["l", { l: deep }, "VALUE_TOO_DEEP"],
    ] as const)
      should((await outcomeOf(toCidaas(expression), "to-cidaas", record)).problems[0]?.code).equal(code);
  });

  it("says so when a record is mapped without having been computed", () => {
    should(problemsOf(toCidaas("l"), "to-cidaas", { l: "x" })[0]?.code).equal("JSONATA_FAILED");
  });

  it("costs maps without it nothing", () => {
    should(mapOf({}).compute("to-cidaas", { l: "x" })).equal(null);
    should(toCidaas("l").compute("to-legacy", { c: "x" })).equal(null);
  });

  it("needs an expression for each direction, with good syntax, and a runtime that has JSONata", () => {
    const rule = { cidaas: "a", legacy: "b", transform: "jsonata" };
    const parse =
      (more: Record<string, unknown>, tools = TOOLS) =>
      () =>
        parseRules([{ ...rule, ...more }], tools);
    should(parse({ options: { toCidaas: "b" } })).throw(/"toLegacy" is missing/);
    should(parse({ direction: "to-cidaas", options: { toCidaas: "b" } })).not.throw();
    should(parse({ options: { toCidaas: "b", toLegacy: "a +" } })).throw(/"toLegacy" is no JSONata expression: .*end/);
    should(parse({ cidaas: [], options: { toCidaas: "b", toLegacy: "a" } })).throw(/needs a cidaas path/);
    should(() => parseRules([{ ...rule, options: { toCidaas: "b", toLegacy: "a" } }])).throw(
      /JSONata is not available/,
    );
  });
});
