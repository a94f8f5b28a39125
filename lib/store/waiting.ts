import { mergeChanges } from "../sync/change";
import { BACKFILL, type Change, LIVE } from "../sync/types";

/** What a mark's slot holds, waiting or in flight. */
export interface StoredMark {
  change: Change;
  /** Not handed out before this time. */
  dueAt: number;
  /** Grows with every change merged in. */
  version: number;
  /** Failed attempts that counted; 0 before the first try. */
  attempt: number;
}

/** A mark that nobody has tried yet. */
export function freshMark(change: Change, now: number): StoredMark {
  return { change, dueAt: now, version: 1, attempt: 0 };
}

/** A change arrives where one waits: live news makes a mark due that is backing off, anything else lets it wait. */
export function mergeArriving(waiting: StoredMark, arriving: Change, now: number): StoredMark {
  return {
    change: mergeChanges(waiting.change, arriving),
    dueAt: arriving.priority === LIVE ? Math.min(waiting.dueAt, now) : waiting.dueAt,
    version: waiting.version + 1,
    attempt: waiting.attempt,
  };
}

/** What was in flight comes back where a newer change waits already; the back-off of the failed try holds for both. */
export function mergeReturning(returning: StoredMark, waiting: StoredMark): StoredMark {
  return {
    change: mergeChanges(returning.change, waiting.change),
    dueAt: returning.dueAt,
    version: returning.version + waiting.version,
    attempt: returning.attempt,
  };
}

/**
 * Two marks of one person of which either may be the older one: of rows that turned out to be one person, or a parked
 * change that comes back where another one waits.
 */
export function mergeByAge(own: StoredMark, other: StoredMark): StoredMark {
  const [older, newer] = other.change.receivedAt < own.change.receivedAt ? [other, own] : [own, other];
  return {
    change: mergeChanges(older.change, newer.change),
    dueAt: Math.min(own.dueAt, other.dueAt),
    version: own.version + other.version,
    attempt: Math.max(own.attempt, other.attempt),
  };
}

/** Priorities in the order in which `take` looks. */
export const PRIORITIES: readonly number[] = Array.from({ length: BACKFILL - LIVE + 1 }, (_, index) => LIVE + index);

/** The change's priority as one of `PRIORITIES`, so that no mark is ever out of reach of `take`. */
export function priorityOf(change: Change): number {
  if (!Number.isFinite(change.priority)) return BACKFILL;
  return Math.min(BACKFILL, Math.max(LIVE, Math.round(change.priority)));
}
