import should from "should";
import { ConfigReader } from "../../lib/config";

describe("ConfigReader", () => {
  const read = (raw: unknown) => new ConfigReader("node", raw);

  it("takes true and false as text too", () => {
    const reader = read({ a: true, b: "false", c: "" });
    should([reader.flag("a", false), reader.flag("b", true), reader.flag("c", true), reader.flag("d", false)]).eql([
      true,
      false,
      true,
      false,
    ]);
    reader.check("X");
  });

  it("keeps an empty text apart from a missing one", () => {
    const reader = read({ empty: "", blank: "  ", nothing: null });
    should([reader.text("empty", "d"), reader.text("blank", "d"), reader.text("nothing", "d")]).eql(["", "", "d"]);
    reader.check("X");
  });

  it("reads lists of texts", () => {
    const reader = read({ events: ["A", "", "B"] });
    should(reader.texts("events")).eql(["A", "B"]);
    should(reader.texts("other", ["C"])).eql(["C"]);
    reader.check("X");
  });

  it("takes the slashes from the end of a base URL, and leaves an endpoint as it is", () => {
    const reader = read({ url: "https://a.example/x//" });
    should([reader.url("url"), reader.endpoint("url")]).eql(["https://a.example/x", "https://a.example/x//"]);
  });

  const wrong: [string, unknown, (reader: ConfigReader) => unknown, string][] = [
    ["text that is an object", { a: {} }, (reader) => reader.text("a", ""), "node: a: must be text."],
    [
      "a flag that is neither",
      { a: "yes" },
      (reader) => reader.flag("a", true),
      "node: a: must be one of true, false.",
    ],
    [
      "a number out of range",
      { a: "0" },
      (reader) => reader.number("a", { default: 1, min: 1, max: 9 }),
      "node: a: must be a number from 1 to 9.",
    ],
    [
      "a number in another notation",
      { a: "0x5" },
      (reader) => reader.number("a", { default: 1, min: 1, max: 9 }),
      "node: a: must be a number from 1 to 9.",
    ],
    [
      "a number that is none",
      { a: Number.NaN },
      (reader) => reader.number("a", { default: 1, min: 1, max: 9 }),
      "node: a: must be a number from 1 to 9.",
    ],
    [
      "a list with something else in it",
      { a: ["x", 1] },
      (reader) => reader.texts("a"),
      "node: a: must be a list of texts.",
    ],
    ["what only a prototype has", {}, (reader) => reader.text("toString"), "node: toString: is missing."],
    ["a configuration that is no object", "x", (reader) => reader.text("a"), "node: a: is missing."],
    [
      "a field of a section",
      { a: { b: 1 } },
      (reader) => reader.section("a").flag("b", true),
      "node: a.b: must be one of true, false.",
    ],
  ];
  for (const [name, raw, use, message] of wrong)
    it(`refuses ${name}`, () => {
      const reader = read(raw);
      use(reader);
      should(() => reader.check("CODE")).throw(message, { name: "ConfigError", code: "CODE" });
    });
});
