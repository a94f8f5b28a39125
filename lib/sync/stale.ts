import { compare } from "./compare";
import { carriedSpan, conflictRecord, hasReplacedWinner, lostInDoubt, wonInDoubt } from "./conflict";
import type { DecideInput, News, RulePolicy, Verdict } from "./decision";
import { LAG_LIMIT_MS, point } from "./times";
import type { ConflictRecord, LedgerEntry, Print, SideEntry, Write } from "./types";
import { otherSide } from "./types";
import {
  distance,
  flightOf,
  heldAt,
  isAfterShown,
  isBeforeNewer,
  isEchoMoment,
  isEchoOf,
  isOfSameMoment,
  isOvertaken,
  isReplacedBy,
  isSeenEcho,
  isVague,
  withIntent,
} from "./writes";

/*
 * News that may be gone from their side already. A legacy record is dated and tells what the legacy system held at that time:
 * whatever it shows later makes it old. A look at cidaas tells what cidaas holds now, unless the read lags behind.
 */

/**
 * The echo of our last write though another value of this side was accepted. An edit made while the write was on its way
 * was accepted first and then covered by it, unseen; of any other the conflict is settled already, and the winner is on
 * its way back. Null for any other news.
 */
export function echoOverEdit(input: DecideInput, policy: RulePolicy, news: News, entry: LedgerEntry): Verdict | null {
  const own = entry[input.source];
  const known = withIntent(own, input.intent, policy.id);
  const [write] = known.writes;
  const echoAt = news.span?.last ?? null;
  if (!write || echoAt === null || own.print === news.source || news.state !== undefined) return null;
  if (!isEchoOf(write, news.source, echoAt, input.clockTolerance)) return null;
  // What cidaas held after our write was settled, it holds by somebody's hand.
  if (input.source === "cidaas" && known === own) return null;
  if (Math.max(own.editAt ?? 0, own.seenAt ?? 0) > echoAt) return null;
  // Of an older edit the conflict is settled already, see `stale`.
  if (own.editAt === null || own.editAt < flightOf(write).at) return known === own ? { do: "nothing" } : null;
  const accepted = { ...news, span: point(own.editAt) };
  const decided = conflictRecord(input, policy.conflict, policy, accepted, carriedSpan(write));
  // What the write replaced was perhaps no edit, but a record of before the write that came late.
  const isEdit = known !== own || own.print !== write.before;
  // Or the write was before it, and a person has set its value once more.
  const isOnlyEcho = own.editAt <= (write.echoAt ?? echoAt);
  const isCertain = isEdit && isOnlyEcho && own.editAt <= write.until && distance(write, echoAt) === 0;
  const record = isCertain ? decided : lostInDoubt(input, decided);
  if (record.winner === input.source) {
    // Of a call that was long under way nobody knows whether this is its echo, or the same value set by a person.
    const isLong = isVague({ ...write, until: Math.min(write.until, echoAt) });
    const alike = isLong ? [lostInDoubt(input, conflictRecord(input, policy.conflict, policy, news, null))] : [];
    return { do: "refuse", conflicts: [record, ...alike], heal: true, keep: true };
  }
  const agreed = entry[otherSide(input.source)].print;
  if (agreed === news.target) return { do: "remember", target: news.target, conflicts: [record] };
  return writeUnlessEdited(input, policy, news, { agreed, record, heal: false });
}

/**
 * The value of our last write to the legacy system, where it has replaced an edit that was accepted since and is still to be
 * brought back. Null for any other news.
 */
export function beforeHeal(input: DecideInput, policy: RulePolicy, news: News, entry: LedgerEntry): Verdict | null {
  const own = entry[input.source];
  if (own.writes[0]?.print !== news.source || news.span === null || news.state !== undefined) return null;
  if (input.source === "cidaas" || !hasReplacedWinner(input, policy, own)) return null;
  return { do: "refuse", conflicts: [], heal: policy.direction === "both", keep: true };
}

