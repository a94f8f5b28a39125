/** Reading JSON that came from a person or over the network, without believing anything of it. Pure. */

import { isRecord } from "../../../lib/mapping/json";

export { isRecord };

export type JsonRecord = Record<string, unknown>;

/** An own copy of the record; an empty one for anything else. */
export function toRecord(value: unknown): JsonRecord {
  return isRecord(value) ? { ...value } : {};
}

export function toText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The records of a list; none for anything else. */
export function toRecords(value: unknown): JsonRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** The value of a JSON text; undefined where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
