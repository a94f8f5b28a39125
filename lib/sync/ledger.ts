import { NO_VALUE } from "./prints";
import type { Ledger, LedgerEntry, Print, RuleId, Side, SideEntry, Write } from "./types";
import { otherSide } from "./types";
import { withDismissed, withEcho } from "./writes";

const WRITES_KEPT = 4;

/** A side of which nothing was ever agreed. */
export const NOTHING_KNOWN: SideEntry = { print: "", editAt: null, writes: [] };

/** A value that arrived from `side` and the value it means on the other one, as both now stand. */
export interface Agreed {
  fingerprint: string;
  side: Side;
  source: Print;
  target: Print;
  /** Time of the edit that made it; null when unknown. */
  editAt: number | null;
  /** When a record of that side showed it last, by its own time; absent where that is not later than the edit. */
  seenAt?: number;
}

/** A value that both sides hold already. */
export interface Equal extends Agreed {
  /** When the target came to it by an edit of its own; null when it did not, or nobody knows. */
  targetEditAt?: number | null;
}

/** From the sending of a write to the news that it was taken, and what it was put over. */
export type Flight = Pick<Write, "at" | "until" | "over" | "whole" | "found">;

/** Both sides hold the same value already: remembered, nothing was written. */
export function remembered(previous: LedgerEntry | null, agreed: Equal): LedgerEntry {
  const target = previous?.[otherSide(agreed.side)] ?? NOTHING_KNOWN;
  return joined(previous, agreed, accepted(previous?.[agreed.side], agreed), {
    ...target,
    print: agreed.target,
    editAt: latest(target.editAt, agreed.targetEditAt ?? null),
  });
}

/**
 * A record of a side showed a value that is no news. It tells when a write of ours took effect, or that what an older record
 * brings after it is gone. Null where it tells nothing.
 */
export function seenAgain(
  previous: LedgerEntry,
  { side, source, at }: Pick<Agreed, "side" | "source"> & { at: number },
  tolerance: number,
): LedgerEntry | null {
  const before = previous[side];
  const entry = withEcho(before, source, at, tolerance);
  if (entry !== before) return { ...previous, [side]: entry };
  if (source !== entry.print) {
    const dismissed = withDismissed(entry, source, at);
    return dismissed === entry ? null : { ...previous, [side]: dismissed };
  }
  const known = Math.max(entry.editAt ?? 0, entry.seenAt ?? 0, entry.writes[0]?.echoAt ?? 0);
  return at > known ? { ...previous, [side]: { ...entry, seenAt: at } } : null;
}

/** What a side is known to hold was set there by a person at this time. */
export function editedAt(entry: LedgerEntry, side: Side, time: number): LedgerEntry {
  const { seenAt, ...own } = entry[side];
  const editAt = Math.max(own.editAt ?? 0, time);
  const isSeenLater = seenAt !== undefined && seenAt > editAt;
  return { ...entry, [side]: { ...own, editAt, ...(isSeenLater ? { seenAt } : {}) } };
}

/** The value was written to the other side between two times, see `Write`. */
export function written(previous: LedgerEntry | null, agreed: Agreed, flight: Flight): LedgerEntry {
  const target = previous?.[otherSide(agreed.side)] ?? NOTHING_KNOWN;
  const write = { print: agreed.target, before: previous ? target.print : null, ...flight, editAt: agreed.editAt };
  const replaced = withWrite({ ...target, print: agreed.target }, write);
  return joined(previous, agreed, accepted(previous?.[agreed.side], agreed), replaced);
}

/**
 * The value lost a conflict: its side holds it, the other one does not. Remembering that it was seen makes a repeat of
 * the same news no news; the winner comes by the other lane.
 */
export function refused(previous: LedgerEntry, agreed: Agreed): LedgerEntry {
  return { ...previous, [agreed.side]: accepted(previous[agreed.side], agreed) };
}

/** A write of ours has made the user anew on a side, without these rules. */
export function emptied(ledger: Ledger, side: Side, rules: readonly RuleId[], { at, until }: Flight): Ledger {
  const entries = Object.entries(ledger).map(([rule, entry]) => {
    if (!rules.includes(rule)) return [rule, entry];
    const write: Write = { print: NO_VALUE, before: entry[side].print, at, until, editAt: null };
    return [rule, { ...entry, [side]: withWrite({ ...entry[side], print: NO_VALUE }, write) }];
  });
  return Object.fromEntries(entries);
}

/** Whether the rule is missing since its user was made anew, and not since the user was created without it. */
export function isEmptied({ print, writes: [last] }: SideEntry): boolean {
  return print === NO_VALUE && last?.print === NO_VALUE && last.before !== null;
}

/** The entry with the late write as the last one to that side, so that its echoes are known. */
export function withLateWrite(entry: LedgerEntry, side: Side, write: Write): LedgerEntry {
  const writes = entry[side].writes.filter(({ late, until }) => !late || until !== write.until);
  const at = Math.max(write.at, writes[0]?.at ?? 0);
  return { ...entry, [side]: withWrite({ ...entry[side], writes }, { ...write, at, late: true }) };
}

function withWrite({ dismissedAt: _, ...side }: SideEntry, write: Write): SideEntry {
  return { ...side, writes: [write, ...side.writes].slice(0, WRITES_KEPT) };
}

function joined(previous: LedgerEntry | null, agreed: Agreed, source: SideEntry, target: SideEntry): LedgerEntry {
  const fingerprint = agreed.fingerprint;
  return agreed.side === "cidaas"
    ? { ...previous, fingerprint, cidaas: source, legacy: target }
    : { ...previous, fingerprint, legacy: source, cidaas: target };
}

function accepted(previous: SideEntry | undefined, agreed: Agreed): SideEntry {
  const entry = previous ?? NOTHING_KNOWN;
  const [last] = entry.writes;
  // What a write of ours has carried here was edited on the other side, by its clock.
  const isCarried = last?.print === agreed.source && last.editAt === agreed.editAt;
  const editAt = isCarried ? entry.editAt : latest(entry.editAt, agreed.editAt);
  const { seenAt: _, ...rest } = { ...entry, print: agreed.source, editAt };
  // When another value was seen tells nothing of this one, which may be the older of the two.
  const seenAt = Math.max(entry.print === agreed.source ? (entry.seenAt ?? 0) : 0, agreed.seenAt ?? 0);
  return seenAt > (editAt ?? 0) ? { ...rest, seenAt } : rest;
}

function latest(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}
