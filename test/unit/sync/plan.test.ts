import should from "should";
import type { RulePolicy } from "../../../lib/sync/decision";
import { type PlanInput, planFor } from "../../../lib/sync/plan";
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

/** Rules of the unsettled write that a look at cidaas overtakes, which shows this tier. */
function overtakenBy(tier: string, seenAt: number | undefined, intent = INTENT): string[] {
  const input: PlanInput = {
    source: "cidaas",
    now: 10_000,
    policies: [TIER],
    news: {
      tier: {
        source: `${tier}@cidaas`,
        target: `${tier}@legacy`,
        span: null,
        ...(seenAt === undefined ? {} : { seenAt }),
      },
    },
    force: [],
    backfill: null,
    ledger: {},
    intent,
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
  };
  const plan = planFor(input);
  return plan.do === "settle" ? plan.overtaken : [];
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
