import { type Channel, channel } from "node:diagnostics_channel";
import type { Plan, PlanInput } from "./sync/plan";
import type { Lane } from "./sync/types";

/** A batch or a single user on its way to a side. */
interface LaneFacts {
  lane: Lane;
  users: number;
}

interface LeaseFacts {
  token: string;
  lane: Lane;
  /** Row of the person in the store, which names nobody outside of it. */
  person: number;
  /** When the lease runs out, in ms since the epoch. */
  until: number;
}

/** What a subscriber of each trace point is told: no values of users, and of their ids only where a plan is made. */
export interface TraceFacts {
  /** A sender is about to call its target, and has committed what it is going to write. */
  "before-send": LaneFacts;
  /** The call has ended, whichever way; nothing is settled yet. */
  "after-send": LaneFacts;
  /** A sender is about to commit what became of its users. */
  "before-settle": LaneFacts;
  /** The outcomes are committed; the process still holds the leases. */
  "after-settle": LaneFacts;
  /** Inside the transaction of a group commit, which is complete but for the commit. */
  "before-commit": { operations: number };
  /** The transaction is on disk, and nobody has been told. */
  "after-commit": { operations: number };
  /** Adoption has stored a page of the tenant's users, and not yet noted its position. */
  "page-adopted": { users: number };
  /** This process now holds a lease, or sees one with what it has learned of the person since. */
  "lease-held": LeaseFacts;
  "lease-extended": Pick<LeaseFacts, "token" | "until">;
  /** What was known of a leased person, as prints and times, and what is made of it. */
  "lease-planned": Pick<LeaseFacts, "token" | "lane" | "person"> & {
    legacyId: string | null;
    input: PlanInput;
    plan: Plan;
  };
  /** Settled, released or lost. */
  "lease-dropped": Pick<LeaseFacts, "token">;
}

export type TracePoint = keyof TraceFacts;

/** The channels of `node:diagnostics_channel` by trace point. */
export const TRACE_CHANNELS: Readonly<Record<TracePoint, Channel>> = {
  "before-send": channel("user-sync:before-send"),
  "after-send": channel("user-sync:after-send"),
  "before-settle": channel("user-sync:before-settle"),
  "after-settle": channel("user-sync:after-settle"),
  "before-commit": channel("user-sync:before-commit"),
  "after-commit": channel("user-sync:after-commit"),
  "page-adopted": channel("user-sync:page-adopted"),
  "lease-held": channel("user-sync:lease-held"),
  "lease-extended": channel("user-sync:lease-extended"),
  "lease-planned": channel("user-sync:lease-planned"),
  "lease-dropped": channel("user-sync:lease-dropped"),
};

/** Tells whoever has subscribed, at once and in this thread; without a subscriber nothing happens. */
export function trace<Point extends TracePoint>(point: Point, facts: TraceFacts[Point]): void {
  TRACE_CHANNELS[point].publish(facts);
}

/** One call to the target of a lane, between its two trace points. */
export async function traceSend<T>(lane: Lane, users: number, call: () => Promise<T>): Promise<T> {
  trace("before-send", { lane, users });
  try {
    return await call();
  } finally {
    trace("after-send", { lane, users });
  }
}

/** One commit of outcomes, between its two trace points. */
export async function traceSettle<T>(lane: Lane, users: number, settle: () => Promise<T>): Promise<T> {
  trace("before-settle", { lane, users });
  const result = await settle();
  trace("after-settle", { lane, users });
  return result;
}
