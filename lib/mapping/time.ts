import { DateTime } from "luxon";
import type { Json, JsonObject } from "../sync/types";
import { compilePath } from "./paths";

/** Epoch numbers below this are seconds: as milliseconds they would lie before March 1973. */
const SECONDS_BELOW = 1e11;
/** Largest time a `Date` can hold, ms. */
const LAST_TIME = 8.64e15;
const MAX_TEXT = 40;

/**
 * The edit time at a path of a record, ms; null when it is missing or unreadable. Takes ISO 8601 and `yyyy-MM-dd HH:mm:ss`
 * (UTC when no offset is given), and seconds or milliseconds since the epoch as number or text.
 */
export function readTime(record: JsonObject, path: string): number | null {
  return toTime(compilePath(path).get(record));
}

/** As `readTime`, of a value already taken out of the record. */
export function toTime(value: Json | undefined): number | null {
  if (value instanceof Date) return fromEpoch(value.getTime());
  if (typeof value === "number") return fromEpoch(value);
  if (typeof value !== "string" || value.length > MAX_TEXT) return null;
  const text = value.trim();
  if (/^\d{9,16}$/.test(text)) return fromEpoch(Number(text));
  // Without this check luxon would complete a time of day with today's date.
  if (!/^\d{4}-\d\d-\d\d/.test(text)) return null;
  const time = DateTime.fromISO(text.replace(/^(.{10}) +/, "$1T"), { zone: "utc" });
  return time.isValid ? time.toMillis() : null;
}

function fromEpoch(value: number): number | null {
  if (!(value > 0 && value <= LAST_TIME)) return null;
  return Math.round(value < SECONDS_BELOW ? value * 1000 : value);
}
