import type { DecideInput, News, RulePolicy, Verdict } from "./decision";
import { newest, point, spanOfRead } from "./times";
import type { ConflictRecord, Ledger, Print, Side, SideEntry, Span, Write } from "./types";
import { otherSide } from "./types";
import { isReplacedBy } from "./writes";

/** What the target holds for a rule, as well as can be known without reading it now. */
export function presentPrint(input: DecideInput, policy: RulePolicy, agreed: Print): Print | "unknown" {
  if (input.target.state === "read") return input.target.prints[policy.id] ?? agreed;
  const waiting = input.rival?.prints?.[policy.id];
  if (waiting) return waiting.print;
  const mayHaveChanged = input.rival !== null && input.rival.prints === null;
  return mayHaveChanged || input.verifyAlways ? "unknown" : agreed;
}

/** When the target's value was edited, as far as can be told. */
export function targetSpan(input: DecideInput, policy: RulePolicy): Span | null {
  const carried = input.rival?.prints?.[policy.id];
  if (carried) return carried.at === null ? null : point(carried.at);
  const editAt = input.target.state === "read" ? input.target.editAt : null;
  return spanOfRead(input.rival?.span ?? null, editAt, writesOn(otherSide(input.source), input.ledger));
}

/** Our writes to a side. */
export function writesOn(side: Side, ledger: Ledger): Write[] {
  return Object.values(ledger).flatMap((entry) => entry[side].writes);
}

/** The verdict where both sides have a value of their own: who made the later edit, or who wins by the rule. */
export function settleConflict(
  input: DecideInput,
  by: "newest" | Side,
  policy: RulePolicy,
  news: News,
  present: Print,
  rivalSpan: Span | null,
): Verdict {
  const record = conflictRecord(input, by, policy, news, rivalSpan);
  if (record.winner === input.source) {
    const editAt = input.target.state === "read" ? input.target.editAt : null;
    return { do: "write", conflicts: [atLatest(record, editAt, input.clockTolerance)], heal: false };
  }
  // The winner of a rule that goes one way only has no lane to the source; it simply stays where it is.
  if (policy.direction !== "both") return { do: "remember", target: present, conflicts: [record] };
  return {
    do: "refuse",
    conflicts: [atLatest(record, news.latest ?? null, input.clockTolerance)],
    heal: true,
    keep: false,
  };
}

/**
 * The record of the side that loses was edited as late as it says, and if we wrote to it at that time, somebody else may have
 * done so too: the value is not ours. The events known so far decide, and the conflict says that they may be wrong.
 */
function atLatest(record: ConflictRecord, latest: number | null, tolerance: number): ConflictRecord {
  const [loser, winner] =
    record.winner === "legacy" ? (["cidaas", "legacy"] as const) : (["legacy", "cidaas"] as const);
  const known = record[`${loser}Time`];
  const won = record[`${winner}Time`];
  if (latest === null || won === null || latest <= (known ?? Number.NEGATIVE_INFINITY) || latest + tolerance < won)
    return record;
  return { ...record, [`${loser}Time`]: latest, ambiguous: true };
}

/**
 * Each lane may judge the same two edits, the second time with more knowledge. What was doubtful once stays a matter for a
 * person to look at, and it was lost when it was judged first.
 */
export function mergeConflicts(former: ConflictRecord, later: ConflictRecord): ConflictRecord {
  return { ...later, at: former.at, ambiguous: former.ambiguous || later.ambiguous };
}

/** Where the clocks cannot tell a value of ours from the same one set by a person, it stays, and what it replaced is recorded. */
export function lostInDoubt({ source }: DecideInput, record: ConflictRecord): ConflictRecord {
  return { ...record, winner: otherSide(source), ambiguous: true };
}

/** The news win all the same, and it is recorded that they may not have been the later ones. */
export function wonInDoubt({ source }: DecideInput, record: ConflictRecord): ConflictRecord {
  return { ...record, winner: source, ambiguous: true };
}

/**
 * Whether our last write to the legacy system has replaced an edit that was accepted since, and that wins: the value of the write
 * stands there until the edit is brought back. Of cidaas only what stands there is ever accepted, since it is read.
 */
export function hasReplacedWinner(
  { clockTolerance }: DecideInput,
  { conflict }: RulePolicy,
  { print, editAt, seenAt = 0, writes: [last] }: SideEntry,
): boolean {
  if (!last || last.print === print || editAt === null || !isReplacedBy(last, Math.max(editAt, seenAt))) return false;
  const winner = conflict === "newest" ? newest(carriedSpan(last), point(editAt), clockTolerance).winner : conflict;
  return winner === "legacy";
}

/** The edit that a write carried. */
export function carriedSpan({ editAt }: Write): Span | null {
  return editAt === null ? null : point(editAt);
}

export function conflictRecord(
  input: DecideInput,
  by: "newest" | Side,
  policy: RulePolicy,
  news: News,
  rivalSpan: Span | null,
): ConflictRecord {
  const cidaas = input.source === "cidaas" ? news.span : rivalSpan;
  const legacy = input.source === "legacy" ? news.span : rivalSpan;
  const { winner, ambiguous } =
    by === "newest" ? newest(cidaas, legacy, input.clockTolerance) : { winner: by, ambiguous: false };
  return {
    rule: policy.id,
    winner,
    at: input.now,
    cidaasTime: cidaas?.last ?? null,
    legacyTime: legacy?.last ?? null,
    ambiguous,
  };
}
