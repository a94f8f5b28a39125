import { conflictRecord, presentPrint, settleConflict, targetSpan, writesTo } from "./conflict";
import type { DecideInput, News, RulePolicy, Verdict } from "./decision";
import { underOpaqueEdit } from "./opaque";
import { isPingPong } from "./ping-pong";
import { NO_VALUE } from "./prints";
import { isOwnWrite } from "./times";
import type { ConflictRecord, LedgerEntry, Print, RuleId, SideEntry } from "./types";
import { otherSide } from "./types";
import { distance, flightOf, heldAt, isEchoOf, withIntent } from "./writes";

/*
 * What to write when a change from source S is brought to target T, rule by rule:
 *
 *   no valid base ──> target unread ───────────────────────> read
 *        │            target absent ───────────────────────> write
 *        │            equal ───────────────────────────────> remember
 *        │            empty on T ──────────────────────────> write
 *        └─────────── different ──> firstContact ──────────> write | refuse | park
 *   valid base ─> source print as agreed ──────────────────> nothing
 *        │       a backfill older than a live change ──────> nothing
 *        │       the echo of our write, which covered an
 *        │       accepted edit on its way ─────────────────> conflict of the two edits
 *        │       our own write of unknown outcome ─────────> proven (an echo that beat the answer)
 *        │       a hash, no later than the password that
 *        │       was set in cidaas ────────────────────────> refuse
 *        │       older than our write, or than an edit
 *        │       accepted: one of our writes ──────────────> nothing (a late echo)
 *        │                 covered by our write unseen ────> conflict of the two edits
 *        │                 else ───────────────────────────> refuse
 *        │       T holds the value ────────────────────────> remember
 *        │       T may have changed, unread ───────────────> read
 *        │       T has changed too ──> conflict ───────────> write | refuse
 *        │       T holds what was agreed, but was edited
 *        │       later than the news ──────────────────────> write, recorded as ambiguous
 *        └────── else ─────────────────────────────────────> write
 *
 * `force` skips "as agreed", "late echo" and "the ledger says T holds it", and nothing else.
 *
 * A `write` of a rule that both sides have lately been written in turn becomes `freeze`, unless a person thaws it. The ledger
 * does not take such news, so that they are news still once the fight is over.
 */

/** The verdict of every rule the change carries. Pure; the caller reads the target and asks again where one says `read`. */
export function decide(input: DecideInput): Record<RuleId, Verdict> {
  const verdicts: Record<RuleId, Verdict> = {};
  for (const policy of input.policies) {
    const news = input.news[policy.id];
    if (news) verdicts[policy.id] = unlessFought(input, policy, news, decideRule(input, policy, news));
  }
  return verdicts;
}

/** A write that would only go on with a fight between the sides is not made. */
function unlessFought(input: DecideInput, policy: RulePolicy, news: News, verdict: Verdict): Verdict {
  const entry = input.ledger[policy.id];
  if (verdict.do !== "write" || !entry || input.target.state === "absent") return verdict;
  const isFought = isPingPong(entry, otherSide(input.source), news.target, input.now);
  return isFought && !input.thaw.includes(policy.id) ? { do: "freeze" } : verdict;
}

function decideRule(input: DecideInput, policy: RulePolicy, news: News): Verdict {
  if (input.target.state === "absent") return write();
  const entry = input.ledger[policy.id];
  if (!entry || entry.fingerprint !== policy.fingerprint)
    return underOpaqueEdit(input, policy, news) ?? firstContact(input, policy, news);
  const forced = input.force.includes(policy.id);
  const isAgreed = news.source === entry[input.source].print && news.state !== "restored";
  const time = recordTime(input, news);
  if (!forced && isAgreed) return time === null ? { do: "nothing" } : { do: "seen", at: time };
  if (input.backfill !== null && touchedAfter(input.backfill, entry)) return { do: "nothing" };
  const echo = echoOverEdit(input, policy, news, entry);
  if (echo && !forced) return echo;
  const ours = input.intent?.rules[policy.id];
  if (ours && !ours.overtaken && ours.target === news.source) return { do: "proven", at: time };
  if (policy.write === "create") return { do: "remember", target: news.target };
  const hidden = underOpaqueEdit(input, policy, news);
  if (hidden) return hidden;
  // What is forced is what the source holds, and that is not the value that was covered there.
  const isForced = forced && news.state !== "covered";
  return (
    (isForced ? null : stale(input, policy, news, entry)) ??
    compare(input, policy, news, entry[otherSide(input.source)].print, isForced)
  );
}

