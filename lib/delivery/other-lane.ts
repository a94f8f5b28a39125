import { MISSING_CODE } from "../store/codes";
import type { Lease, Settlement } from "../store/types";
import { isGone, uncover } from "../sync/covered";
import type { Rival } from "../sync/decision";
import { ageOf, setAgain } from "../sync/stale";
import type { CarriedRule, Change, Print, Side, SideEntry } from "../sync/types";
import { targetOf } from "../sync/types";
import { isEchoOf, isOfSameMoment } from "../sync/writes";
import { LEGACY_KEY_RULE } from "./legacy-key";

/* What waits for the same person in the other lane, and what it means for the work in this one. */

const USER_MISSING = {
  code: MISSING_CODE,
  message: "The user is gone on the target side, and no event said that it was deleted.",
};

/** Tries before a user that is gone is taken for lost and not for deleted, and between them the time for news of that, ms. */
const MISSING_TRIES = 4;
const MISSING_WAIT_MS = 20_000;

/** Whether what waits in the other lane may be somebody's edit, and not only our own wish to write the legacy id back. */
export function isEdit(other: Change | null): other is Change {
  if (other === null) return false;
  const { kind, span, events, rules, force } = other;
  const carries = span !== null || events.length > 0 || Object.keys(rules).length > 0;
  return kind === "delete" || carries || force.length !== 1 || force[0] !== LEGACY_KEY_RULE;
}

/** What the other lane tells of the target. `tolerance`: how far the clocks may be apart, ms. */
export function rivalOf(other: Change, source: Side, { ledger, intents }: Lease, tolerance: number): Rival {
  // What was parked, or has waited in the backup of a store, tells nothing of what the legacy system holds now.
  if (source === "legacy" || other.reread) return { span: other.span, prints: null };
  const intent = intents.find(({ side }) => side === "legacy") ?? null;
  const prints: NonNullable<Rival["prints"]> = {};
  const doubtful: NonNullable<Rival["doubtful"]> = {};
  for (const [rule, carried] of Object.entries(uncover(other.rules, "legacy", ledger, intent, tolerance))) {
    const told = toldBy(carried, other.rules[rule] ?? carried, ledger[rule]?.legacy, tolerance);
    if (told && "print" in told) prints[rule] = told;
    else if (told) doubtful[rule] = told.setAt;
  }
  return { span: other.span, prints, ...(Object.keys(doubtful).length > 0 ? { doubtful } : {}) };
}

/**
 * What a legacy change tells of what the legacy system holds, or no more than when a person may have set there what was agreed.
 * Null where it tells nothing: what it brings is replaced, though its lane has still to settle it.
 *
 * @param newest what it carried last, in whose place `carried` has come
 */
function toldBy(
  carried: CarriedRule,
  newest: CarriedRule,
  own: SideEntry | undefined,
  tolerance: number,
): { print: Print; at: number | null; restored: boolean } | { setAt: number } | null {
  const { source: print, at, state } = carried;
  const shown = { print, at, restored: state === "restored" };
  if (!own || at === null) return isGone(carried) ? null : shown;
  const [write] = own.writes;
  // The echo of a write over which an edit was accepted: that one is on its way back.
  if (write && own.print !== print && isEchoOf(write, print, at, tolerance)) return null;
  const age = ageOf(own, carried, at, tolerance);
  if (age === "new") return isOfSameMoment(own, print, at) ? null : shown;
  if (isGone(carried) && newest.at !== null && newest.source === own.print) {
    // By clocks that are apart the edit may have come after our write, and its value been set again after that.
    const mayBeLater = write !== undefined && at + tolerance >= write.at;
    return state === "doubtful" || mayBeLater ? { setAt: newest.at } : null;
  }
  const { setAt } = setAgain(own, print, at);
  if (setAt === undefined) return null;
  if (age === "overtaken") return { print: own.print, at: setAt, restored: true };
  return age === "doubtful" ? { setAt } : null;
}

/** How to wait for the deletion of a user that is gone: no attempt where its event is here already, in the other lane. */
export function missing({ other }: Lease, now: number): Omit<Settlement, "token"> {
  if (other?.kind === "delete") return { outcome: "retry", counts: false, reason: USER_MISSING };
  return { outcome: "retry", notBefore: now + MISSING_WAIT_MS, reason: USER_MISSING };
}

/**
 * A user is gone. Of one that was there, absence alone is no evidence of a deletion, but the event that tells it may be waiting
 * in the other lane, or still be on its way.
 */
export function isAwaited(lease: Lease): boolean {
  return isEdit(lease.other) || (wasThere(lease) && lease.attempt < MISSING_TRIES);
}

/** Whether an event of the user, a read or an answer to us has told that it was on the target side. */
export function wasThere({ lane, person }: Lease): boolean {
  return targetOf(lane) === "cidaas" ? person.inCidaas : person.inLegacy;
}
