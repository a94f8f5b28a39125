import fc from "fast-check";
import should from "should";
import { compilePath } from "../../../lib/mapping/paths";
import type { JsonObject } from "../../../lib/sync/types";

const POISON = ["__proto__", "prototype", "constructor"];
const key = fc.string({ minLength: 1, maxLength: 8 }).filter((text) => text.trim() === text && !POISON.includes(text));
const quoted = (text: string) => `[${`"${text.replace(/["\\]/g, "\\$&")}"`}]`;
const json = fc.jsonValue({ maxDepth: 2 }).map((value): JsonObject[string] => JSON.parse(JSON.stringify(value)));

describe("compilePath", () => {
  it("reads names, array positions and quoted keys", () => {
    const record = { a: { b: { c: 1 } }, list: [{ x: 2 }], "x.y": { 'say "hi"': 3 } };
    should(compilePath("a.b.c").get(record)).equal(1);
    should(compilePath("list[0].x").get(record)).equal(2);
    should(compilePath("list.0.x").get(record)).equal(2);
    should(compilePath('["x.y"]["say \\"hi\\""]').get(record)).equal(3);
  });

  it("tells missing from null", () => {
    should(compilePath("a.b").get({ a: { b: null } })).equal(null);
    should(compilePath("a.b").get({ a: {} })).equal(undefined);
    should(compilePath("a.b").get({ a: null })).equal(undefined);
    should(compilePath("a.b").get({ a: "text" })).equal(undefined);
    should(compilePath("a[3]").get({ a: [1] })).equal(undefined);
  });

  it("sees own properties only", () => {
    for (const path of ["toString", "a.hasOwnProperty", "list.length", "list.map"])
      should(compilePath(path).get({ a: {}, list: [] })).equal(undefined);
  });

  it("creates objects on the way, and arrays for positions in brackets", () => {
    const record: JsonObject = { keep: 1 };
    compilePath("a.b.0").set(record, "x");
    compilePath("tel[1].number").set(record, "y");
    should(record).eql({ keep: 1, a: { b: { "0": "x" } }, tel: [null, { number: "y" }] });
  });

  it("refuses what is no path", () => {
    for (const text of [
      "",
      ".",
      "a.",
      ".a",
      "a..b",
      "a[",
      "a[x]",
      "a[1000]",
      "a[99999999999]",
      " a",
      "a b. c",
      'a["x]',
    ])
      should(() => compilePath(text)).throw({ code: "PATH_INVALID" });
    should(() => compilePath(`${"a.".repeat(40)}a`)).throw({ code: "PATH_INVALID" });
  });

  it("gives back what it set, wherever that is", () => {
    fc.assert(
      fc.property(fc.array(key, { minLength: 1, maxLength: 5 }), json, json, (keys, value, before) => {
        const path = compilePath(keys.map(quoted).join(""));
        const record: JsonObject = { [keys[0] ?? "a"]: before };
        path.set(record, value);
        should(path.get(record)).eql(value);
      }),
    );
  });

  it("never reaches a prototype, whatever the path is", () => {
    const part = fc.oneof(key, fc.constantFrom(...POISON, "toString", "length"));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), fc.boolean(), (parts, bare) => {
        const names = Object.getOwnPropertyNames(Object.prototype).length;
        try {
          compilePath(bare ? parts.join(".") : parts.map(quoted).join("")).set({}, "polluted");
        } catch (thrown) {
          should(thrown).have.property("code", "PATH_INVALID");
        }
        should(Object.getOwnPropertyNames(Object.prototype).length).equal(names);
        should(Object.prototype.toString).be.a.Function();
      }),
    );
  });

  it("replaces a value in a copy and leaves the record untouched", () => {
    const record = { a: [{ b: 1 }, { b: 2 }], c: 3 };
    should(compilePath("a[1].b").replace(record, "***")).eql({ a: [{ b: 1 }, { b: "***" }], c: 3 });
    should(record.a[1]).eql({ b: 2 });
    should(compilePath("a[1].x").replace(record, "***")).eql(record);
  });
});
