import type { LedgerEntry, Print, Side, SideEntry, Write } from "./types";
import { otherSide } from "./types";

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
}

/** From the sending of a write to the news that it was taken. */
export type Flight = Pick<Write, "at" | "until">;

/** Both sides hold the same value already: remembered, nothing was written. */
export function remembered(previous: LedgerEntry | null, agreed: Agreed): LedgerEntry {
  return joined(previous, agreed, accepted(previous?.[agreed.side], agreed), {
    ...(previous?.[otherSide(agreed.side)] ?? NOTHING_KNOWN),
    print: agreed.target,
  });
}

/** The value was written to the other side between two times, see `Write`. */
export function written(previous: LedgerEntry | null, agreed: Agreed, { at, until }: Flight): LedgerEntry {
  const target = previous?.[otherSide(agreed.side)] ?? NOTHING_KNOWN;
  return joined(previous, agreed, accepted(previous?.[agreed.side], agreed), {
    ...target,
    print: agreed.target,
    writes: [
      { print: agreed.target, before: previous ? target.print : null, at, until, editAt: agreed.editAt },
      ...target.writes,
    ].slice(0, WRITES_KEPT),
  });
}

/**
 * The value lost a conflict: its side holds it, the other one does not. Remembering that it was seen makes a repeat of
 * the same news no news; the winner comes by the other lane.
 */
export function refused(previous: LedgerEntry, agreed: Agreed): LedgerEntry {
  return { ...previous, [agreed.side]: accepted(previous[agreed.side], agreed) };
}

function joined(previous: LedgerEntry | null, agreed: Agreed, source: SideEntry, target: SideEntry): LedgerEntry {
  const fingerprint = agreed.fingerprint;
  return agreed.side === "cidaas"
    ? { ...previous, fingerprint, cidaas: source, legacy: target }
    : { ...previous, fingerprint, legacy: source, cidaas: target };
}

function accepted(previous: SideEntry | undefined, agreed: Agreed): SideEntry {
  const entry = previous ?? NOTHING_KNOWN;
  return { ...entry, print: agreed.source, editAt: latest(entry.editAt, agreed.editAt) };
}

function latest(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}
