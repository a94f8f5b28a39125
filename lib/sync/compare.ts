import {
  conflictRecord,
  hasReplacedWinner,
  presentPrint,
  settleConflict,
  targetSpan,
  wonInDoubt,
  writesOn,
} from "./conflict";
import type { DecideInput, News, RulePolicy, Verdict } from "./decision";
import { isOwnWrite, point } from "./times";
import { otherSide, type Print, type SideEntry, type Span } from "./types";
import { flightOf, isVague } from "./writes";

/**
 * The verdict on news that are newer than all that is known of their side, by what the target holds.
 *
 * @param agreed print of what the target holds, as far as our own writes go
 */
export function compare(input: DecideInput, policy: RulePolicy, news: News, agreed: Print, forced: boolean): Verdict {
  const present = presentPrint(input, policy, agreed);
  if (present === "unknown") return { do: "read" };
  // Of a rule that goes one way nobody follows what is edited on its target.
  const isUnsure = forced || (policy.direction !== "both" && news.state === "restored");
  if (present === news.target) {
    if (isUnsure && input.target.state === "unread") return write();
    // A value that nobody knew of was edited there, and may have been once more since, unseen by a read that lags.
    if (policy.direction !== "both" && present !== agreed) return write();
    const targetEditAt = present === agreed ? null : (targetSpan(input, policy)?.last ?? null);
    return { do: "remember", target: news.target, targetEditAt };
  }
  if (policy.direction !== "both") return write();
  const isRestored = input.rival?.prints?.[policy.id]?.restored === true || input.setAgain.includes(policy.id);
  if (present === agreed && !isRestored)
    return (
      laterOnTarget(input, policy, news, present) ??
      overDoubtful(input, policy, news, present) ??
      writeOverAgreed(input, policy, news)
    );
  if (!isRestored && isByUs(input, policy, present)) return write();
  return settleConflict(input, policy.conflict, policy, news, present, targetSpan(input, policy));
}

/** What the target holds is nobody's edit, but what a write of ours has put in the place of what was agreed. */
function isByUs(input: DecideInput, policy: RulePolicy, present: Print): boolean {
  const target = input.ledger[policy.id]?.[otherSide(input.source)];
  const [last] = target?.writes ?? [];
  if (!target || last?.print !== present) return false;
  return last.late === true || (input.source === "cidaas" && hasReplacedWinner(input, policy, target));
}

/**
 * Both sides came to what was agreed by edits of their own, and that of the target was not before the news; or nobody knows,
 * since the source was agreed upon as an older read showed it.
 */
function laterOnTarget(input: DecideInput, policy: RulePolicy, news: News, present: Print): Verdict | null {
  const entry = input.ledger[policy.id];
  if (!entry) return null;
  const [own, target] = [entry[input.source], entry[otherSide(input.source)]];
  const { editAt } = target;
  if (editAt === null || isOurs(target) || hasReplaced(own, editAt)) return null;
  const span = point(editAt);
  const agreedAt = own.editAt ?? 0;
  const wasLagging = input.source === "cidaas" && news.span !== null && news.span.last <= agreedAt;
  if (wasLagging) return settleConflict(input, policy.conflict, policy, news, present, span);
  if (editAt < agreedAt) return recordedIfLater(input, policy, news, span);
  const inTime = conflictRecord(input, "newest", policy, news, span);
  if (inTime.winner === input.source && !inTime.ambiguous) return null;
  return settleConflict(input, policy.conflict, policy, news, present, span);
}

/** Whether a side holds by our write what the other one was edited to at that time: what follows there has replaced that. */
function hasReplaced(own: SideEntry, editAt: number): boolean {
  const carried = own.writes[0]?.editAt ?? Number.POSITIVE_INFINITY;
  return isOurs(own) && editAt <= carried;
}

/**
 * What the target holds may be an edit of the very value that our write has brought, and later than the news: the write was only
 * found there, or was long under way, or another edit came at about its time.
 */
function overDoubtful(input: DecideInput, policy: RulePolicy, news: News, present: Print): Verdict | null {
  const setAt = input.rival?.doubtful?.[policy.id];
  if (setAt !== undefined) return recordedIfLater(input, policy, news, point(setAt));
  const [write] = input.ledger[policy.id]?.[otherSide(input.source)].writes ?? [];
  if (write?.print !== present || !isVague(write)) return null;
  const { at, until } = flightOf(write);
  return recordedIfLater(input, policy, news, { first: at, last: until });
}

/** Whether a side holds the value of our last write, and not the same one set later by a person. */
function isOurs({ print, editAt, writes: [last] }: SideEntry): boolean {
  return last?.print === print && (editAt === null || editAt <= last.until);
}

/**
 * The target holds what was agreed. If it was edited later than the news, that may have been this rule, changed and changed
 * back, or changed back after a write of ours that is not settled. Any other rule is likelier, so the news wins; but no edit
 * may be lost without a record.
 */
function writeOverAgreed(input: DecideInput, policy: RulePolicy, news: News): Verdict {
  const span = input.target.state === "read" ? targetSpan(input, policy) : null;
  const isOurs =
    input.rival === null && isOwnWrite(span?.last ?? null, writesOn(otherSide(input.source), input.ledger));
  return isOurs ? write() : (recordedIfLater(input, policy, news, span) ?? write());
}

/** A write that wins over what may have been edited later, in that span, and says so. Null where that was before the news. */
function recordedIfLater(input: DecideInput, policy: RulePolicy, news: News, span: Span | null): Verdict | null {
  if (span === null || news.span === null) return null;
  const inTime = conflictRecord(input, "newest", policy, news, span);
  if (inTime.winner === input.source && !inTime.ambiguous) return null;
  return { do: "write", conflicts: [wonInDoubt(input, inTime)], heal: false };
}

export function write(): Verdict {
  return { do: "write", conflicts: [], heal: false };
}
