import type { Side, Span, Write } from "./types";

/** No read shows a user as it was longer ago than this, ms. */
export const LAG_LIMIT_MS = 10_000;

/** A record may be this much older than the event of its change: the two get their times one after the other, ms. */
export const EVENT_LAG_MS = 100;

/** The span of one edit whose time is known. */
export function point(time: number): Span {
  return { first: time, last: time };
}

/** Who made the later edit, and whether the times could really tell. */
export interface Newest {
  winner: Side;
  ambiguous: boolean;
}

/**
 * The newer of two edits. A cidaas edit has the span of the events merged since the last read, a legacy edit a point in time,
 * or a span where it was first seen in a record that a write of ours has made. Where the spans meet, or come closer than the
 * tolerance (ms), the clocks cannot tell, and it is recorded as ambiguous: the later end wins, cidaas if they are that close.
 * An edit without a time never beats one with a time.
 */
export function newest(cidaas: Span | null, legacy: Span | null, tolerance: number): Newest {
  if (legacy === null) return { winner: "cidaas", ambiguous: cidaas === null };
  if (cidaas === null) return { winner: "legacy", ambiguous: false };
  if (legacy.last > cidaas.last + tolerance)
    return { winner: "legacy", ambiguous: legacy.first <= cidaas.last + tolerance };
  return { winner: "cidaas", ambiguous: legacy.last >= cidaas.first - tolerance };
}

/**
 * When the values of a user that was just read were edited: within the events since the last read, or later, up to the time
 * that the user itself tells, for the event of the last edit may still be on its way. A time at which we wrote to it
 * ourselves is nobody's edit.
 */
export function spanOfRead(
  events: Span | null,
  updatedAt: number | null,
  ours: readonly Pick<Write, "at" | "until">[],
): Span | null {
  if (updatedAt === null) return events;
  if (isOwnWrite(updatedAt, ours)) return events;
  if (events === null) return { first: updatedAt, last: updatedAt };
  return updatedAt <= events.last ? events : { first: events.first, last: updatedAt };
}

/** Whether a record says to have changed while a write of ours was on its way. */
export function isOwnWrite(updatedAt: number | null, ours: readonly Pick<Write, "at" | "until">[]): boolean {
  return updatedAt !== null && ours.some(({ at, until }) => at <= updatedAt && updatedAt <= until);
}
