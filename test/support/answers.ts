import type { Json, JsonObject, Lane } from "../../lib/sync/types";

/** Counters of one lane as `GET /user-sync/<key>/status` gives them. */
export interface LaneAnswer {
  waiting: number;
  inFlight: number;
  paused: false | string;
  lateConfirmations: number;
  parkedNow: number;
  counters: Record<string, number>;
}

export interface StatusAnswer {
  lanes: Record<Lane, LaneAnswer>;
  persons: number;
  linked: number;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The member at a path with dots, or null. */
export function at(value: Json | undefined, path: string): Json {
  let here: Json | undefined = value;
  for (const name of path.split(".")) here = isJsonObject(here) ? here[name] : undefined;
  return here ?? null;
}

export function toStatusAnswer(body: unknown): StatusAnswer {
  if (!isJsonObject(body) || !isJsonObject(body.lanes)) throw new Error("The status answer has no lanes");
  return {
    lanes: { "to-legacy": toLaneAnswer(body.lanes["to-legacy"]), "to-cidaas": toLaneAnswer(body.lanes["to-cidaas"]) },
    persons: toNumber(body.persons),
    linked: toNumber(body.linked),
  };
}

function toLaneAnswer(value: unknown): LaneAnswer {
  if (!isJsonObject(value) || !isJsonObject(value.counters)) throw new Error("A lane of the status answer is missing");
  const counters = Object.entries(value.counters).map(([name, count]) => [name, toNumber(count)] as const);
  return {
    waiting: toNumber(value.waiting),
    inFlight: toNumber(value.inFlight),
    paused: typeof value.paused === "string" ? value.paused : false,
    lateConfirmations: toNumber(value.lateConfirmations),
    parkedNow: toNumber(value.parkedNow),
    counters: Object.fromEntries(counters),
  };
}

function toNumber(value: unknown): number {
  if (typeof value !== "number") throw new Error(`The status answer has ${typeof value} where a number belongs`);
  return value;
}
