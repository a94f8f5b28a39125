import { heldAt, withIntent } from "./covered";
import { NO_VALUE } from "./prints";
import { isOwnWrite, newest, spanOfRead } from "./times";
import type { ConflictRecord, Intent, Ledger, LedgerEntry, Print, RuleId, Side, Span, Write } from "./types";
import { otherSide } from "./types";

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
 *        │       our own write of unknown outcome ─────────> remember (an echo that beat the answer)
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
 */

/** What decide needs to know of a rule. */
export interface RulePolicy {
  id: RuleId;
  fingerprint: string;
  direction: "both" | "to-cidaas" | "to-legacy";
  conflict: "newest" | Side;
  write: "always" | "create";
  /** A secret cannot be read back, and is never put over an existing account by a first contact. */
  secret: boolean;
}

/** One rule's news from the source. */
export interface News {
  source: Print;
  /** Print of the mapped value on the target side. */
  target: Print;
  /** When it was edited; a point for legacy. */
  span: Span | null;
  /** When the source was last seen to hold it, where that is known. */
  seenAt?: number;
  /** See `CarriedRule`. */
  state?: "covered" | "restored";
}

/** What is known of the target right now. */
export type TargetView =
  | { state: "unread" }
  | { state: "absent" }
  /** A rule missing in `prints` cannot be read (a hash). `editAt`: when the target last changed, per its own record. */
  | { state: "read"; prints: Record<RuleId, Print>; editAt: number | null };

/** What waits for the same person in the other lane. */
export interface Rival {
  /** Edits waiting there. */
  span: Span | null;
  /**
   * Values known without reading (a legacy change carries them); a cidaas change has none. A `restored` one is an edit
   * though it is what was agreed.
   */
  prints: Record<RuleId, { print: Print; at: number | null; restored: boolean }> | null;
}

export interface DecideInput {
  source: Side;
  now: number;
  policies: readonly RulePolicy[];
  /** Only rules that the change carries. */
  news: Record<RuleId, News>;
  force: readonly RuleId[];
  /** Time of the export that a backfill record stems from; null for live changes. */
  backfill: number | null;
  ledger: Ledger;
  /** Open intent on the source side: a write of ours of which no outcome is known. */
  intent: Intent | null;
  target: TargetView;
  /** Rules that somebody on the target side has set again to what was agreed, after a write of ours that is not settled. */
  setAgain: readonly RuleId[];
  rival: Rival | null;
  /** Look at the target before every write, not only when a change waits in the other lane. */
  verifyAlways: boolean;
  firstContact: "park" | "newest" | Side;
  /** ms */
  clockTolerance: number;
}

export type Verdict =
  | { do: "nothing" }
  | { do: "remember"; target: Print }
  /** `heal`: the source lost this value to a write of ours meanwhile, so it has to be written there again too. */
  | { do: "write"; conflict: ConflictRecord | null; heal: boolean }
  /** `keep`: the source does not hold the value any more, so the ledger does not take it. */
  | { do: "refuse"; conflict: ConflictRecord | null; heal: boolean; keep: boolean }
  | { do: "read" }
  | { do: "park"; code: "FIRST_CONTACT" };

/** The verdict of every rule the change carries. Pure; the caller reads the target and asks again where one says `read`. */
export function decide(input: DecideInput): Record<RuleId, Verdict> {
  const verdicts: Record<RuleId, Verdict> = {};
  for (const policy of input.policies) {
    const news = input.news[policy.id];
    if (news) verdicts[policy.id] = decideRule(input, policy, news);
  }
  return verdicts;
}

function decideRule(input: DecideInput, policy: RulePolicy, news: News): Verdict {
  if (input.target.state === "absent") return write();
  const entry = input.ledger[policy.id];
  if (!entry || entry.fingerprint !== policy.fingerprint) return firstContact(input, policy, news);
  const forced = input.force.includes(policy.id);
  const isAgreed = news.source === entry[input.source].print && news.state !== "restored";
  if (!forced && isAgreed) return { do: "nothing" };
  if (input.backfill !== null && touchedAfter(input.backfill, entry)) return { do: "nothing" };
  const echo = echoOverEdit(input, policy, news, entry);
  if (echo && !forced) return echo;
  const ours = input.intent?.rules[policy.id];
  if (ours && !ours.overtaken && ours.target === news.source) return { do: "remember", target: ours.source };
  if (policy.write === "create") return { do: "remember", target: news.target };
  // What is forced is what the source holds, and that is not the value that was covered there.
  const isForced = forced && news.state !== "covered";
  return (isForced ? null : stale(input, policy, news, entry)) ?? compare(input, policy, news, entry, isForced);
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
  const isLaterEdit = own.editAt !== null && own.editAt > write.until;
  if (news.state === "restored" || isLaterEdit || !isEchoOf(write, news.source, echoAt, input.clockTolerance))
    return null;
  if (own.editAt === null || own.editAt < write.at || own.editAt > echoAt)
    return known === own ? { do: "nothing" } : null;
  const accepted = { ...news, span: { first: own.editAt, last: own.editAt } };
  const carried = write.editAt === null ? null : { first: write.editAt, last: write.editAt };
  const record = conflictRecord(input, policy.conflict, policy, accepted, carried);
  if (record.winner === input.source) return { do: "refuse", conflict: record, heal: true, keep: true };
  if (entry[otherSide(input.source)].print === news.target) return { do: "remember", target: news.target };
  return { do: "write", conflict: record, heal: false };
}

