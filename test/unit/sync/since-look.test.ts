import should from "should";
import type { RulePolicy } from "../../../lib/sync/decision";
import { coveredSinceLook, type KnownUser } from "../../../lib/sync/since-look";
import type { LedgerEntry, Write } from "../../../lib/sync/types";
import { EMAIL, HASH } from "./asking";

const CITY: RulePolicy = { ...EMAIL, id: "city" };
const TIER: RulePolicy = { ...EMAIL, id: "tier", direction: "to-cidaas" };
const RULES = [EMAIL, CITY, TIER, HASH];

/** What we saw of the user tells of events up to 10,000; the call left at 12,000 and took effect at 13,000. */
const CALL = { print: "new", before: "old", at: 12_000, until: 13_500, editAt: 11_000 } satisfies Write;
const TOOK_EFFECT = 13_000;
const LOOKED_OVER = 10_000;

const entry = (...writes: Write[]): LedgerEntry => ({
  fingerprint: "f1",
  cidaas: { print: writes[0]?.print ?? "old", editAt: null, writes },
  legacy: { print: "", editAt: null, writes: [] },
});

/** What is recorded of a user whose events lie between two times, as pairs of rule and time of the lost edit. */
function recorded(first: number, last: number, call: Partial<Write> = {}, user: Partial<KnownUser> = {}) {
  const write = { ...CALL, over: LOOKED_OVER, ...call };
  const known = {
    updatedAt: TOOK_EFFECT,
    events: { first, last },
    named: RULES.map(({ id }) => id),
    ledger: { email: entry(), city: entry(write), tier: entry(write), hash: entry(write) },
    ...user,
  };
  return coveredSinceLook(known, RULES, 20_000).map(({ rule, cidaasTime }) => [rule, cidaasTime]);
}

describe("An edit in cidaas between our last look and our call", () => {
  it("is recorded as doubtful, for the side that has won unseen", () => {
    const ledger = { city: entry({ ...CALL, over: LOOKED_OVER }) };
    const user = { updatedAt: TOOK_EFFECT, events: { first: 12_500, last: 13_001 }, named: ["city"], ledger };
    should(coveredSinceLook(user, RULES, 20_000)).eql([
      { rule: "city", winner: "legacy", at: 20_000, cidaasTime: 12_500, legacyTime: 11_000, ambiguous: true },
    ]);
  });

  it("is known by any event from after what we saw and before what we made of it", () => {
    should(recorded(12_500, 13_001)).eql([["city", 12_500]]);
    should(recorded(12_500, 12_500)).eql([["city", 12_500]]);
    should(recorded(10_500, 10_500)).eql([["city", 10_500]]);
    should(recorded(9_000, 12_500)).eql([["city", 12_500]]);
  });

  it("is not what we saw, nor the echo of the call, nor what came after it", () => {
    should(recorded(9_000, 10_000)).eql([]);
    should(recorded(12_950, 13_001)).eql([]);
    should(recorded(13_000, 14_000)).eql([]);
  });

  it("is not the echo of the call before, though the clock of the tenant lets the last change fall into both", () => {
    const before = entry({ ...CALL, over: LOOKED_OVER });
    const last = entry({ ...CALL, at: 12_990, over: 12_980 });
    should(recorded(12_500, 13_001, {}, { ledger: { email: before, city: last } })).eql([]);
  });

  it("is not one that was accepted since, with clocks so far apart that it seems to be of before the call", () => {
    const city = entry({ ...CALL, over: LOOKED_OVER });
    const edited = { ...city, cidaas: { ...city.cidaas, editAt: 12_500 } };
    should(recorded(12_500, 12_500, {}, { ledger: { city: edited } })).eql([]);
    const replaced = { ...city, cidaas: { ...city.cidaas, print: "newer" } };
    should(recorded(12_500, 12_500, {}, { ledger: { city: replaced } })).eql([]);
  });

  it("may have been of any rule that the call carried, secrets and rules of one way apart", () => {
    should(recorded(12_500, 13_001, { whole: true })).eql([
      ["email", 12_500],
      ["city", 12_500],
    ]);
    should(recorded(12_500, 13_001, { whole: true }, { named: ["email"] })).eql([["email", 12_500]]);
  });

  it("is told by nobody where the call had others beside it, or is not what the user was last changed by", () => {
    const { over: _, ...unknown } = { ...CALL, over: LOOKED_OVER };
    should(recorded(12_500, 13_001, {}, { ledger: { city: entry(unknown) } })).eql([]);
    should(recorded(12_500, 13_001, {}, { updatedAt: 15_000 })).eql([]);
    should(recorded(12_500, 13_001, {}, { ledger: { city: entry({ ...CALL, at: 14_000, until: 15_000 }) } })).eql([]);
  });
});
