import should from "should";
import { ConfigError } from "../../../lib/errors";
import { Arguments } from "../../../lib/operate/arguments";
import { LANES } from "../../../lib/sync/types";

const given = (raw?: unknown) => new Arguments("test", raw);

/** The code and sentence of what the arguments throw. */
function refused(read: () => unknown): { code: string; message: string } {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("The arguments of an operation", () => {
  it("may all be left out, and are not mistaken for what an inject node sends", () => {
    for (const nothing of [undefined, null, " ", {}, Date.now(), true]) {
      should(given(nothing).lanes()).eql(LANES);
      should(given(nothing).pause()).eql({ lanes: LANES, reason: "paused by a person" });
      should(given(nothing).parked()).eql({ limit: 100 });
      should(given(nothing).drain()).eql({ lanes: LANES, timeoutMs: 60_000 });
    }
  });

  it("take a text for the lane, numbers as text, and blanks for nothing", () => {
    should(given("to-cidaas").lanes()).eql(["to-cidaas"]);
    should(given({ lane: "both" }).lanes()).eql(LANES);
    should(given({ lane: "", reason: " " }).pause()).eql({ lanes: LANES, reason: "paused by a person" });
    should(given({ limit: "7", after: 12, lane: "to-legacy", code: " X " }).parked()).eql({
      limit: 7,
      after: "12",
      lane: "to-legacy",
      code: "X",
    });
    should(given({ timeout: "0.5" }).drain().timeoutMs).equal(500);
  });

  it("decide about one lane, in so many words", () => {
    should(given({ lane: "to-legacy", do: " go-on " }).brake()).eql({ lane: "to-legacy", decision: "go-on" });
    should(given({ lane: "to-cidaas", do: "drop" }).brake()).eql({ lane: "to-cidaas", decision: "drop" });
    for (const wrong of [
      "to-legacy",
      { do: "drop" },
      { lane: "both", do: "drop" },
      { lane: "to-legacy", do: "resume" },
    ])
      should(refused(() => given(wrong).brake()).code).equal("ARGUMENT_INVALID");
  });

  it("take no reason for a pause that is the brake's own", () => {
    const reason = "brake: 101 deletes within an hour";
    should(refused(() => given({ reason }).pause()).message).match(/reason: .*brake/);
    should(given({ reason: "brake" }).pause().reason).equal("brake");
  });

  it("select by ids, or by lane and perhaps code", () => {
    should(given({ ids: ["1", 2] }).selection()).eql({ ids: ["1", "2"] });
    should(given("to-legacy").selection()).eql({ lane: "to-legacy" });
    should(given({ lane: "to-cidaas", code: "X" }).selection()).eql({ lane: "to-cidaas", code: "X" });
  });

  const selections: [what: string, raw: unknown, named: RegExp][] = [
    ["nothing", {}, /ids: is missing/],
    ["a time stamp", 1_700_000_000_000, /ids: is missing/],
    ["both lanes", { lane: "both" }, /ids: is missing/],
    ["a code alone", { code: "X" }, /ids: is missing/],
    ["an unknown lane", { lane: "elsewhere" }, /lane: must be one of to-legacy, to-cidaas/],
    ["the name of a prototype's member", { lane: "constructor" }, /lane: must be one of/],
    ["a member of a prototype", JSON.parse('{"__proto__":{"lane":"to-cidaas"}}'), /ids: is missing/],
    ["an inherited lane", Object.create({ lane: "to-cidaas" }), /ids: is missing/],
    ["ids that are no list", { ids: "all" }, /ids: must be a list/],
    ["ids that are no list beside a lane", { ids: "all", lane: "to-cidaas" }, /ids: must be a list/],
    ["an empty list beside a lane", { ids: [], lane: "to-cidaas" }, /ids: /],
    ["ids and a lane", { ids: ["1"], lane: "to-cidaas" }, /ids: cannot be given together/],
    ["objects for ids", { ids: ["1", {}] }, /ids: must be a list of texts/],
    ["too many ids", { ids: Array.from({ length: 1001 }, String) }, /ids: must be at most 1000/],
    ["a list", ["1", "2"], /arguments: must be an object/],
    ["a variable that is not set", { lane: `\${LANE}` }, /lane: the environment variable LANE is not set/],
  ];
  for (const [what, raw, named] of selections) {
    it(`select nobody by ${what}`, () => {
      const { code, message } = refused(() => given(raw).selection());
      should(code).equal("SELECTION_INVALID");
      should(message).match(named);
    });
  }

  it("name a person by whatever is given", () => {
    should(given({ sub: " s ", legacyId: 4711, email: "", other: 1 }).person()).eql({ sub: "s", legacyId: "4711" });
    should(given({ email: "a@b.example" }).person()).eql({ email: "a@b.example" });
  });

  for (const raw of [{}, "a@b.example", { sub: " " }, { sub: { $ne: "" } }, { sub: "s", email: ["a"] }, [{ sub: "s" }]])
    it(`name nobody by ${JSON.stringify(raw)}`, () => {
      should(refused(() => given(raw).person()).code).equal("SELECTION_INVALID");
    });

  const wrong: [what: string, read: () => unknown, named: RegExp][] = [
    ["a lane that is none", () => given({ lane: "toString" }).lanes(), /lane: must be one of/],
    ["a lane that is a number", () => given({ lane: 7 }).lanes(), /lane: must be one of/],
    ["a reason that is an object", () => given({ reason: {} }).pause(), /reason: must be text/],
    ["a long reason", () => given({ reason: "x".repeat(201) }).pause(), /reason: must have at most 200/],
    ["the sync's own reason", () => given({ reason: "nobody answers" }).pause(), /reason: .*choose another/],
    ["no page at all", () => given({ limit: 0 }).page(), /limit: must be a whole number from 1 to 1000/],
    ["a position that is an object", () => given({ after: { gt: 1 } }).page(), /after: must be text/],
    ["a code that is a list", () => given({ code: ["X", "Y"] }).parked(), /code: must be text/],
    ["a time limit without end", () => given({ timeout: "Infinity" }).drain(), /timeout: must be a number/],
  ];
  for (const [what, read, named] of wrong) {
    it(`refuse ${what}, and name it`, () => {
      const { code, message } = refused(read);
      should(code).equal("ARGUMENT_INVALID");
      should(message).match(named);
    });
  }
});
