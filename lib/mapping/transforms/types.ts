import { SyncError } from "../../errors";
import type { Json, JsonObject, Side } from "../../sync/types";
import type { Rule } from "../types";

/** One option of a transform, as data: what the checks and the editor need to know. */
export interface OptionSpec {
  /** `scalar`: text, number or boolean; `pairs`: [[cidaas, legacy], …] of scalars; `json`: any JSON. */
  type: "text" | "choice" | "scalar" | "pairs" | "json";
  /** Null: there is none, and `compile` says whether the transform can do without. */
  default: Json;
  /** All that a `choice` may be, the default first. */
  choices?: readonly string[];
  /** Values worth offering for a free text. */
  suggestions?: readonly string[];
  /** Written in several lines. */
  isLong?: true;
}

/**
 * How many paths a rule has on each side, or: where it writes one (or any number), and at least `sources` where it reads.
 */
export type PathCount = { cidaas: number; legacy: number } | { target: 1 | "many"; sources: number };

/** What is known of a transform without its code; see `TRANSFORM_TABLE`. */
export interface TransformSpec {
  options: Readonly<Record<string, OptionSpec>>;
  /** `both`, or the one lane it works for. */
  direction: Rule["direction"];
  paths: PathCount;
  /** Its values are secret whatever the rule says. */
  secret?: true;
  /** Writes without reading: carried by every record. */
  sourceless?: true;
  /** Evaluated asynchronously, by `CompiledMap.compute`. */
  computed?: true;
  /**
   * What becomes of a value on its way there and back:
   * - `exact`: it comes back the same
   * - `canonical`: the same meaning, maybe in another spelling
   * - `by hand`: whoever writes the rule writes both directions
   * - `none`: there is no way back
   */
  inverse: "exact" | "canonical" | "by hand" | "none";
}

/** What a transform may know of the rule it is compiled for. */
export type RuleShape = Pick<Rule, "cidaas" | "legacy" | "direction">;

/** Compiles a JSONata expression. Throws for bad syntax. */
export type JsonataCompiler = (expression: string) => { evaluate(input: JsonObject): Promise<unknown> };

/** What the runtime lends to transforms. */
export interface MapTools {
  jsonata: JsonataCompiler;
}

interface ReadingTransform {
  /** The canonical value of one side's values, of which at least one is not empty. Throws `SyncError`, without the value. */
  from: Record<Side, (values: Json[]) => Json>;
  /** What canonical values are compared by, where that is not the value itself. */
  comparable?: (canonical: Json) => Json;
}

/**
 * A transform with its options worked in. Between the sides stands one canonical value, the same for equal values of
 * either side where the transform works both ways: mapping is `from` the source and `to` the target, comparing is `from`.
 */
export interface DirectTransform extends ReadingTransform {
  /** That side's values, one per path. Throws `SyncError`, without the value. */
  to: Record<Side, (canonical: Json) => Json[]>;
  /** `from` and `to` of single values, where the transform has one path per side: sooner done without arrays around them. */
  one?: { from: Record<Side, (value: Json) => Json>; to: Record<Side, (canonical: Json) => Json> };
}

/** A transform that computes the target's values from the source's paths, and has no canonical value for both sides. */
export interface ComputedTransform extends ReadingTransform {
  /** Per target: its values, one per path. Rejects with `SyncError`, without the value. */
  compute: Record<Side, (input: JsonObject) => Promise<Json[]>>;
}

export type CompiledTransform = DirectTransform | ComputedTransform;

/** Throws `SyncError` `OPTION_INVALID` with a sentence for the person who set the options. */
export type CompileTransform = (options: JsonObject, rule: RuleShape, tools: MapTools) => CompiledTransform;

export interface Transform extends TransformSpec {
  compile: CompileTransform;
}

/** A transform of one value to one value out of its four functions. */
export function single(functions: {
  fromCidaas: (value: Json) => Json;
  fromLegacy: (value: Json) => Json;
  toCidaas?: (canonical: Json) => Json;
  toLegacy?: (canonical: Json) => Json;
  comparable?: (canonical: Json) => Json;
}): DirectTransform {
  const { fromCidaas, fromLegacy, toCidaas = unchanged, toLegacy = unchanged, comparable } = functions;
  return {
    from: { cidaas: ([value]) => fromCidaas(value ?? null), legacy: ([value]) => fromLegacy(value ?? null) },
    to: { cidaas: (canonical) => [toCidaas(canonical)], legacy: (canonical) => [toLegacy(canonical)] },
    one: { from: { cidaas: fromCidaas, legacy: fromLegacy }, to: { cidaas: toCidaas, legacy: toLegacy } },
    ...(comparable && { comparable }),
  };
}

export function unchanged(value: Json): Json {
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
