import type { Identifier, Person, Side } from "./types";
import { uuid5 } from "./uuid5";

/** How the sub of a user born in the legacy system is chosen. */
export type SubStrategy = "uuid5" | "match" | "cidaas";

/** A person of the target side that carries one of the source's identifiers. */
export interface Candidate {
  person: Person;
  /** The target's own word that the identifier belongs to its user. */
  verified: boolean;
  /** The person is just being created with this identifier; whoever it is, it is not ours to create again. */
  beingCreated: boolean;
}

export type Resolution =
  /** The person is linked and the target has the user. */
  | { do: "update" }
  /** The target has no such user. For cidaas with the sub to give, or null to let the tenant choose. */
  | { do: "create"; sub: string | null }
  /** An unlinked user of the target is the same person. */
  | { do: "link"; person: Person }
  /** Somebody else holds the identifier at the moment, or is being created with it. */
  | { do: "wait"; code: string; message: string }
  | { do: "park"; code: string; message: string };

export interface ResolveInput {
  target: Side;
  person: Person;
  /** Of the source's record. */
  identifiers: readonly Identifier[];
  candidates: readonly Candidate[];
  strategy: SubStrategy;
  /** Namespace of `uuid5`. */
  namespace: string;
}

export const BEING_CREATED = {
  code: "BEING_CREATED",
  message: "A user with the same identifier is being created just now.",
};

/**
 * Who the person is on the target side. Only a verified e-mail on both sides links by itself: whoever registers a
 * stranger's address on one side must not get the stranger's account on the other.
 */
export function resolve(input: ResolveInput): Resolution {
  const { person, target } = input;
  const targetId = target === "cidaas" ? person.sub : person.legacyId;
  if (targetId !== null && isThere(person, target)) return { do: "update" };
  const others = input.candidates.filter((candidate) => candidate.person.id !== person.id && isAlive(candidate));
  if (others.some((candidate) => candidate.beingCreated)) {
    return { do: "wait", ...BEING_CREATED };
  }
  const unlinked = others.filter((candidate) => !isLinked(candidate.person));
  if (unlinked.length > 0) return linkOrReview(input, unlinked);
  if (others.length > 0) {
    return {
      do: "wait",
      code: "IDENTIFIER_TAKEN",
      message: "Another linked user holds the same identifier on the target side. Correct it on one of the sides.",
    };
  }
  return birth(input, targetId);
}

function linkOrReview(input: ResolveInput, unlinked: Candidate[]): Resolution {
  const [only] = unlinked;
  const ownVerified = input.identifiers.some((identifier) => identifier.kind === "email" && identifier.verified);
  if (only && unlinked.length === 1 && only.verified && ownVerified) return { do: "link", person: only.person };
  return {
    do: "park",
    code: "LINK_REVIEW",
    message:
      unlinked.length > 1
        ? "Several unlinked users of the target side have the same identifier. Decide which of them it is."
        : "An unlinked user of the target side has the same identifier, but the e-mail is not verified on both sides.",
  };
}

function birth(input: ResolveInput, targetId: string | null): Resolution {
  const { person, strategy, target } = input;
  if (target === "legacy") return { do: "create", sub: person.sub };
  if (targetId !== null) return { do: "create", sub: targetId };
  if (strategy === "match") {
    return {
      do: "park",
      code: "NO_MATCH",
      message: "No user of the tenant matches, and the sub strategy `match` creates none.",
    };
  }
  if (strategy === "cidaas" || person.legacyId === null) return { do: "create", sub: null };
  return { do: "create", sub: uuid5(input.namespace, person.legacyId) };
}

/** A sub may be chosen long before the user exists; a legacy id is given by the legacy system, so it stands for a user. */
export function isThere(person: Person, target: Side): boolean {
  return target === "cidaas" ? person.inCidaas : person.inLegacy || person.deletedAt === null;
}

/** A sub that was only chosen links nobody yet. */
function isLinked(person: Person): boolean {
  return person.sub !== null && person.inCidaas && person.legacyId !== null;
}

function isAlive({ person }: Candidate): boolean {
  return person.deletedAt === null;
}
