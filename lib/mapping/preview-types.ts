/** What a map does to a sample record, as the editor shows it. Types only: the editor reads them too. */
import type { Json, JsonObject, RuleId, Side } from "../sync/types";
import type { MapProblem } from "./types";

export interface MapPreview {
  /** What is wrong with the map itself; the rest is empty then. */
  problems: MapProblem[];
  /** Whether the record says that its user is deleted: then no values are written, and the rest is empty. */
  deleted: boolean;
  /** The record of the other side as it would be written; null when the record has errors. */
  mapped: JsonObject | null;
  /** One per rule of the lane, in the order of the rules. */
  rules: RulePreview[];
  /** What is wrong with the record that is no matter of one rule, such as a missing id. */
  errors: FieldError[];
  /** What does not come back as it was when the record is mapped there and back. */
  roundTrip: RoundTripLoss[];
  /** Fields of the record that nothing reads. */
  unmapped: string[];
}

export interface RulePreview {
  rule: RuleId;
  position: number;
  /** A path that is not in the record has no value. */
  source: { path: string; value?: Json }[];
  /** Null: the record does not carry the rule, or it fails. */
  target: { path: string; value: Json }[] | null;
  error: FieldError | null;
}

export interface FieldError {
  path: string;
  code: string;
  message: string;
}

/**
 * - `one-way`: no rule brings it back
 * - `spelling`: it comes back spelled in another way, and the sync takes both for the same
 * - `lost`: another value comes back, or none
 * - `empty`: an empty value, which `whenEmpty` of the rule treats
 * - `error`: the way there or the way back fails
 */
export type LossReason = "one-way" | "spelling" | "lost" | "empty" | "error";

export interface RoundTripLoss {
  rule: RuleId;
  path: string;
  before: Json;
  after: Json;
  reason: LossReason;
  message: string;
}

/** A record and what the map must make of it, kept with the map and checked at every deploy. */
export interface Sample {
  name: string;
  /** The side that `record` comes from. */
  side: Side;
  record: JsonObject;
  /** The whole mapped record of the other side. */
  expected: JsonObject;
}

export interface SampleResult {
  name: string;
  passed: boolean;
  /** A value that is not there is left out. */
  differences: { path: string; expected?: Json; actual?: Json }[];
  /** Why the record cannot be mapped; empty where it can. */
  message: string;
}
