import { SyncError } from "../../errors";
import type { Json, JsonObject, Side } from "../../sync/types";
import type { Rule } from "../types";

/** One option of a transform, as data: what the checks and the editor need to know. */
export interface OptionSpec {
  /** `scalar`: text, number or boolean; `pairs`: [[cidaas, legacy], …] of scalars; `json`: any JSON. */
  type: "text" | "choice" | "scalar" | "pairs" | "json";
  /** Null: there is none, and `compile` says whether the transform can do without. */
  default: Json;
  choices?: readonly string[];
}

/** How many paths a rule has on each side, or: one where it writes, and at least `sources` where it reads. */
export type PathCount = { cidaas: number; legacy: number } | { target: 1; sources: number };

/** What a transform may know of the rule it is compiled for. */
export type RuleShape = Pick<Rule, "cidaas" | "legacy" | "direction">;

/**
 * A transform with its options worked in. Between the sides stands one canonical value, the same for equal values of
 * either side where the transform works both ways: mapping is `from` the source and `to` the target, comparing is `from`.
 */
export interface CompiledTransform {
  /** The canonical value of one side's values, of which at least one is not empty. Throws `SyncError`, without the value. */
  from: Record<Side, (values: Json[]) => Json>;
  /** That side's values, one per path. Throws `SyncError`, without the value. */
  to: Record<Side, (canonical: Json) => Json[]>;
  /** What canonical values are compared by, where that is not the value itself. */
  comparable?: (canonical: Json) => Json;
}

export interface Transform {
  options: Record<string, OptionSpec>;
  /** `both`, or the one lane it works for. */
  direction: Rule["direction"];
  paths: PathCount;
  /** Its values are secret whatever the rule says. */
  secret?: true;
  /** Writes without reading: carried by every record. */
  sourceless?: true;
  /** Throws `SyncError` `OPTION_INVALID` with a sentence for the person who set the options. */
  compile(options: JsonObject, rule: RuleShape): CompiledTransform;
}

export const ONE_TO_ONE = { cidaas: 1, legacy: 1 } as const satisfies PathCount;

/** A transform of one value to one value out of its four functions. */
export function single(functions: {
  fromCidaas: (value: Json) => Json;
  fromLegacy: (value: Json) => Json;
  toCidaas?: (canonical: Json) => Json;
  toLegacy?: (canonical: Json) => Json;
}): CompiledTransform {
  const { fromCidaas, fromLegacy, toCidaas = unchanged, toLegacy = unchanged } = functions;
  return {
    from: { cidaas: ([value]) => fromCidaas(value ?? null), legacy: ([value]) => fromLegacy(value ?? null) },
    to: { cidaas: (canonical) => [toCidaas(canonical)], legacy: (canonical) => [toLegacy(canonical)] },
  };
}

function unchanged(value: Json): Json {
  return value;
}

export function optionError(message: string): SyncError {
  return new SyncError("OPTION_INVALID", message);
}

export function isScalar(value: Json | undefined): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

/** Text of a scalar; "" for anything else. */
export function scalarText(value: Json | undefined): string {
  return isScalar(value) ? String(value) : "";
}