/** The verdict on news that are, or may be, older than what is known of their side; null for any others. */
export function stale(input: DecideInput, policy: RulePolicy, news: News, entry: LedgerEntry): Verdict | null {
  const editAt = news.span?.last ?? null;
  if (editAt === null) return untimed(input, policy, news, entry);
  const own = withIntent(entry[input.source], input.intent, policy.id);
  const age = ageOf(own, news, editAt, input.clockTolerance);
  if (age === "new") return atSameMoment(input, policy, news, entry) ?? perhapsReplaced(input, policy, news, entry);
  const isEcho = own.writes.some((write, index) => {
    const isInTime = editAt <= (write.echoAt ?? editAt) && isBeforeNewer(own, index, editAt);
    return isInTime && isEchoOf(write, news.source, editAt, input.clockTolerance);
  });
  const isKnown = isEcho || heldAt(own, editAt).includes(news.source);
  if (input.source === "cidaas" && (isKnown || age === "overtaken"))
    return isKnown && mayLag(input, entry[input.source]) ? { do: "again" } : null;
  if (age === "overtaken")
    return (
      setAgainUnseen(input, policy, news, own) ?? { do: "seen", at: editAt, ...setAgain(own, news.source, editAt) }
    );
  if (isKnown && news.state === undefined) return { do: "seen", at: Math.max(editAt, news.seenAt ?? editAt) };
  const [covering] = own.writes;
  if (!covering) return null;
  if (isBrought(entry[otherSide(input.source)], news, editAt))
    return { do: "refuse", conflicts: [], heal: policy.direction === "both", keep: true };
  const decided = conflictRecord(input, policy.conflict, policy, news, carriedSpan(covering));
  const record = age === "doubtful" ? lostInDoubt(input, decided) : decided;
  // What an open intent carries stands on the target, though the ledger does not know it yet.
  const carried = covering === entry[input.source].writes[0] ? null : input.intent?.rules[policy.id];
  const agreed = carried?.source ?? entry[otherSide(input.source)].print;
  const verdict = coveredUnseen(input, policy, news, agreed, record);
  return withRecords(verdict, [
    ...replacedByEdit(input, policy, news, own),
    ...(record.winner === input.source ? setAlike(input, policy, news, own) : []),
  ]);
}

/**
 * Another record of the very same time has shown the agreed value, as it happens where a clock counts in seconds: nobody knows
 * which of the two the legacy system holds, so it gets the winner as well. Null for any other news.
 */
function atSameMoment(input: DecideInput, policy: RulePolicy, news: News, entry: LedgerEntry): Verdict | null {
  const own = entry[input.source];
  const [write] = own.writes;
  const time = news.span?.last ?? null;
  if (input.source !== "legacy" || news.state !== undefined) return null;
  if (time === null || !isOfSameMoment(own, news.source, time)) return null;
  const record =
    write && isEchoMoment(own, time)
      ? wonInDoubt(input, conflictRecord(input, policy.conflict, policy, news, carriedSpan(write)))
      : lostInDoubt(input, conflictRecord(input, policy.conflict, policy, news, null));
  const agreed = entry[otherSide(input.source)].print;
  return writeUnlessEdited(input, policy, news, { agreed, record, heal: policy.direction === "both" });
}

/**
 * What stood there before our last write, dated so soon after it that the clocks cannot tell whether somebody has set it again,
 * or edited something else right before the write. It is brought, since a system that always does so would have us write for
 * ever, and what it replaces is recorded. Null for any other news.
 */
function perhapsReplaced(input: DecideInput, policy: RulePolicy, news: News, entry: LedgerEntry): Verdict | null {
  const own = entry[input.source];
  const [write] = own.writes;
  const time = news.span?.last ?? null;
  if (!write || time === null || news.state !== undefined || news.source !== write.before) return null;
  if (own.print !== write.print || news.source === own.print) return null;
  if (write.echoAt !== undefined || distance(write, time) > input.clockTolerance) return null;
  if (input.source === "cidaas") {
    const isOlderWrite = own.writes.slice(1).some((older) => isEchoOf(older, news.source, time, input.clockTolerance));
    return isOlderWrite && mayLag(input, own) ? { do: "again" } : null;
  }
  const record = wonInDoubt(input, conflictRecord(input, policy.conflict, policy, news, carriedSpan(write)));
  return writeUnlessEdited(input, policy, news, { agreed: entry.cidaas.print, record, heal: false });
}

/**
 * The news may be the late echo of a write before the last one, over which an edit was accepted: then that edit was before it,
 * and it is what the write carried that has lost.
 */
function replacedByEdit(input: DecideInput, policy: RulePolicy, news: News, own: SideEntry): ConflictRecord[] {
  const { editAt, writes } = own;
  const echoAt = news.span?.last ?? null;
  if (editAt === null || echoAt === null || editAt > echoAt) return [];
  const echoed = writes.slice(1).find((write) => isEchoOf(write, news.source, echoAt, input.clockTolerance));
  if (!echoed || editAt < flightOf(echoed).at) return [];
  const accepted = { ...news, span: point(editAt) };
  return [wonInDoubt(input, conflictRecord(input, policy.conflict, policy, accepted, carriedSpan(echoed)))];
}

/**
 * The news win against a write that was only found, or was long under way, or whose value was shown twice since the news, and are
 * brought back over its value: a person may have set the same one.
 */
function setAlike(input: DecideInput, policy: RulePolicy, news: News, own: SideEntry): ConflictRecord[] {
  const shownAt = shownAfter(own, news.span?.last ?? 0);
  if (shownAt === 0) return [];
  const edit = { ...news, span: point(shownAt) };
  return [lostInDoubt(input, conflictRecord(input, policy.conflict, policy, edit, null))];
}

/** When a person may have set the value of our last write, which has replaced an edit of this time; 0 where nobody can have. */
function shownAfter({ print, seenAt = 0, writes: [last] }: SideEntry, editAt: number): number {
  if (!last) return 0;
  if (isVague(last)) return Math.max(last.echoAt ?? 0, print === last.print ? seenAt : 0);
  return last.shownAt !== undefined && last.shownAt > editAt ? last.shownAt : 0;
}

