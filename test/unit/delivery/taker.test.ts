import should from "should";
import type { SyncContext } from "../../../lib/delivery/context";
import { LaneGates } from "../../../lib/delivery/lane-gates";
import { LeaseRegistry } from "../../../lib/delivery/registry";
import { Taker } from "../../../lib/delivery/taker";
import type { SyncError } from "../../../lib/errors";

/** A taker over a lane whose leases all ran out, paused for the reason given. */
async function takeFrom(paused: false | string) {
  const pauses: (string | null)[] = [];
  const problems: string[] = [];
  const store = {
    status: async () => ({ lanes: { "to-legacy": { paused } } }),
    take: async () => ({ leases: [], expiredInRow: 2 }),
    pause: async (_lane: string, reason: string | null) => void pauses.push(reason),
    onWork: () => () => {},
    release: async () => {},
  };
  const parts = { store, registry: new LeaseRegistry(), gates: new LaneGates(), now: Date.now };
  const context: SyncContext = Object.assign(Object.create(null), parts);
  const taker = new Taker(context, {
    lane: "to-legacy",
    maxInFlight: 1,
    room: () => 1,
    deliver: () => {},
    onProblem: (error: SyncError) => problems.push(error.code),
  });
  await taker.start();
  await taker.stop();
  return { pauses, problems };
}

describe("A taker whose leases run out in a row", () => {
  it("stops its lane and says that nobody answers", async () => {
    should(await takeFrom(false)).eql({ pauses: ["nobody answers"], problems: ["NOBODY_ANSWERS"] });
  });

  it("leaves a lane paused for the reason that a person gave", async () => {
    should((await takeFrom("new disks")).pauses).eql([]);
  });
});
