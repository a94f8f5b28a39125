import { DateTime } from "luxon";
import type { Json, JsonObject } from "../sync/types";
import { compilePath } from "./paths";

/** Epoch numbers below this are seconds: as milliseconds they would lie before March 1973. */
const SECONDS_BELOW = 1e11;
/** Largest time a `Date` can hold, ms. */
const LAST_TIME = 8.64e15;
const MAX_TEXT = 40;

/** Year to second without separators, as directories write it (RFC 4517, section 3.3.13); as a number it would be far in the future. */
const COMPACT = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:[.,](\d{1,9}))?(Z|[+-]\d{2}(?:\d{2})?)?$/;

/**
 * The edit time at a path of a record, ms; null when it is missing or unreadable. Takes ISO 8601, `yyyy-MM-dd HH:mm:ss` and
 * `yyyyMMddHHmmss` (UTC when no offset is given), and seconds or milliseconds since the epoch as number or text.
 */
export function readTime(record: JsonObject, path: string): number | null {
  return toTime(compilePath(path).get(record));
}

/** As `readTime`, of a value already taken out of the record. */
export function toTime(value: Json | undefined): number | null {
  if (value instanceof Date) return fromEpoch(value.getTime());
  const given = typeof value === "number" ? String(value) : value;
  if (typeof given !== "string" || given.length > MAX_TEXT) return null;
  const text = given.trim();
  const compact = COMPACT.exec(text);
  if (compact) return fromIso(isoOf(compact));
  if (typeof value === "number") return fromEpoch(value);
  if (/^\d{9,16}$/.test(text)) return fromEpoch(Number(text));
  // Without this check luxon would complete a time of day with today's date.
  if (!/^\d{4}-\d\d-\d\d/.test(text)) return null;
  return fromIso(text.replace(/^(.{10}) +/, "$1T"));
}

function isoOf([, year, month, day, hour, minute, second, fraction = "0", offset = "Z"]: RegExpExecArray): string {
  return `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction}${offset}`;
}

function fromIso(text: string): number | null {
  const time = DateTime.fromISO(text, { zone: "utc" });
  return time.isValid ? time.toMillis() : null;
}

function fromEpoch(value: number): number | null {
  if (!(value > 0 && value <= LAST_TIME)) return null;
  return Math.round(value < SECONDS_BELOW ? value * 1000 : value);
}