/** Whether anybody, we included, changed the rule on either side after the export: a backfill never overwrites that. */
function touchedAfter(time: number, { cidaas, legacy }: LedgerEntry): boolean {
  const times = [cidaas, legacy].flatMap(({ editAt, writes }) => [editAt, ...writes.map((write) => write.at)]);
  return times.some((at) => at !== null && at > time);
}

function firstContact(input: DecideInput, policy: RulePolicy, news: News): Verdict {
  if (input.target.state !== "read") return { do: "read" };
  const present = input.target.prints[policy.id];
  if (present === news.target || policy.write === "create") return { do: "remember", target: news.target };
  if (present === undefined && policy.secret) {
    // Of a person known already, a first secret is an edit: the user had none before on the source.
    const isKnown = Object.keys(input.ledger).length > 0 && !input.ledger[policy.id];
    return isKnown ? write() : { do: "remember", target: news.target };
  }
  if (present === NO_VALUE) return write();
  if (input.firstContact === "park") return { do: "park", code: "FIRST_CONTACT" };
  return settleConflict(input, input.firstContact, policy, news, present ?? NO_VALUE, targetSpan(input, policy));
}

/** Of a legacy record. A look at cidaas is of our own clock, and never of an older state than the one before. */
function recordTime({ source }: DecideInput, { seenAt }: News): number | null {
  return source === "legacy" ? (seenAt ?? null) : null;
}

/**
 * The echo of our last write though another value of this side was accepted. An edit made while the write was on its way
 * was accepted first and then covered by it, unseen; of any other the conflict is settled already, and the winner is on
 * its way back. Null for any other news.
 */
function echoOverEdit(input: DecideInput, policy: RulePolicy, news: News, entry: LedgerEntry): Verdict | null {
  const own = entry[input.source];
  const known = withIntent(own, input.intent, policy.id);
  const [write] = known.writes;
  const echoAt = news.span?.last ?? null;
  if (!write || echoAt === null || own.print === news.source) return null;
  if (news.state === "restored" || !isEchoOf(write, news.source, echoAt, input.clockTolerance)) return null;
  const isLaterEdit = own.editAt !== null && own.editAt > echoAt;
  if (isLaterEdit) return null;
  // Of an older edit the conflict is settled already, see `stale`.
  if (own.editAt === null || own.editAt < flightOf(write).at) return known === own ? { do: "nothing" } : null;
  // What our write replaced was no edit, though its record was edited and came later than we expected.
  if (known === own && own.print === write.before) return { do: "refuse", conflicts: [], heal: true, keep: true };
  const accepted = { ...news, span: { first: own.editAt, last: own.editAt } };
  const carried = write.editAt === null ? null : { first: write.editAt, last: write.editAt };
  const decided = conflictRecord(input, policy.conflict, policy, accepted, carried);
  const isCertain = own.editAt <= write.until && distance(write, echoAt) === 0;
  const record = isCertain ? decided : lostInDoubt(input, decided);
  if (record.winner === input.source) return { do: "refuse", conflicts: [record], heal: true, keep: true };
  const agreed = entry[otherSide(input.source)].print;
  if (agreed === news.target) return { do: "remember", target: news.target };
  return writeUnlessEdited(input, policy, news, { agreed, record, heal: false });
}

/** A value older than what we wrote to its side, or than an edit already taken from it; null when it is neither. */
function stale(input: DecideInput, policy: RulePolicy, news: News, entry: LedgerEntry): Verdict | null {
  const editAt = news.span?.last ?? null;
  if (editAt === null) return null;
  const own = withIntent(entry[input.source], input.intent, policy.id);
  const age = ageOf(own, news, editAt);
  if (age === "new") return null;
  const isEcho = own.writes.some((write) => isEchoOf(write, news.source, editAt, input.clockTolerance));
  const isKnown = isEcho || heldAt(own, editAt).includes(news.source);
  if (isKnown && news.state === undefined) return { do: "nothing" };
  const heal = policy.direction === "both";
  const [covering] = own.writes;
  // A legacy record tells what the legacy system held at its time, a look at cidaas what it holds now.
  if (age === "overtaken" || !covering)
    return input.source === "legacy" ? { do: "nothing" } : { do: "refuse", conflicts: [], heal, keep: true };
  const rivalSpan = covering.editAt === null ? null : { first: covering.editAt, last: covering.editAt };
  const decided = conflictRecord(input, policy.conflict, policy, news, rivalSpan);
  const record = news.state === "doubtful" ? lostInDoubt(input, decided) : decided;
  if (record.winner !== input.source) return { do: "refuse", conflicts: [record], heal, keep: true };
  // What an open intent carries stands on the target, though the ledger does not know it yet.
  const carried = covering === entry[input.source].writes[0] ? null : input.intent?.rules[policy.id];
  const agreed = carried?.source ?? entry[otherSide(input.source)].print;
  return writeUnlessEdited(input, policy, news, { agreed, record, heal });
}

