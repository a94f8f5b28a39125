/** The sample record that a person pasted or loaded. Pure. */
import { isRecord, type JsonRecord, parseJson } from "../json";

/** One record out of a text: the object itself, else the first of an array, or of lines of JSON. */
export function readRecord(text: string): JsonRecord | null {
  const value = parseJson(text) ?? parseJson(text.trimStart().split("\n", 1)[0] ?? "");
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return isRecord(first) ? first : null;
}

export function writeRecord(record: JsonRecord): string {
  return JSON.stringify(record, null, 2);
}

/** A value in one short line. */
export function shortJson(value: unknown): string {
  const text = value === undefined ? "–" : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
