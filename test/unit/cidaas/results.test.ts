import fc from "fast-check";
import should from "should";
import { tieResults } from "../../../lib/cidaas/results";
import type { BulkResult } from "../../../lib/cidaas/types";
import type { Json, JsonObject } from "../../../lib/sync/types";

const lena = { sub: "s-lena", email: "Lena@Example.org", given_name: "Lena" };
const omar = { sub: "s-omar", email: "omar@example.org" };
const UNKNOWN: BulkResult = { state: "UNKNOWN" };

function codeAndMessage(result: BulkResult | undefined): { code: string; message: string } {
  if (result?.state !== "FAILED") throw new Error(`expected FAILED, got ${result?.state}`);
  return { code: result.code, message: result.message };
}

describe("tieResults", () => {
  it("finds the results in process_states, a bare array and a data envelope", () => {
    const states: Json = [
      { sub: "s-omar", result: "CREATED" },
      { sub: "s-lena", status: "UPDATED" },
    ];
    const containers: Json[] = [
      { process_states: states },
      states,
      { success: true, status: 200, data: states },
      { success: true, data: { process_states: states } },
    ];
    for (const answer of containers)
      should(tieResults([lena, omar], answer)).eql([
        { state: "UPDATED", sub: "s-lena" },
        { state: "CREATED", sub: "s-omar" },
      ]);
  });

  it("leaves every user unknown when the answer has no results", () => {
    const empty: Json[] = [null, "<html>", {}, { data: null }, [], { process_states: "no" }, 7];
    for (const answer of empty) should(tieResults([lena, omar], answer)).eql([UNKNOWN, UNKNOWN]);
  });

  it("ties by the e-mail in any case when the tenant has chosen the sub", () => {
    const users = [{ email: "Lena@Example.org" }, { email: "omar@example.org" }];
    const answer = [
      { sub: "n2", identifier: { email: "OMAR@example.org" }, state: "CREATED" },
      { sub: "n1", identifier: { email: "lena@example.org" }, state: "CREATED" },
    ];
    should(tieResults(users, answer)).eql([
      { state: "CREATED", sub: "n1" },
      { state: "CREATED", sub: "n2" },
    ]);
  });

  it("ties by mobile number in any spelling and by user name", () => {
    const users = [{ mobile_number: "+49 151 2345678" }, { username: "omar" }];
    const answer = [
      { sub: "n2", identifier: { username: "omar" } },
      { sub: "ANONYMOUS", identifier: { mobile_number: "00491512345678" }, message: "no" },
    ];
    const [first, second] = tieResults(users, answer);
    should(first?.state).equal("FAILED");
    should(second).eql({ state: "UPDATED", sub: "n2" });
  });

  it("takes a sub that is not ANONYMOUS as success when there is no state, and ANONYMOUS as failure", () => {
    const answer = [
      { sub: "s-lena", identifier: { email: "lena@example.org" } },
      { sub: "ANONYMOUS", identifier: { email: "omar@example.org" }, message: "invalid email passed" },
    ];
    const [first, second] = tieResults([lena, omar], answer);
    should(first).eql({ state: "UPDATED", sub: "s-lena" });
    should(second).match({ state: "FAILED", code: "EMAIL_INVALID" });
  });

  it("takes the position of a nameless failure when all others stand in their places", () => {
    const answer = [
      { sub: "s-lena", state: "UPDATED" },
      { sub: "ANONYMOUS", message: "refused" },
    ];
    should(tieResults([lena, omar], answer).map(({ state }) => state)).eql(["UPDATED", "FAILED"]);
  });

  it("does not take a position when the others are shuffled, missing, or of several states", () => {
    const nora = { sub: "s-nora", email: "nora@example.org" };
    const shuffled = [{ sub: "ANONYMOUS", message: "no" }, { sub: "s-omar" }, { sub: "s-lena" }];
    should(tieResults([lena, omar, nora], shuffled).map(({ state }) => state)).eql(["UPDATED", "UPDATED", "UNKNOWN"]);
    should(tieResults([lena, omar], [{ sub: "ANONYMOUS", message: "no" }])).eql([UNKNOWN, UNKNOWN]);
    const births = [{ given_name: "A" }, { given_name: "B" }];
    should(tieResults(births, [{ sub: "n1" }, { sub: "ANONYMOUS" }])).eql([UNKNOWN, UNKNOWN]);
  });

  it("learns no sub by position, save of a user alone", () => {
    const births = [{ given_name: "A" }, { given_name: "B" }];
    should(tieResults(births, [{ sub: "n1" }, { sub: "n2" }])).eql([
      { state: "UPDATED", sub: null },
      { state: "UPDATED", sub: null },
    ]);
    should(tieResults([{ given_name: "A" }], [{ sub: "n1", state: "CREATED" }])).eql([{ state: "CREATED", sub: "n1" }]);
  });

  it("does not believe two results for one user", () => {
    const twice = [
      { sub: "s-lena", state: "CREATED" },
      { sub: "s-lena", state: "CREATED" },
    ];
    should(tieResults([lena, omar], twice)).eql([UNKNOWN, UNKNOWN]);
  });

  it("does not believe a result that names two users, or somebody else", () => {
    const mixed = [{ sub: "s-lena", identifier: { email: "omar@example.org" }, state: "UPDATED" }];
    should(tieResults([lena, omar], mixed)).eql([UNKNOWN, UNKNOWN]);
    const other = [{ sub: "s-else", identifier: { email: "lena@example.org" }, state: "UPDATED" }];
    should(tieResults([lena], other)).eql([UNKNOWN]);
    const stranger = [{ sub: "ANONYMOUS", identifier: { email: "who@example.org" }, message: "no" }];
    should(tieResults([lena], stranger)).eql([UNKNOWN]);
  });

  it("does not believe states that disagree", () => {
    should(tieResults([lena], [{ sub: "s-lena", state: "CREATED", result: "FAILED" }])).eql([UNKNOWN]);
    should(tieResults([lena], [{ sub: "ANONYMOUS", identifier: { email: lena.email }, state: "CREATED" }])).eql([
      UNKNOWN,
    ]);
  });

  it("does not take a user's own name for a state", () => {
    const named = [{ sub: "s-lena", username: "FAILED" }];
    should(tieResults([lena], named)).eql([{ state: "UPDATED", sub: "s-lena" }]);
  });

  it("knows a taken e-mail, and else says what the tenant said", () => {
    const said = (message: string) =>
      codeAndMessage(tieResults([lena], [{ sub: "ANONYMOUS", identifier: { email: lena.email }, message }])[0]);
    should(said("email already exists").code).equal("EMAIL_TAKEN");
    should(said("user failed: 507").code).equal("EMAIL_INVALID");
    should(said("custom field tier has a wrong type")).match({
      code: "TENANT_FAILED_USER",
      message: /tier has a wrong type/,
    });
  });

  it("keeps nothing of the user in a reason, and bounds it", () => {
    const message = `name Lena (lena@example.org, LENA@EXAMPLE.ORG) +49 151 2345678 refused ${"x ".repeat(5000)}`;
    const said = codeAndMessage(
      tieResults([lena], [{ sub: "ANONYMOUS", identifier: { email: lena.email }, message }])[0],
    );
    should(said.message).not.match(/lena|example|2345678/i);
    should(said.message.length).be.below(300);
  });

  it("survives names that reach into prototypes", () => {
    const answer: Json = JSON.parse('[{"__proto__":{"sub":"s-lena"},"constructor":"CREATED"},null,[],"CREATED",5]');
    should(tieResults([lena], answer)).eql([UNKNOWN]);
  });

  it("never gives a user another one's result, however results are shuffled, lost or repeated", () => {
    fc.assert(
      fc.property(scenarios, ({ users, elements, truth }) => {
        const results = tieResults(users, elements);
        should(results.length).equal(users.length);
        for (const [place, result] of results.entries()) {
          if (result.state === "UNKNOWN") continue;
          const real = truth[place];
          should(result.state).equal(real?.state);
          if ("sub" in result && result.sub !== null) should(result.sub).equal(real?.sub);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("ties all results when each carries an id and none is lost or repeated", () => {
    fc.assert(
      fc.property(complete, ({ users, elements, truth }) => {
        should(tieResults(users, elements).map(({ state }) => state)).eql(truth.map(({ state }) => state));
      }),
    );
  });
});

interface Truth {
  state: "CREATED" | "UPDATED" | "FAILED";
  sub: string;
}

interface Scenario {
  users: JsonObject[];
  elements: JsonObject[];
  truth: Truth[];
}

interface Draw {
  truth: Truth["state"];
  sendsSub: boolean;
  named: boolean;
  /** How often the result comes. */
  times: number;
}

const draws = (named: fc.Arbitrary<boolean>, times: fc.Arbitrary<number>): fc.Arbitrary<Draw[]> =>
  fc.array(
    fc.record({
      truth: fc.constantFrom("CREATED" as const, "UPDATED" as const, "FAILED" as const),
      sendsSub: fc.boolean(),
      named,
      times,
    }),
    { maxLength: 6 },
  );

function toScenario(drawn: Draw[], order: number[]): Scenario {
  const users = drawn.map(({ sendsSub }, i) => ({ email: `u${i}@x.org`, ...(sendsSub ? { sub: `s${i}` } : {}) }));
  const elements = drawn.flatMap(({ truth, named, times }, i) => {
    const failed = truth === "FAILED";
    const one: JsonObject = { sub: failed ? "ANONYMOUS" : `s${i}`, state: truth };
    if (named) one.identifier = { email: `U${i}@x.org` };
    return Array.from({ length: times }, () => one);
  });
  const shuffled = elements
    .map((element, i) => ({ element, rank: order[i % Math.max(order.length, 1)] ?? 0 }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ element }) => element);
  return { users, elements: shuffled, truth: drawn.map(({ truth }, i) => ({ state: truth, sub: `s${i}` })) };
}

const orders = fc.array(fc.integer(), { maxLength: 8 });
/** A nameless result that comes twice while another is lost looks like two results; nobody could tell. */
const scenarios = fc
  .tuple(
    fc.oneof(draws(fc.boolean(), fc.constantFrom(1, 1, 1, 0)), draws(fc.constant(true), fc.constantFrom(1, 1, 0, 2))),
    orders,
  )
  .map(([drawn, order]) => toScenario(drawn, order));
const complete = fc
  .tuple(draws(fc.constant(true), fc.constant(1)), orders)
  .map(([drawn, order]) => toScenario(drawn, order));
