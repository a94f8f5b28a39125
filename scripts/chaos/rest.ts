import { LANES, type Lane } from "../../lib/sync/types";
import type { HistoryEntry } from "../../simulator";
import type { StatusAnswer } from "../../test/support/answers";
import type { FlowNode } from "../../test/support/flows";
import type { Demo } from "../demo/processes";
import { waitForQuiet } from "../demo/quiet";
import { type Parked, readParked, retryParked } from "./admin";

/** Whoever has failed often backs off for minutes: so often, and for so long each, all are made due and waited for. */
const ROUNDS = 8;
const ROUND_MS = 15_000;

/** Reasons for which the faults of the systems may park somebody: a person retries them once the faults are over. */
const EXPLAINED_CODES = ["RETRIES_EXHAUSTED", "TENANT_FAILED_USER", "RESULT_UNKNOWN", "CREATE_UNKNOWN"];

export interface Rest {
  /** Who was parked when the faults were over. */
  parked: Parked[];
  /** How many of them were parked by a fault, and retried. */
  retries: number;
  /** Who is parked for a reason that the faults do not explain, or again without them. */
  stillParked: Parked[];
  /** Why the sides did not come to rest; null when they did. */
  unrest: string | null;
}

/**
 * Waits for quiet, deploys if a sender gave up an event (every start catches up with those), lets a person retry whom
 * the faults have parked, and waits once more.
 */
export async function comeToRest(demo: Demo, flow: FlowNode[]): Promise<Rest> {
  let unrest = await unrestOf(demo);
  if (unrest === null && demo.simulator.history.entries().some(isGivenUp)) {
    await demo.nodeRed.deployFlows(flow, "full");
    unrest = await unrestOf(demo);
  }
  const parked = await readParked(demo.nodeRed);
  if (unrest !== null) {
    const stillParked = parked.filter(({ code }) => !EXPLAINED_CODES.includes(code));
    return { parked, retries: 0, stillParked, unrest };
  }
  const retries = await retryParked(demo.nodeRed, EXPLAINED_CODES);
  if (retries > 0) unrest = await unrestOf(demo);
  return { parked, retries, stillParked: await readParked(demo.nodeRed), unrest };
}

/** An event that its sender will not send again. */
export function isGivenUp({ kind, fields }: HistoryEntry): boolean {
  return kind === "event" && fields.lost !== undefined;
}

/** The lanes whose counters do not add up: `in` is the sum of the others, of what waits and of what is in flight. */
export function miscounted({ lanes }: StatusAnswer): Lane[] {
  return LANES.filter((name) => {
    const { waiting, inFlight, counters } = lanes[name];
    const { in: taken, ...outcomes } = counters;
    return Object.values(outcomes).reduce((sum, count) => sum + count, waiting + inFlight) !== taken;
  });
}

/** Null once everything is quiet, else what still goes on. A lane that is paused waits for a person. */
async function unrestOf(demo: Demo): Promise<string | null> {
  const { lanes } = await demo.nodeRed.status();
  const paused = LANES.filter((lane) => lanes[lane].paused !== false);
  if (paused.length > 0) return paused.map((lane) => `The lane ${lane} is paused: ${lanes[lane].paused}`).join("\n");
  let unrest = "";
  for (let round = 0; round < ROUNDS; round++) {
    await demo.nodeRed.request("POST", "/user-sync/users/drain", { timeout: 1 });
    try {
      await waitForQuiet(demo, ROUND_MS);
      return null;
    } catch (error) {
      unrest = error instanceof Error ? error.message : String(error);
    }
  }
  return unrest;
}
