import type { LaneCounters } from "./types";

/** The counters of a lane; they only grow. `in` is the sum of the others, of what waits and of what is in flight. */
export const COUNTERS: readonly (keyof LaneCounters)[] = [
  "in",
  "delivered",
  "merged",
  "unchanged",
  "refused",
  "skipped",
  "parked",
  "discarded",
  "forgotten",
];

/** All counters of one lane, each read through `read`. */
export function readCounters(read: (name: keyof LaneCounters) => number): LaneCounters {
  return {
    in: read("in"),
    delivered: read("delivered"),
    merged: read("merged"),
    unchanged: read("unchanged"),
    refused: read("refused"),
    skipped: read("skipped"),
    parked: read("parked"),
    discarded: read("discarded"),
    forgotten: read("forgotten"),
  };
}
