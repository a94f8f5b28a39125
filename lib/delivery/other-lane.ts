import { MISSING_CODE } from "../store/codes";
import type { Lease, Settlement } from "../store/types";
import { isGone, uncover } from "../sync/covered";
import type { Rival } from "../sync/decision";
import { ageOf } from "../sync/stale";
import type { Change, Side } from "../sync/types";
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
  const prints: NonNullable<Rival["prints"]> = {};
  const doubtful: NonNullable<Rival["doubtful"]> = {};
  const intent = intents.find(({ side }) => side === "legacy") ?? null;
  for (const [rule, carried] of Object.entries(uncover(other.rules, "legacy", ledger, intent, tolerance))) {
    const { source: print, at, state } = carried;
    const own = ledger[rule]?.legacy;
    const [write] = own?.writes ?? [];
    // The echo of a write over which an edit was accepted: that one is on its way back.
    if (write && own?.print !== print && at !== null && isEchoOf(write, print, at, tolerance)) continue;
    const newest = other.rules[rule];
    // By clocks that are apart the edit may have come after our write, and its value been set again after that.
    const mayBeLater = write !== undefined && at !== null && at + tolerance >= write.at;
    const mayBeSet = state === "doubtful" || (state === "covered" && mayBeLater);
    if (mayBeSet && newest?.at && newest.source === own?.print) doubtful[rule] = newest.at;
    // What a write of ours or a later edit has replaced is not what the legacy system holds, though its lane has still to settle it.
    if (isGone(carried) || (own && at !== null && ageOf(own, carried, at, tolerance) !== "new")) continue;
    if (own && at !== null && isOfSameMoment(own, print, at)) continue;
    prints[rule] = { print, at, restored: state === "restored" };
  }
  return { span: other.span, prints, ...(Object.keys(doubtful).length > 0 ? { doubtful } : {}) };
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
  const { inCidaas, inLegacy } = lease.person;
  const wasThere = targetOf(lease.lane) === "cidaas" ? inCidaas : inLegacy;
  return isEdit(lease.other) || (wasThere && lease.attempt < MISSING_TRIES);
}
