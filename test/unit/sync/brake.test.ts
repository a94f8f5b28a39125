import fc from "fast-check";
import should from "should";
import {
  BRAKE_KINDS,
  type BrakeState,
  brakeStopOf,
  decideBrake,
  judgeLoss,
  RELEASED,
  reasonOf,
} from "../../../lib/sync/brake";
import type { BrakeKind } from "../../../lib/sync/types";

const HOUR = 3_600_000;
const SLICE = 300_000;
const START = 1_000 * HOUR;

/** One lane with its brake, whose limit is five losses. */
class Lane {
  now = START;
  limit = { count: 5, share: 1 };
  linked = 100;
  state: BrakeState = RELEASED;

  lose(kinds: BrakeKind[] = ["delete"], receivedAt = this.now): string {
    const { limit, linked, now } = this;
    const { verdict, state } = judgeLoss(this.state, { kinds, receivedAt }, { limit, linked, now });
    this.state = state;
    return verdict.do;
  }

  many(times: number, kinds?: BrakeKind[]): string[] {
    return Array.from({ length: times }, () => this.lose(kinds));
  }

  decide(decision: "go-on" | "drop"): boolean {
    const state = decideBrake(this.state, decision, this.now);
    this.state = state ?? this.state;
    return state !== null;
  }
}

const GO = ["go", "go", "go", "go", "go"];

describe("The brake", () => {
  let lane: Lane;

  beforeEach(() => {
    lane = new Lane();
  });

  it("lets as many go as the limit says, and none beyond it, also hours later", () => {
    should(lane.many(8)).eql([...GO, "wait", "wait", "wait"]);
    should(lane.state.stopped).eql({ kind: "delete", count: 6 });
    lane.now += 5 * HOUR;
    should(lane.lose()).equal("wait");
  });

  it("stops only what exceeds the number and the share alike", () => {
    lane.linked = 1_000;
    should(lane.many(10)).not.containEql("wait");
    should(lane.lose()).equal("wait");
    should(lane.state.stopped).eql({ kind: "delete", count: 11 });
  });

  it("counts each kind for itself", () => {
    for (const kind of BRAKE_KINDS) should(lane.many(5, [kind])).eql(GO);
    should(lane.lose(["blanking"])).equal("wait");
    should(lane.state.stopped).eql({ kind: "blanking", count: 6 });
  });

  it("counts none of the kinds of a write that may not go", () => {
    lane.many(5, ["blanking"]);
    should(lane.lose(["deactivation", "blanking"])).equal("wait");
    should(lane.many(5, ["deactivation"])).eql(GO);
  });

  it("keeps the first reason while another kind goes beyond its limit too", () => {
    lane.many(6, ["delete"]);
    should(lane.many(6, ["blanking"])).eql([...GO, "wait"]);
    should(lane.state.stopped?.kind).equal("delete");
    lane.decide("go-on");
    should(lane.lose(["blanking"])).equal("wait");
    should(lane.state.stopped?.kind).equal("blanking");
  });

  it("forgets what is older than an hour, and nothing that is younger", () => {
    should(lane.many(5)).eql(GO);
    lane.now += HOUR - 1;
    should(judge(lane)).equal("wait");
    lane.now += SLICE + 1;
    should(lane.lose()).equal("go");
  });

  it("stays as strict when the clock is set back", () => {
    should(lane.many(5)).eql(GO);
    lane.now -= 10 * HOUR;
    should(lane.lose()).equal("wait");
  });

  it("counts anew after a person has said go-on", () => {
    lane.many(6);
    should(lane.decide("go-on")).be.true();
    should(lane.many(6)).eql([...GO, "wait"]);
  });

  it("drops what arrived before a person's word, and until an hour after it, then counts anew", () => {
    lane.many(6);
    should(lane.decide("drop")).be.true();
    lane.now += HOUR - 1;
    should(lane.lose()).equal("drop");
    should(lane.lose(["deactivation"])).equal("go");
    lane.now += 1;
    should(lane.lose(["delete"], START)).equal("drop");
    should(lane.many(6)).eql([...GO, "wait"]);
  });

  it("ends a drop before its time when a person says go-on", () => {
    lane.many(6);
    lane.decide("drop");
    should(lane.decide("go-on")).be.true();
    should(lane.lose()).equal("go");
  });

  it("has nothing to decide where nothing is stopped", () => {
    lane.many(5);
    should([lane.decide("drop"), lane.decide("go-on")]).eql([false, false]);
    should(lane.lose()).equal("wait");
  });

  it("never lets more go within an hour than the limit, whatever comes when", () => {
    const loss = fc.record({ after: fc.integer({ min: 0, max: HOUR / 8 }), kind: fc.constantFrom(...BRAKE_KINDS) });
    fc.assert(
      fc.property(fc.array(loss, { maxLength: 80 }), (losses) => {
        const tried = new Lane();
        const gone: { at: number; kind: BrakeKind }[] = [];
        for (const { after, kind } of losses) {
          tried.now += after;
          if (tried.lose([kind]) === "go") gone.push({ at: tried.now, kind });
        }
        for (const last of gone) {
          const same = gone.filter(({ at, kind }) => kind === last.kind && at <= last.at && at > last.at - HOUR);
          should(same.length).be.belowOrEqual(5);
        }
      }),
    );
  });

  it("remembers no more than a hundred numbers of a lane, however much goes", () => {
    lane.limit.count = 1_000_000;
    for (let minute = 0; minute < 600; minute++) {
      lane.now += 60_000;
      lane.lose(["delete", "deactivation", "blanking"]);
    }
    should(Object.values(lane.state.slices).flat().length).be.belowOrEqual(50);
  });

  it("says in its reason what a node can read back, and takes no other reason for its own", () => {
    for (const kind of BRAKE_KINDS) {
      const stop = { kind, count: 101 };
      should(brakeStopOf(reasonOf(stop))).eql(stop);
    }
    should(reasonOf({ kind: "delete", count: 101 })).equal("brake: 101 deletes within an hour");
    for (const reason of ["brake", "brake: deletes within an hour", "brake: 1e3 deletes within an hour", "new disks"])
      should(brakeStopOf(reason)).be.null();
    should(brakeStopOf(false)).be.null();
  });
});

/** What the lane would say now, without any trace. */
function judge({ state, limit, linked, now }: Lane): string {
  return judgeLoss(state, { kinds: ["delete"], receivedAt: now }, { limit, linked, now }).verdict.do;
}
