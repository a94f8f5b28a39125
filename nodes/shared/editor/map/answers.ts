/** What the runtime says of a map, read from its answers. Pure. */
import type { LossReason } from "../../../../lib/mapping/preview-types";
import { isRecord, type JsonRecord, toRecords, toText } from "../json";

const REASONS: readonly LossReason[] = ["one-way", "spelling", "lost", "empty", "error"];

interface Place {
  path: string;
  value: unknown;
}

interface FieldError {
  path: string;
  message: string;
}

export interface Problem extends FieldError {
  /** Position of the rule in the list that was asked for; null where it is none. */
  position: number | null;
}

export interface PreviewedRule {
  position: number;
  rule: string;
  source: Place[];
  target: Place[] | null;
  error: FieldError | null;
}

export interface RoundTripItem {
  rule: string;
  path: string;
  before: unknown;
  after: unknown;
  reason: LossReason;
  message: string;
}

export interface Preview {
  problems: Problem[];
  /** The record says that its user is deleted. */
  deleted: boolean;
  mapped: JsonRecord | null;
  rules: PreviewedRule[];
  /** What is wrong with the record beside its rules. */
  errors: FieldError[];
  roundTrip: RoundTripItem[];
  unmapped: string[];
}

export interface SampleResult {
  name: string;
  passed: boolean;
  differences: { path: string; expected: unknown; actual: unknown }[];
  message: string;
}

export function toPreview(answer: unknown): Preview {
  const told = isRecord(answer) ? answer : {};
  return {
    problems: toRecords(told.problems).map((problem) => ({
      position: toPosition(problem.position),
      ...toFieldError(problem),
    })),
    deleted: told.deleted === true,
    mapped: isRecord(told.mapped) ? told.mapped : null,
    rules: toRecords(told.rules).map((rule) => ({
      position: toPosition(rule.position) ?? -1,
      rule: toText(rule.rule),
      source: toPlaces(rule.source),
      target: Array.isArray(rule.target) ? toPlaces(rule.target) : null,
      error: isRecord(rule.error) ? toFieldError(rule.error) : null,
    })),
    errors: toRecords(told.errors).map(toFieldError),
    roundTrip: toRecords(told.roundTrip).map((item) => ({
      rule: toText(item.rule),
      path: toText(item.path),
      before: item.before,
      after: item.after,
      reason: REASONS.find((reason) => reason === item.reason) ?? "lost",
      message: toText(item.message),
    })),
    unmapped: Array.isArray(told.unmapped) ? told.unmapped.map(toText).filter((path) => path !== "") : [],
  };
}

export function toSampleResults(answer: unknown): SampleResult[] {
  return toRecords(isRecord(answer) ? answer.results : []).map((result) => ({
    name: toText(result.name),
    passed: result.passed === true,
    differences: toRecords(result.differences).map(({ path, expected, actual }) => ({
      path: toText(path),
      expected,
      actual,
    })),
    message: toText(result.message),
  }));
}

function toFieldError({ path, message }: JsonRecord): FieldError {
  return { path: toText(path), message: toText(message) };
}

function toPlaces(value: unknown): Place[] {
  return toRecords(value).map((place) => ({ path: toText(place.path), value: place.value }));
}

function toPosition(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
