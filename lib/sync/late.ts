import { conflictRecord } from "./conflict";
import type { DecideInput, News, RulePolicy, Verdict } from "./decision";
import type { Ledger, LedgerEntry, RuleId, Side, Write } from "./types";
import { otherSide } from "./types";
import { isEchoOf } from "./writes";

/*
 * A late write: a process stood still right before its call, for so long that its lease was given away, and made the call then.
 * The person was brought to that side by somebody else meanwhile, so that it may have replaced something newer.
 */

/**
 * The writes to a side that only a settlement tells of which comes too late.
 *
 * @param settled the ledger as its process would have it
 * @param ledger the ledger as it is
 */
export function lateWrites(settled: Ledger, ledger: Ledger, side: Side): Record<RuleId, Write> {
  const late: Record<RuleId, Write> = {};
  for (const [rule, entry] of Object.entries(settled)) {
    const [write] = entry[side].writes;
    const known = ledger[rule]?.[side].writes ?? [];
    // It may be taken for proven, by the same value set by a person, and still have been on its way.
    const isKnown = known.some(
      ({ at, print, until }) => at === write?.at && print === write.print && until >= write.until,
    );
    if (write && !isKnown) late[rule] = write;
  }
  return late;
}

/** The late writes of two changes of one side as those of one. */
export function mergeLate(
  older: Record<RuleId, Write> = {},
  newer: Record<RuleId, Write> = {},
): { late?: Record<RuleId, Write> } {
  const late = { ...older, ...newer };
  return Object.keys(late).length === 0 ? {} : { late };
}

/**
 * The source holds what a late write brought there, in place of what was agreed: that is brought back. It could be the same
 * value set by a person, so the conflict is recorded. Null for any other news.
 */
export function overLateWrite(input: DecideInput, policy: RulePolicy, news: News, entry: LedgerEntry): Verdict | null {
  const write = input.late[policy.id];
  const own = entry[input.source];
  if (write?.print !== news.source || own.print === news.source || news.state !== undefined) return null;
  const time = news.span?.last ?? null;
  if (time !== null && !isEchoOf(write, news.source, time, input.clockTolerance)) return null;
  const winner = otherSide(input.source);
  const record = { ...conflictRecord(input, policy.conflict, policy, news, null), winner, ambiguous: true };
  return { do: "refuse", conflicts: [record], heal: policy.direction === "both", keep: true, late: write };
}
