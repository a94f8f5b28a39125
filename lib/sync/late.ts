import { conflictRecord, lostInDoubt } from "./conflict";
import { isGone } from "./covered";
import type { DecideInput, News, RulePolicy, Verdict } from "./decision";
import { point } from "./times";
import type { ConflictRecord, Ledger, LedgerEntry, RuleId, Side, Span, Write } from "./types";
import { otherSide } from "./types";
import { distance, isEchoOf } from "./writes";

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
 * A late write was taken for an edit and brought to the target before anybody knew that it was ours: what it has replaced there
 * is gone, and that is recorded. Null for any other news.
 */
export function broughtOn(input: DecideInput, policy: RulePolicy, news: News, entry: LedgerEntry): Verdict | null {
  const write = input.late[policy.id];
  const { print, editAt, writes } = entry[otherSide(input.source)];
  const [brought, former] = writes;
  if (write?.print !== news.source || print !== news.target) return null;
  if (brought?.print !== print || brought.editAt === null) return null;
  if (distance(write, brought.editAt) > input.clockTolerance) return null;
  const between = (lost: number | null, won: number | null, winner: Side): ConflictRecord => {
    const [own, other] = winner === input.source ? [won, lost] : [lost, won];
    const accepted = { ...news, span: spanAt(own) };
    return { ...conflictRecord(input, policy.conflict, policy, accepted, spanAt(other)), winner, ambiguous: true };
  };
  // What was brought from this very side before has lost to the edit that the late write carried.
  const isOwn = former !== undefined && former.print === brought.before;
  // The target held that edit still, and what has lost to it on this side meanwhile was never brought.
  const isBack = brought.before === brought.print;
  const cost = between(isOwn ? former.editAt : null, write.editAt, otherSide(input.source));
  if (isOwn || isBack) return { do: "remember", target: news.target, conflicts: [cost] };
  // Both sides may have come to what was agreed by edits of their own.
  const conflicts = [between(editAt, brought.editAt, input.source), cost];
  return { do: "remember", target: news.target, conflicts };
}

/** The same, told by a record of before the late write: what that one has brought is what was agreed last. */
export function withBroughtOn(input: DecideInput, policy: RulePolicy, entry: LedgerEntry, verdict: Verdict): Verdict {
  if (verdict.do !== "seen") return verdict;
  const own = entry[input.source];
  const news = { source: own.print, target: entry[otherSide(input.source)].print, span: spanAt(own.editAt) };
  const brought = broughtOn(input, policy, news, entry);
  if (brought?.do !== "remember") return verdict;
  return { ...verdict, conflicts: [...(verdict.conflicts ?? []), ...(brought.conflicts ?? [])] };
}

function spanAt(time: number | null): Span | null {
  return time === null ? null : point(time);
}

/**
 * The source holds what a late write brought there, in place of what was agreed: that is brought back. It could be the same
 * value set by a person, so the conflict is recorded. Null for any other news.
 */
export function overLateWrite(input: DecideInput, policy: RulePolicy, news: News, entry: LedgerEntry): Verdict | null {
  const own = entry[input.source];
  const [last] = own.writes;
  // A look at cidaas shows it until it is replaced; of the records of the legacy system one is its echo, and others repeat that.
  const isTold = input.source === "legacy" && last?.echoAt !== undefined;
  const write = last?.late && !isTold ? last : input.late[policy.id];
  if (write?.print !== news.source || own.print === news.source || isGone(news)) return null;
  const time = news.span?.last ?? null;
  if (time !== null && !isEchoOf(write, news.source, time, input.clockTolerance)) return null;
  const record = lostInDoubt(input, conflictRecord(input, policy.conflict, policy, news, null));
  const heal = policy.direction === "both";
  const late = input.source === "legacy" && time !== null ? { ...write, echoAt: time } : write;
  return { do: "refuse", conflicts: [record], heal, keep: true, ...(late === last ? {} : { late }) };
}
