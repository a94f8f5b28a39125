import should from "should";
import { ConfigError } from "../../../lib/errors";
import { parseRules } from "../../../lib/mapping/rules";

function messageOf(raw: unknown): string {
  try {
    parseRules(raw);
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    should(thrown.code).equal("MAP_INVALID");
    return thrown.message;
  }
  return "";
}

describe("parseRules", () => {
  it("completes a rule with its defaults", () => {
    const [rule] = parseRules([{ cidaas: "given_name", legacy: "first" }]);
    should(rule?.fingerprint).match(/^[0-9a-f]{16}$/);
    should({ ...rule, fingerprint: "" }).eql({
      id: "given_name=first",
      cidaas: ["given_name"],
      legacy: ["first"],
      direction: "both",
      transform: "copy",
      options: {},
      conflict: "newest",
      write: "always",
      compare: "value",
      required: false,
      secret: false,
      whenEmpty: "skip",
      default: null,
      timePath: null,
      fingerprint: "",
    });
  });

  it("takes what the editor left empty as not given", () => {
    const [rule] = parseRules([
      { id: "", cidaas: "a", legacy: ["b"], direction: "", transform: "", options: {}, timePath: "", required: "true" },
    ]);
    should(rule).containEql({ id: "a=b", direction: "both", transform: "copy", timePath: null, required: true });
  });

  it("lists all errors at once with rule and path", () => {
    const message = messageOf([
      { id: "one", cidaas: "a", legacy: "x", transform: "reverse" },
      { id: "two", cidaas: "b[", legacy: "y", direction: "up", options: { shout: true } },
      { cidaas: "e.__proto__.polluted", legacy: "z" },
      { id: "four", cidaas: "f", legacy: "w", secert: true },
      "five",
    ]);
    should(message).match(/rule "one" \(a, x\): transform "reverse" is unknown/);
    should(message).match(/rule "two" \(b\[, y\): "cidaas" "b\[": the path is not of the form/);
    should(message).match(/rule "two" .*"direction" must be one of both, to-cidaas, to-legacy/);
    should(message).match(/rule "two" .*the option "shout" is unknown/);
    should(message).match(/rule 3 \(e\.__proto__\.polluted, z\): .*reserved name "__proto__"/);
    should(message).match(/rule "four" \(f, w\): "secert" is not a property of a rule/);
    should(message).match(/rule 5: a rule must be an object/);
  });

  for (const part of ["__proto__", "prototype", "constructor"])
    it(`refuses ${part} in cidaas, legacy and time paths, quoted or not`, () => {
      should(messageOf([{ cidaas: `a.${part}`, legacy: "b" }])).match(/reserved name/);
      should(messageOf([{ cidaas: "a", legacy: `b["${part}"]` }])).match(/reserved name/);
      should(messageOf([{ cidaas: "a", legacy: "b", timePath: part }])).match(/reserved name/);
    });

  it("does not take members of Object for transforms or ids", () => {
    should(messageOf([{ cidaas: "a", legacy: "b", transform: "constructor" }])).match(/is unknown/);
    should(messageOf([{ cidaas: "a", legacy: "b", id: "__proto__" }])).match(/is reserved/);
    should(messageOf([{ cidaas: "a", legacy: "b", id: "toString" }])).match(/is reserved/);
  });

  it("refuses two rules with one id", () => {
    should(
      messageOf([
        { id: "x", cidaas: "a", legacy: "b" },
        { id: "x", cidaas: "c", legacy: "d" },
      ]),
    ).match(/two rules have the id "x"/);
  });

  it("refuses two rules that write to one place, however it is spelled", () => {
    const first = { id: "x", cidaas: "a", legacy: "tel[0]" };
    should(messageOf([first, { id: "y", cidaas: "b", legacy: 'tel["0"]' }])).match(/rule "y" \(tel\["0"\]\): rule "x"/);
    should(messageOf([first, { id: "y", cidaas: "b", legacy: "tel" }])).match(/writes to tel\[0\] of legacy too/);
    should(messageOf([{ id: "y", cidaas: "b", legacy: "tel" }, first])).match(/writes to tel of legacy too/);
  });

  it("allows one path for two rules that write in different directions", () => {
    const rules = parseRules([
      { id: "in", cidaas: "a", legacy: "b", direction: "to-cidaas", transform: "trim" },
      { id: "out", cidaas: "a", legacy: "b", direction: "to-legacy", transform: "upper" },
    ]);
    should(rules.length).equal(2);
  });

  it("checks the options of a transform", () => {
    const bad = (transform: string, options: unknown) => messageOf([{ cidaas: "a", legacy: "b", transform, options }]);
    should(bad("enum", {})).match(/"pairs" must list/);
    should(bad("enum", { pairs: [["a"]] })).match(/"pairs" must list/);
    should(bad("boolean", { true: "J", false: "j" })).match(/must differ/);
    should(bad("date", { legacyFormat: "HH:mm" })).match(/must hold year, month and day/);
    should(bad("date", { zone: "Europe/Atlantis" })).match(/must be a time zone/);
    should(bad("date", { legacyFormat: "dd.MM.yy" })).match(/year with four digits/);
    should(bad("date", { legacyFormat: "yyyy-MM-dd hh:mm" })).match(/hh:mm together with a/);
    should(bad("country", { legacyFormat: "alpha4" })).match(/must be one of alpha2, alpha3, numeric, name/);
    for (const language of ["no language", "xx", "gv"])
      should(bad("country", { legacyFormat: "name", language })).match(/"language" must be a language that has names/);
    should(bad("language", { legacyFormat: "name", language: "xx" })).match(/"language" must be a language/);
    should(bad("phone", { country: "XX" })).match(/must be a country code/);
    should(bad("phone", { legacyFormat: "national" })).match(/"country" is needed/);
    should(bad("phone", { legacyFormat: "roman" })).match(/must be one of e164, national, international/);
    should(bad("list", { delimiter: 3 })).match(/"delimiter" must be text/);
    should(bad("constant", { toCidaas: "x" })).match(/"toLegacy" is missing/);
    should(bad("template", { toCidaas: "{{b}}", toLegacy: "{{other}}" })).match(/not a source of the rule/);
    should(bad("copy", "none")).match(/"options" must be an object/);
  });

  it("checks how many paths a transform needs", () => {
    should(messageOf([{ cidaas: "a", legacy: "b", transform: "name" }])).match(/needs 2 cidaas paths/);
    should(messageOf([{ cidaas: ["a", "c"], legacy: "b" }])).match(/"copy" needs 1 cidaas path/);
    should(messageOf([{ cidaas: "a" }])).match(/"copy" needs 1 legacy path/);
  });

  it("makes hashes and password members secret and hashes one-way by themselves", () => {
    const [hash, password] = parseRules([
      { cidaas: "password_hash_info", legacy: "pw", transform: "hash", secret: false },
      { cidaas: "password", legacy: "plain" },
    ]);
    should(hash).containEql({ secret: true, direction: "to-cidaas" });
    should(password?.secret).equal(true);
    should(messageOf([{ cidaas: "a", legacy: "b", transform: "hash", direction: "both" }])).match(
      /works to-cidaas only/,
    );
  });

  it("refuses a default that is missing or that a side would not understand", () => {
    const rule = { cidaas: "a", legacy: "b", whenEmpty: "default" };
    should(messageOf([rule])).match(/"default" must be set/);
    const pairs = { transform: "enum", options: { pairs: [["open", "1"]] } };
    should(messageOf([{ ...rule, ...pairs, default: "open" }])).match(/can take on the legacy side/);
    should(messageOf([{ ...rule, ...pairs, default: "open", direction: "to-cidaas" }])).equal("");
  });

  it("refuses what is not an array", () => {
    should(messageOf({ cidaas: "a" })).match(/must be an array/);
    should(messageOf(undefined)).match(/must be an array/);
  });

  it("changes the fingerprint with what a print means, and with nothing else", () => {
    const base = { id: "x", cidaas: "a", legacy: "b", transform: "phone", options: { country: "DE" } };
    const print = (change: Record<string, unknown>) => parseRules([{ ...base, ...change }])[0]?.fingerprint;
    const same = [
      { id: "y" },
      { direction: "to-legacy" },
      { conflict: "legacy" },
      { secret: true },
      { options: { legacyFormat: "e164", country: "DE" } },
      { default: "unused" },
    ];
    for (const change of same) should(print(change)).equal(print({}));
    const other = [
      { cidaas: "c" },
      { transform: "copy", options: {} },
      { options: { country: "AT" } },
      { compare: "set" },
      { whenEmpty: "clear" },
    ];
    for (const change of other) should(print(change)).not.equal(print({}));
  });

  it("lets no rule empty what cidaas cannot empty", () => {
    const rule = { cidaas: "roles", legacy: "roles", whenEmpty: "clear" };
    should(() => parseRules([rule])).throw({ code: "MAP_INVALID", message: /"roles" cannot be emptied in cidaas/ });
    should(() => parseRules([{ ...rule, cidaas: "groups[0].roles" }])).throw({ code: "MAP_INVALID" });
    parseRules([{ ...rule, direction: "to-legacy" }]);
    parseRules([{ ...rule, whenEmpty: "skip" }]);
  });
});