/** Where the clocks cannot tell a value of ours from the same one set by a person, it stays, and what it replaced is recorded. */
function lostInDoubt({ source }: DecideInput, record: ConflictRecord): ConflictRecord {
  return { ...record, winner: otherSide(source), ambiguous: true };
}

/** Whether a write of ours has replaced a value of this time, or a later value of the same side has. */
function ageOf(own: SideEntry, { state }: News, editAt: number): "new" | "covered" | "overtaken" {
  const [covering] = own.writes;
  if (state === "covered" || state === "doubtful") return "covered";
  if (own.editAt !== null && editAt < own.editAt) return "overtaken";
  if (covering && editAt < flightOf(covering).at) return "covered";
  return own.seenAt !== undefined && editAt < own.seenAt ? "overtaken" : "new";
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
  if (verdict.do === "remember" && heal) return { do: "refuse", conflicts: [record], heal, keep: true };
  return verdict;
}

/** @param agreed print of what the target holds, as far as our own writes go */
function compare(input: DecideInput, policy: RulePolicy, news: News, agreed: Print, forced: boolean): Verdict {
  const present = presentPrint(input, policy, agreed);
  if (present === "unknown") return { do: "read" };
  if (present === news.target && !(forced && input.target.state === "unread")) {
    const targetEditAt = present === agreed ? null : (targetSpan(input, policy)?.last ?? null);
    return { do: "remember", target: news.target, targetEditAt };
  }
  if (policy.direction !== "both") return write();
  const isRestored = input.rival?.prints?.[policy.id]?.restored === true || input.setAgain.includes(policy.id);
  if (present === agreed && !isRestored)
    return laterOnTarget(input, policy, news, present) ?? writeOverAgreed(input, policy, news);
  return settleConflict(input, policy.conflict, policy, news, present, targetSpan(input, policy));
}

/** Both sides came to what was agreed by edits of their own, and that of the target was not before the news. */
function laterOnTarget(input: DecideInput, policy: RulePolicy, news: News, present: Print): Verdict | null {
  const entry = input.ledger[policy.id];
  if (!entry || isOurs(entry.cidaas) || isOurs(entry.legacy)) return null;
  const { editAt } = entry[otherSide(input.source)];
  if (editAt === null || editAt < (entry[input.source].editAt ?? 0)) return null;
  const span = { first: editAt, last: editAt };
  const inTime = conflictRecord(input, "newest", policy, news, span);
  if (inTime.winner === input.source && !inTime.ambiguous) return null;
  return settleConflict(input, policy.conflict, policy, news, present, span);
}

function isOurs({ print, writes }: SideEntry): boolean {
  return writes[0]?.print === print;
}

/**
 * The target holds what was agreed. If it was edited later than the news, that may have been this rule, changed and changed
 * back, or changed back after a write of ours that is not settled. Any other rule is likelier, so the news wins; but no edit
 * may be lost without a record.
 */
function writeOverAgreed(input: DecideInput, policy: RulePolicy, news: News): Verdict {
  const span = input.target.state === "read" ? targetSpan(input, policy) : null;
  const isOurs = input.rival === null && isOwnWrite(span?.last ?? null, writesTo(input));
  if (span === null || news.span === null || isOurs) return write();
  const inTime = conflictRecord(input, "newest", policy, news, span);
  if (inTime.winner === input.source && !inTime.ambiguous) return write();
  return { do: "write", conflicts: [{ ...inTime, winner: input.source, ambiguous: true }], heal: false };
}

function write(): Verdict {
  return { do: "write", conflicts: [], heal: false };
}
