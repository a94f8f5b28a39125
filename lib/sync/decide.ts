import { agreedAt, agreedInCidaas } from "./agreed";
import { compare, write } from "./compare";
import { carriedSpan, conflictRecord, settleConflict, targetSpan, wonInDoubt } from "./conflict";
import { isGone } from "./covered";
import type { DecideInput, News, RulePolicy, Verdict } from "./decision";
import { broughtOn, overLateWrite, withBroughtOn } from "./late";
import { isEmptied } from "./ledger";
import { underOpaqueEdit } from "./opaque";
import { isPingPong } from "./ping-pong";
import { NO_VALUE } from "./prints";
import { ageOf, beforeHeal, echoOverEdit, stale } from "./stale";
import type { LedgerEntry, RuleId } from "./types";
import { otherSide } from "./types";
import { flightOf, isEchoOf, withIntent } from "./writes";

/*
 * What to write when a change from source S is brought to target T, rule by rule:
 *
 *   T has no such user ─────────────────────────────────────> write; an edit gone from S to both sides
 *   no valid base ──> target unread ───────────────────────> read
 *        │            equal ───────────────────────────────> remember
 *        │            empty on T ──────────────────────────> write
 *        └─────────── different ──> firstContact ──────────> write | refuse | park
 *                     what is gone from S since is brought back there
 *   valid base ─> source print as agreed ──────────────────> seen (cidaas: nothing)
 *        │         but set again before the echo came,
 *        │         or unseen before a write of ours ───────> refuse, recorded as ambiguous
 *        │         but by our late write, and brought to T ─> remember, recorded as ambiguous
 *        │         earlier than the edit it was taken for,
 *        │         which won against one of T in between ──> seen, recorded as ambiguous
 *        │         in a user of cidaas who was edited no
 *        │         earlier than what waits to be written ──> nothing, recorded as ambiguous
 *        │       a backfill older than a live change ──────> nothing
 *        │       what our late write put in the place of
 *        │       what was agreed ──────────────────────────> refuse, recorded as ambiguous
 *        │       the echo of our write, which covered an
 *        │       accepted edit on its way ─────────────────> conflict of the two edits
 *        │       our write, which covered the edit that was
 *        │       agreed upon since ─────────────────────────> refuse
 *        │       our own write of unknown outcome ─────────> proven (an echo that beat the answer)
 *        │         gone from T by another one ────────────> proven, and write
 *        │       a hash, no later than the password that
 *        │       was set in cidaas ────────────────────────> refuse
 *        │       a legacy record that is older than what
 *        │       is known: overtaken, or a late echo ──────> seen
 *        │                 gone by our write or by a
 *        │                 person's, nobody can tell ──────> refuse, recorded as ambiguous
 *        │                 covered by our write unseen ────> conflict of the two edits
 *        │       a legacy record of the very time at which
 *        │       another one showed what was agreed ───────> write to both sides, recorded as ambiguous
 *        │       a look at cidaas that shows what stood
 *        │       there before our write, soon after it ────> again (the read may lag)
 *        │       a legacy record that does, dated so close
 *        │       to the write that the clocks cannot tell ──> write, recorded as ambiguous
 *        │       T holds the value ────────────────────────> remember
 *        │         as nobody knew, by a rule of one way ────> write (the read may lag)
 *        │       T may have changed, unread ───────────────> read
 *        │       T has changed too ──> conflict ───────────> write | refuse
 *        │       T has come to what was agreed by an edit
 *        │       of its own, no earlier than the news ─────> conflict ──> write | refuse
 *        │       T holds what was agreed, but was edited
 *        │       later than the news, or may have been ────> write, recorded as ambiguous
 *        │       T holds what our late write put there ────> write
 *        └────── else ─────────────────────────────────────> write
 *
 * `force` skips "as agreed", "late echo" and "the ledger says T holds it", and nothing else.
 *
 * A `write` of a rule that both sides have lately been written in turn becomes `freeze`, unless a person thaws it. The ledger
 * does not take such news, so that they are news still once the fight is over.
 */

/** The verdict of every rule the change carries, its news as `dated` has them. Pure; the caller reads the target and asks again where one says `read`. */
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
  const entry = input.ledger[policy.id];
  if (input.target.state === "absent") return isGone(news) ? madeWithGone(input, policy, news, entry) : write();
  if (!entry || entry.fingerprint !== policy.fingerprint) return withoutBase(input, policy, news);
  const forced = input.force.includes(policy.id);
  // What is gone from the source may be agreed upon: a write that was interrupted is proven to have brought it.
  const isAgreed = news.source === entry[input.source].print && news.state !== "restored" && !isGone(news);
  const time = recordTime(input, news);
  const wronglyBrought = isAgreed ? broughtOn(input, policy, news, entry) : null;
  if (wronglyBrought) return wronglyBrought;
  if (!forced && isAgreed && input.source === "cidaas") return agreedInCidaas(input, policy, news, entry);
  if (!forced && isAgreed) return time === null ? { do: "nothing" } : agreedAt(input, policy, news, entry, time);
  if (input.backfill !== null && touchedAfter(input.backfill, entry)) return { do: "nothing" };
  const isOpen = bringsIntended(input, policy, news, entry);
  const late = isOpen ? null : overLateWrite(input, policy, news, entry);
  if (late) return late;
  const echo = echoOverEdit(input, policy, news, entry) ?? beforeHeal(input, policy, news, entry);
  if (echo && !forced) return echo;
  if (isOpen) return provenWith(input, policy, news, entry);
  if (policy.write === "create" && !isEmptied(entry[otherSide(input.source)]))
    return { do: "remember", target: news.target };
  const hidden = underOpaqueEdit(input, policy, news);
  if (hidden) return hidden;
  // What is forced is what the source holds, and that is not the value that was covered there.
  const isForced = forced && !isGone(news);
  const older = isForced ? null : stale(input, policy, news, entry);
  if (older) return withBroughtOn(input, policy, entry, older);
  return compare(input, policy, news, entry[otherSide(input.source)].print, isForced);
}