function withRecords(verdict: Verdict, records: readonly ConflictRecord[]): Verdict {
  if (verdict.do !== "write" && verdict.do !== "refuse") return verdict;
  return { ...verdict, conflicts: [...verdict.conflicts, ...records] };
}

/**
 * A value that gave way to the one seen before it and after it: a person has set that one again, and a write of ours has
 * replaced it, which may have carried an older edit. Null where no write did.
 */
export function setAgainUnseen(input: DecideInput, policy: RulePolicy, news: News, own: SideEntry): Verdict | null {
  const [covering] = own.writes;
  const { seenAt } = own;
  const editAt = news.span?.last ?? null;
  if (!covering || seenAt === undefined || editAt === null || editAt >= seenAt || seenAt >= covering.at) return null;
  if (heldAt(own, editAt).includes(news.source)) return null;
  const edit = { source: own.print, target: own.print, span: point(seenAt) };
  const decided = conflictRecord(input, policy.conflict, policy, edit, carriedSpan(covering));
  if (decided.winner !== input.source && !decided.ambiguous) return null;
  return { do: "refuse", conflicts: [lostInDoubt(input, decided)], heal: false, keep: true };
}

/** Between a value and the agreed one, seen after it, with no write of ours that replaced it since: a person has set that. */
export function setAgain(own: SideEntry, print: Print, editAt: number): { setAt?: number } {
  const { seenAt } = own;
  const isEdit = seenAt !== undefined && editAt < seenAt && !heldAt(own, editAt).includes(print);
  return isEdit ? { setAt: seenAt } : {};
}

/** This very edit has been brought to the target already, by a write that was found there: what it won is recorded with that. */
function isBrought({ print, writes }: SideEntry, news: News, editAt: number): boolean {
  const [write] = writes;
  return print === news.target && write?.print === news.target && write.editAt === editAt;
}

/** News without a time that reached us before our last write was taken: it replaced them, or was made before them. */
function untimed(input: DecideInput, policy: RulePolicy, news: News, entry: LedgerEntry): Verdict | null {
  const [write] = entry[input.source].writes;
  if (!write || news.receivedAt === undefined || news.receivedAt > write.until) return null;
  if (entry[input.source].writes.some(({ print, before }) => news.source === print || news.source === before))
    return { do: "nothing" };
  const record = conflictRecord(input, policy.conflict, policy, news, carriedSpan(write));
  return coveredUnseen(input, policy, news, entry[otherSide(input.source)].print, record);
}

/** A write of ours has replaced an edit unseen: whoever won, its side holds the value of that write until it is healed. */
function coveredUnseen(
  input: DecideInput,
  policy: RulePolicy,
  news: News,
  agreed: Print,
  record: ConflictRecord,
): Verdict {
  const heal = policy.direction === "both";
  if (record.winner !== input.source) return { do: "refuse", conflicts: [record], heal, keep: true };
  return writeUnlessEdited(input, policy, news, { agreed, record, heal });
}

/** Whether a write of ours has replaced a value of this time, or a later value of the same side has, or the one or the other. */
export function ageOf(
  own: SideEntry,
  { state }: Pick<News, "state">,
  editAt: number,
  tolerance: number,
): "new" | "covered" | "overtaken" | "doubtful" {
  const [covering] = own.writes;
  if (state === "covered" || state === "doubtful") return state;
  if (own.editAt !== null && editAt < own.editAt) return "overtaken";
  if (isOvertaken(own, editAt, tolerance)) return covering && mayFollow(covering, editAt) ? "doubtful" : "overtaken";
  if (covering && isReplacedBy(covering, editAt)) return isAfterShown(covering, editAt) ? "doubtful" : "covered";
  if (own.seenAt === undefined || editAt >= own.seenAt) return "new";
  return isSeenEcho(own, tolerance) ? "doubtful" : "overtaken";
}

/** Whether a write may have taken effect only after this time, though a record of before the call is taken for its echo. */
function mayFollow({ at, until, echoAt }: Write, time: number): boolean {
  return echoAt !== undefined && echoAt < at && time < until;
}

/** A read so soon after our write may show what stood there before it. */
function mayLag({ now }: DecideInput, { writes }: SideEntry): boolean {
  return writes[0] !== undefined && now < writes[0].until + LAG_LIMIT_MS;
}

/** Won against our own write, the news may still lose against what somebody put on the target meanwhile. */
function writeUnlessEdited(
  input: DecideInput,
  policy: RulePolicy,
  news: News,
  { agreed, record, heal }: { agreed: Print; record: ConflictRecord; heal: boolean },
): Verdict {
  const verdict = compare(input, policy, news, agreed, false);
  if (verdict.do === "write") return { ...verdict, conflicts: [record, ...verdict.conflicts], heal };
  if (verdict.do !== "remember") return verdict;
  return heal ? { do: "refuse", conflicts: [record], heal, keep: true } : { ...verdict, conflicts: [record] };
}
