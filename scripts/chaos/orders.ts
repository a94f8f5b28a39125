import type { Lane } from "../../lib/sync/types";
import type { TracePoint } from "../../lib/trace";

/** Names the directory in which the saboteur inside Node-RED is given its orders. */
export const DIRECTORY_VARIABLE = "CHAOS_DIRECTORY";

/** The files of that directory. */
export const FILES = {
  /** Id of the process. */
  pid: "pid",
  /** The order to be obeyed next, as JSON; it is renamed to `passed` by whoever obeys it. */
  order: "order",
  passed: "passed",
  /** Lies there as long as the disk is to be full. */
  diskFull: "disk-full",
  /** Lies there once it is. */
  diskIsFull: "disk-is-full",
  /** One line for each person that had two valid leases at the same time. */
  heldTwice: "held-twice",
  /** One line of JSON for each plan that was made, with what it was made of. */
  plans: "plans",
} as const;

export interface FailPoint {
  point: TracePoint;
  /** Null where the point belongs to no lane. */
  lane: Lane | null;
}

/** What to do at the next pass of a point. */
export interface Order extends FailPoint {
  end: "freeze" | "kill";
}

const POINTS_OF_LANES = ["before-send", "after-send", "before-settle", "after-settle"] as const;

/** The points of both senders and of the group commit: all but the one in adoption, which only a start passes. */
export const FAIL_POINTS: readonly FailPoint[] = [
  ...POINTS_OF_LANES.flatMap((point): FailPoint[] => [
    { point, lane: "to-legacy" },
    { point, lane: "to-cidaas" },
  ]),
  { point: "before-commit", lane: null },
  { point: "after-commit", lane: null },
];

export const ADOPTION_POINT: FailPoint = { point: "page-adopted", lane: null };

export function nameOf({ point, lane }: FailPoint): string {
  return lane === null ? point : `${point} ${lane}`;
}
