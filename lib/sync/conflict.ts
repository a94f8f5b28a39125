import type { DecideInput, News, RulePolicy, Verdict } from "./decision";
import { newest, spanOfRead } from "./times";
import type { ConflictRecord, Print, Side, Span, Write } from "./types";
import { otherSide } from "./types";

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
  if (carried) return carried.at === null ? null : { first: carried.at, last: carried.at };
  const editAt = input.target.state === "read" ? input.target.editAt : null;
  return spanOfRead(input.rival?.span ?? null, editAt, writesTo(input));
}

/** Our writes to the target. */
export function writesTo({ source, ledger }: DecideInput): Write[] {
  return Object.values(ledger).flatMap((entry) => entry[otherSide(source)].writes);
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
  if (record.winner === input.source) return { do: "write", conflict: atLatest(record, input, news), heal: false };
  // The winner of a rule that goes one way only has no lane to the source; it simply stays where it is.
  if (policy.direction !== "both") return { do: "remember", target: present };
  return { do: "refuse", conflict: record, heal: true, keep: false };
}

/**
 * The target's record was edited as late as it says, and if we wrote to it at that time, somebody else may have done so too:
 * the value that loses is not ours. The events known so far decide, and the record says that they may be wrong.
 */
function atLatest(record: ConflictRecord, { source, target, clockTolerance }: DecideInput, news: News): ConflictRecord {
  const editAt = target.state === "read" ? target.editAt : null;
  const member = source === "legacy" ? "cidaasTime" : "legacyTime";
  const isLater = editAt !== null && editAt > (record[member] ?? Number.NEGATIVE_INFINITY);
  if (!isLater || news.span === null || editAt + clockTolerance < news.span.last) return record;
  return { ...record, [member]: editAt, ambiguous: true };
}

export function conflictRecord(
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
