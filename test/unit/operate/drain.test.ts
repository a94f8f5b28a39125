import should from "should";
import { drain } from "../../../lib/operate/drain";
import { readCounters } from "../../../lib/store/counters";
import type { LaneStatus } from "../../../lib/store/types";
import { LANES, type Lane } from "../../../lib/sync/types";

type Seen = Pick<LaneStatus, "waiting" | "inFlight" | "paused">;

const COUNTERS = readCounters(() => 0);
const EMPTY: Seen = { waiting: 0, inFlight: 0, paused: false };

/** A store whose lanes change with every pause between two looks, and the clock of these pauses. */
function fixture(lanes: Record<Lane, Seen>, step: (lanes: Record<Lane, Seen>, pauses: number) => void = () => {}) {
  const closing = new AbortController();
  const state = { now: 1_000, pauses: [] as number[], hurried: [] as Lane[] };
  const full = (lane: Lane): LaneStatus => ({
    ...lanes[lane],
    lateConfirmations: 0,
    parkedNow: 0,
    counters: COUNTERS,
  });
  const store = {
    status: async () => ({
      lanes: { "to-legacy": full("to-legacy"), "to-cidaas": full("to-cidaas") },
      persons: 0,
      linked: 0,
    }),
    hurry: async (lane: Lane) => state.hurried.push(lane),
  };
  const run = (asked: readonly Lane[] = LANES, timeoutMs = 60_000) =>
    drain(store, {
      lanes: asked,
      timeoutMs,
      signal: closing.signal,
      now: () => state.now,
      wait: async (ms) => {
        state.pauses.push(ms);
        state.now += ms;
        step(lanes, state.pauses.length);
      },
    });
  return { state, run, closing };
}

describe("drain", () => {
  it("answers at once when nothing is there", async () => {
    const { run, state } = fixture({ "to-legacy": EMPTY, "to-cidaas": EMPTY });
    should(await run()).eql({ drained: true, lanes: { "to-legacy": EMPTY, "to-cidaas": EMPTY } });
    should(state.pauses).eql([]);
  });

  it("makes due what backs off, once, and answers when the last one is done", async () => {
    const { run, state } = fixture(
      { "to-legacy": EMPTY, "to-cidaas": { waiting: 1, inFlight: 1, paused: false } },
      (lanes, pauses) => {
        lanes["to-cidaas"] = { waiting: 0, inFlight: pauses < 3 ? 1 : 0, paused: false };
      },
    );
    should(await run()).containDeep({ drained: true, lanes: { "to-cidaas": EMPTY } });
    should(state.hurried).eql(["to-legacy", "to-cidaas"]);
    should(state.pauses).eql([500, 500, 500]);
  });

  it("answers after its time with what is left", async () => {
    const left: Seen = { waiting: 5, inFlight: 2, paused: false };
    const { run, state } = fixture({ "to-legacy": left, "to-cidaas": EMPTY });
    should(await run(["to-legacy"], 1_200)).eql({ drained: false, lanes: { "to-legacy": left } });
    should(state.pauses).eql([500, 500, 200]);
  });

  it("waits only for what is in flight in a paused lane, and says that it is not empty", async () => {
    const { run, state } = fixture(
      { "to-legacy": { waiting: 3, inFlight: 1, paused: "maintenance" }, "to-cidaas": EMPTY },
      (lanes) => {
        lanes["to-legacy"] = { waiting: 3, inFlight: 0, paused: "maintenance" };
      },
    );
    should(await run()).containDeep({ drained: false, lanes: { "to-legacy": { waiting: 3, inFlight: 0 } } });
    should(state.hurried).eql(["to-cidaas"]);
    should(state.pauses).have.length(1);
  });

  it("waits no longer for a lane that is paused meanwhile", async () => {
    const { run } = fixture(
      { "to-legacy": { waiting: 3, inFlight: 0, paused: false }, "to-cidaas": EMPTY },
      (lanes) => {
        lanes["to-legacy"] = { waiting: 3, inFlight: 0, paused: "nobody answers" };
      },
    );
    should(await run()).containDeep({ drained: false, lanes: { "to-legacy": { paused: "nobody answers" } } });
  });

  it("ends at once, with what is left, when it is told to", async () => {
    const left: Seen = { waiting: 5, inFlight: 0, paused: false };
    const { run, closing, state } = fixture({ "to-legacy": left, "to-cidaas": EMPTY }, () => closing.abort());
    should(await run()).containDeep({ drained: false, lanes: { "to-legacy": left } });
    should(state.pauses).have.length(1);
  });
});
