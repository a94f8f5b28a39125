import type { LaneStatus, SyncStore } from "../store/types";
import type { Lane } from "../sync/types";

/** Between two looks at the lanes; a taker looks as often for what becomes due. */
const LOOK_MS = 500;

export interface DrainOptions {
  lanes: readonly Lane[];
  timeoutMs: number;
  /** Ends the waiting early. */
  signal: AbortSignal;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Resolves after so many milliseconds, or as soon as the signal is aborted. */
  wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface Drained {
  /** Whether nothing is left in the lanes asked for, paused ones included. */
  drained: boolean;
  lanes: Partial<Record<Lane, Pick<LaneStatus, "waiting" | "inFlight" | "paused">>>;
}

/**
 * Lets lanes run empty: makes due once what backs off there, then waits until nothing moves any more. Of a lane that is
 * paused only what is in flight counts, since nothing else leaves it. Resolves after the timeout with what is left.
 */
export async function drain(store: Pick<SyncStore, "status" | "hurry">, options: DrainOptions): Promise<Drained> {
  const { timeoutMs, signal, now, wait = waitFor } = options;
  const deadline = now() + timeoutMs;
  const before = await lanesOf(store, options.lanes);
  for (const { lane, paused } of before) if (paused === false) await store.hurry(lane);
  for (;;) {
    const lanes = await lanesOf(store, options.lanes);
    const rest = deadline - now();
    if (!lanes.some(isMoving) || rest <= 0 || signal.aborted) return answer(lanes);
    await wait(Math.min(LOOK_MS, rest), signal);
  }
}

interface SeenLane extends Pick<LaneStatus, "waiting" | "inFlight" | "paused"> {
  lane: Lane;
}

async function lanesOf(store: Pick<SyncStore, "status">, asked: readonly Lane[]): Promise<SeenLane[]> {
  const { lanes } = await store.status();
  return asked.map((lane) => {
    const { waiting, inFlight, paused } = lanes[lane];
    return { lane, waiting, inFlight, paused };
  });
}

function isMoving({ waiting, inFlight, paused }: SeenLane): boolean {
  return inFlight > 0 || (waiting > 0 && paused === false);
}

function answer(seen: readonly SeenLane[]): Drained {
  const lanes: Drained["lanes"] = {};
  for (const { lane, ...counts } of seen) lanes[lane] = counts;
  return { drained: seen.every(({ waiting, inFlight }) => waiting + inFlight === 0), lanes };
}

function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}
