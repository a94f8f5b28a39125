import type { LaneCounters } from "./types";

/** All counters of one lane, each read through `read`. `in` is the sum of the others, of what waits and is in flight. */
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
