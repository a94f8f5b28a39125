import should from "should";
import { report, settlementOfFailure, settlementOfUnsent } from "../../../lib/delivery/failure";
import { LaneGates } from "../../../lib/delivery/lane-gates";
import { CallError } from "../../../lib/errors";
import type { Intent } from "../../../lib/sync/types";
import { leaseOf } from "./leases";

const LANE = "to-cidaas";
const NOW = 50_000;

const failureOf = (code: string, failure: CallError["failure"], retryAfterMs: number | null = null) =>
  new CallError(code, "It failed.", { failure, retryAfterMs });
const OPEN: Intent = { side: "cidaas", at: 1, create: false, rules: {}, identifiers: [], conflicts: [], heal: [] };

describe("a call that failed", () => {
  let context: { gates: LaneGates; now: () => number };

  beforeEach(() => {
    context = { gates: new LaneGates(), now: () => NOW };
  });

  const settled = (failure: CallError, intents: Intent[] = []) =>
    settlementOfFailure(context, leaseOf({ token: "t", intents }), failure);
  const told = (failure: CallError, times = 1, suspect: number | null = null) => {
    for (let count = 0; count < times; count += 1)
      should(() => report(context, LANE, [failure], suspect)).throw(failure.message);
  };

  it("counts as an attempt where it was the target that failed", () => {
    should(settled(failureOf("SERVER_ERROR", "transient"))).match({ outcome: "retry", counts: true, keepIntent: true });
    should(settled(failureOf("CALL_TIMEOUT", "unknown"))).match({ counts: true, keepIntent: true });
    should(settled(failureOf("HOST_UNREACHABLE", "transient"))).match({ counts: true, keepIntent: false });
  });

  for (const code of ["CALL_TOO_LATE", "CLIENT_CLOSED", "FLOW_CLOSED"]) {
    it(`is no attempt, leaves no doubt and says nothing of the target when we did not send it: ${code}`, () => {
      const failure = failureOf(code, "transient");
      should(settled(failure)).match({ outcome: "retry", counts: false, keepIntent: false });
      should(settled(failure, [OPEN])).match({ keepIntent: true });
      told(failure, 9);
      should(context.gates.isFailing(LANE)).be.false();
    });
  }

  it("closes the lane for a pause that is too long for the calls to wait out", () => {
    told(failureOf("THROTTLED", "throttled", 30_000));
    should(context.gates.closedFor(LANE, NOW)).be.null();
    told(failureOf("THROTTLED", "throttled", 60_000));
    should(context.gates.closedFor(LANE, NOW + 59_999)).equal("It failed.");
    should(context.gates.closedFor(LANE, NOW + 60_000)).be.null();
  });

  it("is an outage when nothing could be sent, also for one person alone", () => {
    told(failureOf("SERVER_ERROR", "transient"), 9, 1);
    should(context.gates.isFailing(LANE)).be.false();
    told(failureOf("HOST_UNREACHABLE", "transient"), 4, 1);
    should(context.gates.isFailing(LANE)).be.true();
  });
});

describe("a user left out of a call", () => {
  it("comes back at the old place, without an attempt, and with the doubt of an earlier one only", () => {
    should(settlementOfUnsent(leaseOf({ token: "t" }))).eql({
      token: "t",
      outcome: "retry",
      counts: false,
      notBefore: 1_000,
      keepIntent: false,
    });
    should(settlementOfUnsent(leaseOf({ token: "t", intents: [OPEN] }))).match({ keepIntent: true });
  });
});
