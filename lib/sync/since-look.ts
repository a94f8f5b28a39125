import type { RulePolicy } from "./decision";
import { EVENT_LAG_MS, isOwnWrite } from "./times";
import type { ConflictRecord, Ledger, RuleId, Span, Write } from "./types";

/*
 * The tenant sets without comparing: an edit in cidaas between our last look at a user and our call is gone when the call has
 * taken effect. All that is left of it is its event, from after the state that we looked at and before the one that we made.
 */

/** A user as it was read from cidaas, holding nothing that is news. */
export interface KnownUser {
  /** When it was last edited by its own word, ms. */
  updatedAt: number;
  /** First and last time of its events since the read before. */
  events: Span;
  /** Rules that these events may be about. */
  named: readonly RuleId[];
  ledger: Ledger;
}

/** Conflicts about the edits that our last call has covered. Which of its rules were edited, and to what, nobody can tell. */
export function coveredSinceLook(user: KnownUser, policies: readonly RulePolicy[], now: number): ConflictRecord[] {
  const { updatedAt, named, ledger } = user;
  const call = lastCall(ledger, updatedAt);
  if (!call) return [];
  const cidaasTime = editTime(call, user);
  if (cidaasTime === null) return [];
  return policies.flatMap(({ id, direction, secret }): ConflictRecord[] => {
    const write = ledger[id]?.cidaas.writes.find(({ at }) => at === call.at);
    const isCarried = write !== undefined || call.whole === true;
    if (!isCarried || direction !== "both" || secret || !named.includes(id)) return [];
    return [{ rule: id, winner: "legacy", at: now, cidaasTime, legacyTime: write?.editAt ?? null, ambiguous: true }];
  });
}

/** Our last call, if it made the user what it is, and all that it wrote is there. */
function lastCall(ledger: Ledger, updatedAt: number): Write | undefined {
  const sides = Object.values(ledger).map(({ cidaas }) => cidaas);
  const [call] = sides.flatMap(({ writes }) => writes.slice(0, 1)).sort((one, other) => other.at - one.at);
  if (!call || !isOwnWrite(updatedAt, [call])) return undefined;
  const isReplaced = sides.some(({ print, writes: [last] }) => last?.at === call.at && last.print !== print);
  return isReplaced ? undefined : call;
}

/** When somebody edited what the call has replaced; null where no event tells so but those of edits that are known. */
function editTime({ over }: Write, { updatedAt, events, ledger }: KnownUser): number | null {
  if (over === undefined) return null;
  const known = Math.max(over, ...Object.values(ledger).map(({ cidaas }) => cidaas.editAt ?? 0));
  const isBetween = (time: number) => known < time && time + EVENT_LAG_MS < updatedAt;
  return [events.last, events.first].find(isBetween) ?? null;
}
