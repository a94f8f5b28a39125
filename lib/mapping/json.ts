import { SyncError } from "../errors";
import type { Json, JsonObject } from "../sync/types";
import { isTooDeep, RECORD_DEPTH } from "./depth";

/** Deepest nesting of a single field's value; custom fields and addresses need three levels. */
const VALUE_DEPTH = 16;

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether configuration read from JSON is a value of ours: JSON, and not nested deeper than a field may be. */
export function isJson(value: unknown): value is Json {
  return !isTooDeep(value, VALUE_DEPTH) && hasJsonParts(value);
}

/** Whether something is a whole record: a JSON object, nested no deeper than a record may be. */
export function isJsonRecord(value: unknown): value is JsonObject {
  return isRecord(value) && !isTooDeep(value, RECORD_DEPTH) && hasJsonParts(value);
}

function hasJsonParts(value: unknown): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(hasJsonParts);
  return isRecord(value) && Object.values(value).every(hasJsonParts);
}

/** Null, empty text and the empty array all say "has no value". */
export function isEmpty(value: Json): boolean {
  if (typeof value === "string") return value === "";
  return value === null || (Array.isArray(value) && value.length === 0);
}

export function areEmpty(values: readonly Json[]): boolean {
  for (const value of values) if (!isEmpty(value)) return false;
  return true;
}

/**
 * A value found in a record, fit for a rule. Database drivers leave `Date` objects in records: they become ISO text.
 * Throws `VALUE_NOT_JSON` or `VALUE_TOO_DEEP`.
 */
export function admitValue(value: Json): Json {
  if (typeof value === "string" || typeof value === "boolean" || value === null || Number.isFinite(value)) return value;
  if (value instanceof Date && Number.isFinite(value.getTime())) return value.toISOString();
  if (isTooDeep(value, VALUE_DEPTH))
    throw new SyncError(
      "VALUE_TOO_DEEP",
      `the value is nested deeper than ${VALUE_DEPTH} levels; map its parts instead`,
    );
  if (Array.isArray(value) || isPlainObject(value)) return value;
  throw new SyncError("VALUE_NOT_JSON", "the value is not JSON; turn it into text, a number or an object first");
}

/** `admitValue` of each, in place. */
export function admitAll(values: Json[]): Json[] {
  for (let place = 0; place < values.length; place++) {
    const value = values[place] ?? null;
    if (typeof value !== "string") values[place] = admitValue(value);
  }
  return values;
}

function isPlainObject(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Records built in a function node come from another context, with another Object.prototype.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * The text that stands for a value when two are compared: scalars as text, so that 5 and "5" are no difference,
 * objects with sorted keys; with `asSet` an array sorted and without repeats. Empty values give "". Which Unicode form a text
 * has makes no difference once it is printed.
 */
export function canonicalText(value: Json, asSet: boolean): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (isEmpty(value)) return "";
  if (!Array.isArray(value)) return stableJson(value);
  const items = value.map(stableJson);
  return `[${(asSet ? [...new Set(items)].sort() : items).join(",")}]`;
}

/** JSON text that is the same for equal values, whatever the order of their keys. */
export function stableJson(value: Json): string {
  if (typeof value === "string") return JSON.stringify(value.normalize("NFC"));
  if (Array.isArray(value)) return `[${value.map(stableJson).join(",")}]`;
  if (!isJsonObject(value)) return String(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${stableJson(value[key] ?? null)}`);
  return `{${members.join(",")}}`;
}
