import should from "should";
import type { RulePolicy } from "../../../lib/sync/decision";
import { remembered, written } from "../../../lib/sync/ledger";
import { type PlanInput, planFor, type Settleable } from "../../../lib/sync/plan";
import type { Intent } from "../../../lib/sync/types";

const TIER: RulePolicy = {
  id: "tier",
  fingerprint: "f",
  direction: "both",
  conflict: "newest",
  write: "always",
  secret: false,
};
const SILVER = { source: "silver@legacy", target: "silver@cidaas", editAt: 300 };
const INTENT: Intent = {
  side: "cidaas",
  create: false,
  at: 1_000,
  identifiers: [],
  rules: { tier: SILVER },
  conflicts: [],
  heal: [],
};

function planned(given: Partial<PlanInput>): Settleable {
  const plan = planFor({
    source: "cidaas",
    now: 10_000,
    policies: [TIER],
    news: {},
    force: [],
    backfill: null,
    ledger: {},
    intent: null,
    target: { state: "absent" },
    thaw: [],
    setAgain: [],
    late: {},
    rival: null,
    verifyAlways: false,
    firstContact: "park",
    clockTolerance: 10,
    flightMs: 500,
    learned: {},
    ...given,
  });
  if (plan.do !== "settle") throw new Error(`the plan is to ${plan.do}`);
  return plan;
}

/** Rules of the unsettled write that a look at cidaas overtakes, which shows this tier. */
function overtakenBy(tier: string, seenAt: number | undefined, intent = INTENT): string[] {
  const shown = { source: `${tier}@cidaas`, target: `${tier}@legacy`, span: null };
  return planned({ intent, news: { tier: seenAt === undefined ? shown : { ...shown, seenAt } } }).overtaken;
}

describe("A look at a side after a write of ours that is not settled", () => {
  it("overtakes the write where it shows another value, later than the write can have taken effect", () => {
    should(overtakenBy("gold", 1_511)).eql(["tier"]);
    should(overtakenBy("gold", 1_510)).eql([]);
    should(overtakenBy("gold", undefined)).eql([]);
  });

  it("overtakes nothing where it shows the value of the write, nor a create, nor anything twice", () => {
    should(overtakenBy("silver", 2_000)).eql([]);
    should(overtakenBy("gold", 2_000, { ...INTENT, create: true })).eql([]);
    should(overtakenBy("gold", 2_000, { ...INTENT, rules: { tier: { ...SILVER, overtaken: true } } })).eql([]);
  });
});

describe("A value that several legacy records have shown", () => {
  /** We wrote "silver" to the legacy system between 1000 and 1020. */
  const agreed = { ...SILVER, fingerprint: "f", side: "cidaas" as const };
  const silver = { ...agreed, source: SILVER.target, target: SILVER.source };
  const shown = { source: SILVER.source, target: SILVER.target, span: { first: 1_024, last: 1_024 }, seenAt: 1_029 };
  const given = { source: "legacy" as const, target: { state: "unread" as const }, news: { tier: shown } };

  it("dates the echo of our write from the first of them, and was seen in the last", () => {
    const plan = planned({ ...given, ledger: { tier: written(null, silver, { at: 1_000, until: 1_020 }) } });
    should(plan.ledger.tier?.legacy).match({ writes: [{ echoAt: 1_024 }], seenAt: 1_029 });
  });

  it("does so too where it proves a write that was never answered", () => {
    const before = { ...silver, target: "gold@legacy", source: "gold@cidaas" };
    const intent: Intent = { ...INTENT, side: "legacy", rules: { tier: { ...silver, editAt: 300 } } };
    const ledger = { tier: written(null, before, { at: 200, until: 220 }) };
    const plan = planned({ ...given, intent, ledger });
    const [write] = plan.ledger.tier?.legacy.writes ?? [];
    should(write).match({ print: SILVER.source, at: 1_000, found: true, echoAt: 1_024 });
    should(plan.ledger.tier?.legacy.seenAt).equal(1_029);
  });

  it("is known no better by records that the ledger knows already", () => {
    const known = planned({ ...given, ledger: { tier: written(null, silver, { at: 1_000, until: 1_020 }) } });
    should(planned({ ...given, ledger: known.ledger }).ledger).eql({});
  });
});

describe("The late record of a value after which a person has set what was agreed", () => {
  const agreed = remembered(null, { ...SILVER, fingerprint: "f", side: "legacy" });
  const seen = { ...agreed, legacy: { ...agreed.legacy, seenAt: 900 } };
  const gold = { source: "gold@legacy", target: "gold@cidaas", span: { first: 700, last: 700 } };
  const again = (direction: RulePolicy["direction"]) =>
    planned({
      source: "legacy",
      policies: [{ ...TIER, direction }],
      news: { tier: gold },
      ledger: { tier: seen },
      target: { state: "unread" },
    });

  it("has it brought once more by a rule of one way, whose target may hold anything", () => {
    should(again("to-cidaas")).match({ again: ["tier"], ledger: { tier: { legacy: { editAt: 900 } } } });
  });

  it("needs nothing more by a rule of both ways, whose target tells of its edits", () => {
    should(again("both")).match({ again: [], ledger: { tier: { legacy: { editAt: 900 } } } });
  });
});

describe("What a write of ours that is not settled has brought to cidaas", () => {
  /** We wrote "gold" to the legacy system between 900 and 1100, over "silver", which was set there at 1000 and is in cidaas now. */
  const gold = { fingerprint: "f", side: "cidaas" as const, source: "gold@cidaas", target: "gold@legacy", editAt: 250 };
  const open: Intent = { ...INTENT, at: 1_050, rules: { tier: { ...SILVER, editAt: 1_000 } } };
  const shown = { source: SILVER.target, target: SILVER.source, span: { first: 250, last: 1_060 }, seenAt: 1_200 };
  const brought = (tier: string, until: number) => {
    const ledger = { tier: written(null, gold, { at: 900, until, found: true }) };
    const target = { state: "read", prints: { tier: `${tier}@legacy` }, editAt: 1_090 } as const;
    return planned({ news: { tier: shown }, intent: open, ledger, target, now: 1_300 });
  };

  it("is brought back to where it came from, if another one has replaced it there", () => {
    const plan = brought("gold", 1_100);
    should(plan.write).eql(["tier"]);
    should(plan.proven.tier).match({
      cidaas: { print: "silver@cidaas", writes: [{ at: 1_050, found: true, editAt: 1_000 }] },
      legacy: { print: "gold@legacy", writes: [{ at: 900 }] },
    });
  });

  it("is not, where its source still holds it, or something that a person has set there since", () => {
    for (const plan of [brought("silver", 1_100), brought("bronze", 1_100), brought("gold", 980)]) {
      should(plan.write).eql([]);
      should(plan.ledger.tier?.cidaas.print).equal("silver@cidaas");
    }
  });
});
