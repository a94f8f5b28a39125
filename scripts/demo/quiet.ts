import type { Lane } from "../../lib/sync/types";
import type { StatusAnswer } from "../../test/support/answers";
import { waitFor } from "../../test/support/wait-for";
import type { Demo } from "./processes";

const LANES: readonly Lane[] = ["to-legacy", "to-cidaas"];
/** Looks in a row, 100 ms apart, that must show the same calm: events travel between any two looks. */
const CALM_LOOKS = 10;

/** Where the work of a running demo is at one moment. */
export interface View {
  status: StatusAnswer;
  cidaasUsers: number;
  legacyUsers: number;
  /** Webhooks and events that one of the systems has still to send. */
  unsent: number;
  /** Grows with everything that happens to a user of either system. */
  happened: number;
}

export async function look({ nodeRed, simulator }: Demo): Promise<View> {
  const status = await nodeRed.status();
  return {
    status,
    cidaasUsers: simulator.tenant.userCount(),
    legacyUsers: simulator.legacy.userCount(),
    unsent: simulator.tenant.pendingWebhooks() + simulator.legacy.pendingEvents(),
    happened: simulator.history.entries().length,
  };
}

/**
 * Waits until nothing waits, nothing is in flight and nobody has anything to send, seen several times in a row without
 * anything having happened between.
 */
export async function waitForQuiet(demo: Demo, timeoutMs: number, isComplete = (_: View) => true): Promise<View> {
  let last: View | null = null;
  let calm = 0;
  const quiet = async () => {
    const view = await look(demo);
    calm = isIdle(view) && isComplete(view) && view.happened === last?.happened ? calm + 1 : 0;
    last = view;
    return calm >= CALM_LOOKS ? view : null;
  };
  return waitFor(quiet, { timeoutMs, what: "both sides to be quiet", everyMs: 100, seen: () => last });
}

function isIdle({ status, unsent }: View): boolean {
  return unsent === 0 && LANES.every((lane) => status.lanes[lane].waiting === 0 && status.lanes[lane].inFlight === 0);
}
