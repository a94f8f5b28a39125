import { LINK_TAKEN } from "../store/codes";
import type { LearnedIds, Lease, Settlement } from "../store/types";
import { BEING_CREATED, type Candidate, isThere, type Resolution, resolve } from "../sync/identity";
import type { Identifier, Print, Side } from "../sync/types";
import { laneTo, otherSide, targetOf } from "../sync/types";
import type { SyncContext } from "./context";

/** Whoever is being created just now is there in a moment. */
const WAIT_MS = 2_000;

const DELETED = {
  code: "BEING_DELETED",
  message: "A user with the same identifier is being deleted just now.",
};

/** The person on the target side: under a lease that knows its ids, or why it cannot be said now. */
export type Resolved = { lease: Lease; exists: boolean } | { settlement: Settlement };

/** Says who the leased person is on the target side, and commits what that teaches of its ids. */
export async function resolvePerson(
  context: SyncContext,
  lease: Lease,
  identifiers: Identifier[],
  former: readonly Print[],
): Promise<Resolved> {
  const target = targetOf(lease.lane);
  const resolution = await ask(context, lease, identifiers, former, target);
  switch (resolution.do) {
    case "update":
      return { lease, exists: true };
    case "create": {
      if (resolution.sub === null || resolution.sub === lease.person.sub) return { lease, exists: false };
      return linked(context, lease, { sub: resolution.sub });
    }
    case "link": {
      const { sub, legacyId } = resolution.person;
      if (await isBeingDeleted(context, target, { sub, legacyId }))
        return { settlement: waiting(context, lease, DELETED) };
      return linked(context, lease, target === "cidaas" ? { sub: sub ?? "" } : { legacyId: legacyId ?? "" });
    }
    case "wait":
      return { settlement: waiting(context, lease, resolution) };
    case "park":
      return { settlement: { token: lease.token, outcome: "parked", reason: resolution } };
  }
}

async function ask(
  context: SyncContext,
  lease: Lease,
  identifiers: Identifier[],
  former: readonly Print[],
  target: Side,
): Promise<Resolution> {
  const isKnown = idOn(target, lease) !== null && isThere(lease.person, target);
  return resolve({
    target,
    person: lease.person,
    identifiers,
    candidates: isKnown ? [] : await candidatesFor(context, target, identifiers, former),
    strategy: context.settings.subStrategy,
    namespace: context.settings.subNamespace,
  });
}

/** Persons of the target side with the same identifier, and whoever is just being created from it on either side. */
async function candidatesFor(
  context: SyncContext,
  target: Side,
  identifiers: Identifier[],
  former: readonly Print[],
): Promise<Candidate[]> {
  const emails = identifiers.filter((identifier) => identifier.kind === "email");
  // A family may share a phone; it names a person only where nothing better does.
  const naming = emails.length > 0 ? emails : identifiers;
  const prints = naming.map((identifier) => identifier.print);
  if (prints.length + former.length === 0) return [];
  const [there, here] = await Promise.all([
    context.store.findByIdentifier(target, prints),
    context.store.findByIdentifier(otherSide(target), [...prints, ...former]),
  ]);
  return [...there, ...here.filter((match) => match.intent)].map(({ person, verified, intent }) => ({
    person,
    verified,
    beingCreated: intent,
  }));
}

/** Whose deletion waits is not the user who has the identifier now. */
async function isBeingDeleted(
  { store }: SyncContext,
  side: Side,
  { sub, legacyId }: { sub: string | null; legacyId: string | null },
): Promise<boolean> {
  const id = side === "cidaas" ? { sub: sub ?? "" } : { legacyId: legacyId ?? "" };
  return (await store.peek(laneTo(otherSide(side)), id))?.kind === "delete";
}

/**
 * How a deleted user waits who may be the one that an interrupted create has made: its deletion is evidence for that create.
 * Null where nobody is being created with its identifiers.
 */
export async function waitIfBeingCreated(
  context: SyncContext,
  lease: Lease,
  former: readonly Print[],
): Promise<Settlement | null> {
  const candidates = await candidatesFor(context, targetOf(lease.lane), lease.change.identifiers, former);
  const isAwaited = candidates.some(({ person, beingCreated }) => beingCreated && person.id !== lease.person.id);
  return isAwaited ? waiting(context, lease, BEING_CREATED) : null;
}

async function linked(context: SyncContext, lease: Lease, ids: LearnedIds): Promise<Resolved> {
  const renewed = await context.store.link(lease.token, ids);
  if (!renewed) return { settlement: { token: lease.token, outcome: "retry", reason: LINK_TAKEN } };
  context.registry.refresh(renewed);
  return { lease: renewed, exists: isThere(renewed.person, targetOf(lease.lane)) };
}

function waiting(context: SyncContext, lease: Lease, resolution: { code: string; message: string }): Settlement {
  const isSoonOver = resolution.code === BEING_CREATED.code || resolution.code === DELETED.code;
  return {
    token: lease.token,
    outcome: "retry",
    ...(isSoonOver ? { notBefore: context.now() + WAIT_MS, counts: false } : {}),
    reason: { code: resolution.code, message: resolution.message },
  };
}

/** What is learned of a person whose legacy user was made or found, though it may have had one that is gone. */
export function withLegacyUser({ person }: Lease, legacyId: string): LearnedIds {
  return person.legacyId === null ? { legacyId } : { legacyId, anew: true };
}

/** The person's id on a side, null when it has none there. */
export function idOn(side: Side, lease: Lease): string | null {
  return side === "cidaas" ? lease.person.sub : lease.person.legacyId;
}