/** Whether a value of this time is what the write made of it, as the clock of that side tells (it may count in seconds). */
function isEchoOf(write: Write, print: Print, time: number, tolerance: number): boolean {
  return print === write.print && write.at - tolerance <= time && time <= write.until + tolerance;
}

/** A value older than what we wrote to its side, or than an edit already taken from it; null when it is neither. */
function stale(input: DecideInput, policy: RulePolicy, news: News, entry: LedgerEntry): Verdict | null {
  const own = withIntent(entry[input.source], input.intent, policy.id);
  const editAt = news.span?.last ?? null;
  if (editAt === null) return null;
  const [covering] = own.writes;
  const coveredByWrite = covering !== undefined && (news.state === "covered" || editAt < covering.at);
  const overtaken = own.editAt !== null && editAt < own.editAt;
  if (!coveredByWrite && !overtaken) return null;
  const isEcho = own.writes.some((write) => isEchoOf(write, news.source, editAt, input.clockTolerance));
  const isKnown = isEcho || heldAt(own, editAt).includes(news.source);
  if (isKnown && news.state === undefined) return { do: "nothing" };
  if (!coveredByWrite) return { do: "refuse", conflict: null, heal: policy.direction === "both", keep: true };
  const rivalSpan = covering.editAt === null ? null : { first: covering.editAt, last: covering.editAt };
  const record = conflictRecord(input, policy.conflict, policy, news, rivalSpan);
  const heal = policy.direction === "both";
  return record.winner === input.source
    ? { do: "write", conflict: record, heal }
    : { do: "refuse", conflict: record, heal, keep: true };
}

function compare(input: DecideInput, policy: RulePolicy, news: News, entry: LedgerEntry, forced: boolean): Verdict {
  const agreed = entry[otherSide(input.source)].print;
  const present = presentPrint(input, policy, agreed);
  if (present === "unknown") return { do: "read" };
  if (present === news.target && !(forced && input.target.state === "unread")) {
    return { do: "remember", target: news.target };
  }
  if (policy.direction !== "both") return write();
  const isRestored = input.rival?.prints?.[policy.id]?.restored === true || input.setAgain.includes(policy.id);
  if (present === agreed && !isRestored) return writeOverAgreed(input, policy, news);
  return settleConflict(input, policy.conflict, policy, news, present, targetSpan(input, policy));
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
  return { do: "write", conflict: { ...inTime, winner: input.source, ambiguous: true }, heal: false };
}

/** What the target holds for a rule, as well as can be known without reading it now. */
function presentPrint(input: DecideInput, policy: RulePolicy, agreed: Print): Print | "unknown" {
  if (input.target.state === "read") return input.target.prints[policy.id] ?? agreed;
  const waiting = input.rival?.prints?.[policy.id];
  if (waiting) return waiting.print;
  const mayHaveChanged = input.rival !== null && input.rival.prints === null;
  return mayHaveChanged || input.verifyAlways ? "unknown" : agreed;
}

function targetSpan(input: DecideInput, policy: RulePolicy): Span | null {
  const carried = input.rival?.prints?.[policy.id];
  if (carried) return carried.at === null ? null : { first: carried.at, last: carried.at };
  const editAt = input.target.state === "read" ? input.target.editAt : null;
  return spanOfRead(input.rival?.span ?? null, editAt, writesTo(input));
}

/** Our writes to the target. */
function writesTo({ source, ledger }: DecideInput): Write[] {
  return Object.values(ledger).flatMap((entry) => entry[otherSide(source)].writes);
}

function settleConflict(
  input: DecideInput,
  by: "newest" | Side,
  policy: RulePolicy,
  news: News,
  present: Print,
  rivalSpan: Span | null,
): Verdict {
  const record = conflictRecord(input, by, policy, news, rivalSpan);
  if (record.winner === input.source) return { do: "write", conflict: record, heal: false };
  // The winner of a rule that goes one way only has no lane to the source; it simply stays where it is.
  if (policy.direction !== "both") return { do: "remember", target: present };
  return { do: "refuse", conflict: record, heal: true, keep: false };
}

function conflictRecord(
  input: DecideInput,
  by: "newest" | Side,
  policy: RulePolicy,
  news: News,
  rivalSpan: Span | null,
): ConflictRecord {
  const cidaas = input.source === "cidaas" ? news.span : rivalSpan;
  const legacy = (input.source === "legacy" ? news.span : rivalSpan)?.last ?? null;
  const { winner, ambiguous } =
    by === "newest" ? newest(cidaas, legacy, input.clockTolerance) : { winner: by, ambiguous: false };
  return {
    rule: policy.id,
    winner,
    at: input.now,
    cidaasTime: cidaas?.last ?? null,
    legacyTime: legacy,
    ambiguous,
  };
}

function write(): Verdict {
  return { do: "write", conflict: null, heal: false };
}
