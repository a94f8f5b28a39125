import should from "should";
import { findRuleProblem, fromForm, toForm, withIds } from "../../../nodes/shared/editor/rule";
import { environment } from "./built";

describe("A rule in the dialog", () => {
  const rich = {
    id: "status",
    cidaas: ["given_name", "family_name"],
    legacy: "full_name",
    direction: "both",
    transform: "enum",
    options: {
      pairs: [
        ["VERIFIED", 1],
        ["LOCKED", "2"],
        [true, ""],
      ],
      newer: { kept: true },
    },
    conflict: environment("WINNER"),
    required: environment("REQUIRED"),
    default: 7,
    future: [1, 2],
  };

  it("is written back exactly as it was when nobody touched it", () => {
    should(fromForm(toForm(rich), rich)).eql(rich);
  });

  it("changes only what was changed, and keeps members it does not know", () => {
    const form = { ...toForm(rich), legacy: "name", required: false };
    should(fromForm(form, rich)).eql({ ...rich, legacy: "name", required: false });
  });

  it("keeps the types of paired words when one line is added", () => {
    const form = toForm(rich);
    form.options.pairs += "\nDECLINED = 007";
    const options = Object(fromForm(form, rich).options);
    should(options.pairs).eql([...rich.options.pairs, ["DECLINED", "007"]]);
    should(options.newer).eql({ kept: true });
  });

  it("shows several paths with commas and reads them as an array", () => {
    should(toForm(rich).cidaas).equal("given_name, family_name");
    const form = { ...toForm({}), cidaas: " a.b , c ", legacy: "d" };
    should(fromForm(form, {})).containEql({ cidaas: ["a.b", "c"], legacy: "d" });
  });

  it("drops the options of the transform before", () => {
    const form = { ...toForm(rich), transform: "date", options: { legacyFormat: "dd.MM.yyyy", zone: "" } };
    should(fromForm(form, rich).options).eql({ legacyFormat: "dd.MM.yyyy" });
  });

  it("keeps a text that looks like a number apart from the number", () => {
    const rule = { transform: "constant", options: { toCidaas: "12", toLegacy: 12 } };
    should(toForm(rule).options).eql({ toCidaas: '"12"', toLegacy: "12" });
    const form = toForm(rule);
    form.options.toCidaas = "true";
    should(fromForm(form, rule).options).eql({ toCidaas: true, toLegacy: 12 });
  });

  it("takes a template for text, whatever it looks like", () => {
    const rule = { transform: "template", options: { toCidaas: "12", toLegacy: "true" } };
    const form = toForm(rule);
    should(form.options).eql({ toCidaas: "12", toLegacy: "true" });
    form.options.toCidaas = "13";
    should(fromForm(form, rule).options).eql({ toCidaas: "13", toLegacy: "true" });
  });

  it("sends a password hash to cidaas unless the rule says otherwise", () => {
    should(toForm({ transform: "hash" }).direction).equal("to-cidaas");
  });
});

describe("The ids of rules", () => {
  it("are made of the path, are unique, and stay once they are there", () => {
    const rules = [{ id: "email", cidaas: "x" }, { cidaas: "email" }, { cidaas: "customFields.tier" }, { legacy: "b" }];
    should(withIds(rules).map(({ id }) => id)).eql(["email", "email_2", "customFields_tier", "b"]);
    should(withIds(withIds(rules))).eql(withIds(rules));
  });
});

describe("A field map", () => {
  const rule = (id: string, cidaas: string, legacy: string, more = {}) => ({ id, cidaas, legacy, ...more });

  it("is fine with different targets", () => {
    should(findRuleProblem([])).be.null();
    const back = rule("b", "email", "second", { direction: "to-legacy" });
    should(findRuleProblem([rule("a", "email", "mail"), back])).be.null();
  });

  it("needs a path on both sides, except for the source of a constant", () => {
    should(findRuleProblem([rule("a", "", "mail")])).eql({
      key: "pathMissing",
      parameters: { row: 1, side: "cidaas" },
    });
    const constant = rule("a", "provider", "", { transform: "constant", direction: "to-cidaas" });
    should(findRuleProblem([constant])).be.null();
  });

  it("must not write one target twice or use an id twice", () => {
    const twice = [rule("a", "email", "mail"), rule("b", "email", "other")];
    should(findRuleProblem(twice)?.key).equal("targetTwice");
    should(findRuleProblem([rule("a", "x", "y"), rule("a", "u", "v")])?.key).equal("idTwice");
  });

  it("is a list of rules", () => {
    should(findRuleProblem("none")?.key).equal("notAList");
    should(findRuleProblem([1])?.key).equal("notAList");
  });
});
