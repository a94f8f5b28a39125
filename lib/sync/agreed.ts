import { carriedSpan, conflictRecord, lostInDoubt, wonInDoubt, writesOn } from "./conflict";
import type { DecideInput, News, RulePolicy, Verdict } from "./decision";
import { setAgainUnseen } from "./stale";
import { isOwnWrite, point } from "./times";
import type { ConflictRecord, LedgerEntry, SideEntry } from "./types";
import { otherSide } from "./types";
import { flightOf, heldAt, isEchoOf } from "./writes";

/* The source shows what was agreed. That is no news, but it may tell of edits that nobody has seen. */

/** Of a legacy record, and of the time at which it showed the agreed value. */
export function agreedAt(
  input: DecideInput,
  policy: RulePolicy,
  news: News,
  entry: LedgerEntry,
  time: number,
): Verdict {
  const own = entry[input.source];
  return (
    dismissedEdit(input, policy, time, own) ??
    setAgainUnseen(input, policy, news, own) ?? {
      do: "seen",
      at: time,
      ...recorded([...wonTooLate(input, policy, time, entry), ...replacedAgain(input, policy, time, own)]),
    }
  );
}

function recorded(conflicts: ConflictRecord[]): { conflicts?: ConflictRecord[] } {
  return conflicts.length > 0 ? { conflicts } : {};
}

/**
 * The echo of our write, of a time before one at which the side was seen with what the write replaced: a person has set that
 * again. It was not taken for an edit, since it could have been a record of before the write. Our value has to be brought back
 * there, unless it was seen later still. Null where there is none.
 */
function dismissedEdit(input: DecideInput, policy: RulePolicy, time: number, own: SideEntry): Verdict | null {
  const [write, former] = own.writes;
  // It may also have been taken for the echo of the write before.
  const formerAt = former && former.print !== own.print ? (former.echoAt ?? 0) : 0;
  const shownAt = Math.max(own.dismissedAt ?? 0, formerAt);
  const echoAt = write?.echoAt ?? Number.POSITIVE_INFINITY;
  if (!write || echoAt <= shownAt || shownAt <= time) return null;
  if (!isEchoOf(write, own.print, time, input.clockTolerance)) return null;
  const edit = { source: own.print, target: own.print, span: point(shownAt) };
  const record = lostInDoubt(input, conflictRecord(input, policy.conflict, policy, edit, carriedSpan(write)));
  if (write.echoAt !== undefined) return { do: "seen", at: time, conflicts: [record] };
  return { do: "refuse", conflicts: [record], heal: policy.direction === "both", keep: true };
}

/**
 * The agreed value is older than the edit that it was accepted as, and was written over one of the target that was later than
 * this: another rule's edit had carried it here first.
 */
function wonTooLate(input: DecideInput, policy: RulePolicy, time: number, entry: LedgerEntry): ConflictRecord[] {
  const { editAt } = entry[input.source];
  const target = entry[otherSide(input.source)];
  const [write] = target.writes;
  if (editAt === null || time >= editAt || target.editAt === null) return [];
  if (write?.print !== target.print || write.editAt !== editAt || target.editAt > editAt) return [];
  const edit = { source: target.print, target: target.print, span: point(time) };
  const record = conflictRecord(input, "newest", policy, edit, point(target.editAt));
  if (record.winner === input.source && !record.ambiguous) return [];
  return [wonInDoubt(input, record)];
}

/** A person had set the value of our last write long before it, and after that, no later than the write, what the write replaced. */
function replacedAgain(input: DecideInput, policy: RulePolicy, time: number, own: SideEntry): ConflictRecord[] {
  const [write] = own.writes;
  if (!write || write.print !== own.print || write.before === own.print) return [];
  if (time >= flightOf(write).at || isEchoOf(write, own.print, time, input.clockTolerance)) return [];
  if ((own.editAt !== null && time < own.editAt) || heldAt(own, time).includes(own.print)) return [];
  const edit = { source: own.print, target: own.print, span: point(time) };
  return [lostInDoubt(input, conflictRecord(input, policy.conflict, policy, edit, carriedSpan(write)))];
}

/**
 * Of a user of cidaas. Somebody edited it, and of what was agreed nothing is different: that may be this rule, changed and changed
 * back. An edit of the legacy system that waits, and is not later than that, will be written over it.
 */
export function agreedInCidaas(input: DecideInput, policy: RulePolicy, news: News, entry: LedgerEntry): Verdict {
  const waiting = input.rival?.prints?.[policy.id];
  if (!waiting || waiting.at === null || waiting.print === entry.legacy.print || policy.direction !== "both")
    return { do: "nothing" };
  const ours = writesOn("cidaas", input.ledger);
  const times = news.span ? [news.span.last, news.span.first] : [];
  const unseen = times.find((time) => !isOwnWrite(time, ours));
  if (unseen === undefined) return { do: "nothing" };
  const record = conflictRecord(input, "newest", policy, { ...news, span: point(unseen) }, point(waiting.at));
  if (record.winner === "legacy" && !record.ambiguous) return { do: "nothing" };
  return { do: "nothing", conflicts: [lostInDoubt(input, record)] };
}
