import { type LedgerEntry, otherSide, type Print, type Side } from "./types";

/*
 * Two systems that each bring a value into a form of their own answer every write of ours with an edit, for ever. The ledger's
 * last writes show it: they go to one side and the other in turn, and soon the same value is written to a side again.
 */

/** So many writes in turn may be chance, two people who correct each other, or edits that cross and are healed. */
const ROUNDS = 7;

/** As many as the ledger keeps of both sides. Values that never come back, but grow, are stopped by these. */
const ROUNDS_KEPT = 8;

/** Only writes of the last ten minutes count, so that a rule thaws once nobody has written it for that long. */
const WINDOW_MS = 600_000;

/**
 * Whether a write of this value to `target` would go on with a fight between the sides.
 *
 * @param print of the value on the side of `target`
 */
export function isPingPong(entry: LedgerEntry, target: Side, print: Print, now: number): boolean {
  const writes = (["cidaas", "legacy"] as const)
    .flatMap((side) => entry[side].writes.map((write) => ({ ...write, side })))
    .filter(({ at }) => at > now - WINDOW_MS)
    .sort((a, b) => b.at - a.at);
  const inTurn = writes.findIndex(({ side }, index) => side !== (index % 2 === 0 ? otherSide(target) : target));
  const rounds = inTurn === -1 ? writes : writes.slice(0, inTurn);
  const comesBack = rounds.some((write) => write.side === target && write.print === print);
  return rounds.length >= (comesBack ? ROUNDS : ROUNDS_KEPT);
}