/** A user is made with an edit that its source has lost to a write of ours: both sides get it, and what that write carried has lost. */
function madeWithGone(input: DecideInput, policy: RulePolicy, news: News, entry: LedgerEntry | undefined): Verdict {
  const [covering] = entry?.[input.source].writes ?? [];
  const carried = covering ? carriedSpan(covering) : null;
  const record = wonInDoubt(input, conflictRecord(input, policy.conflict, policy, news, carried));
  return { do: "write", conflicts: [record], heal: policy.direction === "both" };
}

/** Whether the news may be what a write of ours was about to bring there, of which no outcome is known. */
function bringsIntended(input: DecideInput, { id }: RulePolicy, news: News, entry: LedgerEntry): boolean {
  const known = withIntent(entry[input.source], input.intent, id);
  const [open] = known.writes;
  if (!open || known === entry[input.source] || isGone(news)) return false;
  // A record of before the write shows somebody's edit to the same value.
  return isEchoOf(open, news.source, recordTime(input, news) ?? open.at, input.clockTolerance);
}

/** What our open write has brought to the source came from the target, which may have lost it to another write of ours meanwhile. */
function provenWith(input: DecideInput, policy: RulePolicy, news: News, entry: LedgerEntry): Verdict {
  const proven: Verdict = { do: "proven", at: recordTime(input, news) };
  const { print, writes } = entry[otherSide(input.source)];
  const carried = input.intent?.rules[policy.id]?.editAt ?? null;
  const [last] = writes;
  const isOurs = last?.print === print && (carried === null || carried <= flightOf(last).until + input.clockTolerance);
  if (!isOurs || input.target.state !== "read" || input.target.prints[policy.id] !== print) return proven;
  const verdict = compare(input, policy, news, print, false);
  return verdict.do === "write" ? { ...proven, lost: verdict.conflicts } : proven;
}

/** Whether anybody, we included, changed the rule on either side after the export: a backfill never overwrites that. */
function touchedAfter(time: number, { cidaas, legacy }: LedgerEntry): boolean {
  const times = [cidaas, legacy].flatMap(({ editAt, writes }) => [editAt, ...writes.map((write) => write.at)]);
  return times.some((at) => at !== null && at > time);
}

/** Without a valid base only the prints are worth nothing; what is known of the times is true all the same. */
function withoutBase(input: DecideInput, policy: RulePolicy, news: News): Verdict {
  const own = input.source === "legacy" ? input.ledger[policy.id]?.legacy : undefined;
  const age = own && news.span ? ageOf(own, news, news.span.last, input.clockTolerance) : "new";
  if (age === "overtaken") return { do: "nothing" };
  const verdict = underOpaqueEdit(input, policy, news) ?? firstContact(input, policy, news);
  return age === "new" ? verdict : healed(policy, verdict);
}

/** What has gone from the source since is brought back there, where it is what the target holds. */
function healed({ direction, write, secret }: RulePolicy, verdict: Verdict): Verdict {
  if (direction !== "both" || write === "create" || secret) return verdict;
  if (verdict.do === "write") return { ...verdict, heal: true };
  return verdict.do === "remember" ? { do: "refuse", conflicts: [], heal: true, keep: true } : verdict;
}

function firstContact(input: DecideInput, policy: RulePolicy, news: News): Verdict {
  if (input.target.state !== "read") return { do: "read" };
  const present = input.target.prints[policy.id];
  if (present === news.target || policy.write === "create") return { do: "remember", target: news.target };
  if (present === undefined && policy.secret) return firstSecret(input, policy, news);
  if (present === NO_VALUE) return write();
  if (input.firstContact === "park") return { do: "park", code: "FIRST_CONTACT" };
  return settleConflict(input, input.firstContact, policy, news, present ?? NO_VALUE, targetSpan(input, policy));
}

/** Nobody can see what the target has; it stays, since it may be newer. */
function firstSecret(input: DecideInput, policy: RulePolicy, news: News): Verdict {
  const former = input.ledger[policy.id];
  // Of a person known already, a first secret is an edit: the user had none before on the source.
  if (!former && Object.keys(input.ledger).length > 0) return write();
  const isEdit = former !== undefined && former[input.source].print !== news.source;
  const record = conflictRecord(input, otherSide(input.source), policy, news, targetSpan(input, policy));
  const conflicts = isEdit ? [{ ...record, ambiguous: true }] : [];
  return { do: "remember", target: news.target, conflicts };
}

/** Of a legacy record. A look at cidaas is of our own clock, and never of an older state than the one before. */
function recordTime({ source }: DecideInput, { seenAt }: News): number | null {
  return source === "legacy" ? (seenAt ?? null) : null;
}
