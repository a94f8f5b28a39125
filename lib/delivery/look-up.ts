import { LINK_TAKEN } from "../store/codes";
import type { Lease, Settlement } from "../store/types";
import type { Intent, JsonObject, Print, RuleId, Side } from "../sync/types";
import { targetOf } from "../sync/types";
import type { SyncContext } from "./context";
import { idOn, withLegacyUser } from "./person";

const CANNOT_ASK = "Nobody can say whether an interrupted create succeeded. Look for the user on the target side.";
const OTHER_VALUES = "A user like the one of an interrupted create exists, but with other values.";
const SEVERAL_MATCH = "Several users of the target side match. Decide which of them it is.";

/** A user found on the target side by other means than its id. */
export interface Found {
  /** Sub or legacy id. */
  id: string;
  record: JsonObject;
}

/** What looking for a user needs of the target. */
export interface LookingReader {
  /** The user as a record of that side; null when it has none, "unreadable" where the side cannot be read. */
  read(lease: Lease): Promise<JsonObject | null | "unreadable">;
  /** Looks for the user of an interrupted create, by what it was sent with; "unreadable" where nothing can be asked. */
  find(lease: Lease, sent: JsonObject): Promise<Found[] | "unreadable">;
}

/** The target's record under a lease that knows its id, or how the lease ends because nobody can say which it is. */
export type Seen = { lease: Lease; record: JsonObject | null | "unreadable" } | { settlement: Settlement };

/** Prints of a target's record; a secret rule that the record does not show is left out: it cannot be read back. */
export function printsOf(context: SyncContext, side: Side, record: JsonObject): Record<RuleId, Print> {
  const values = context.map.extract(side, record);
  const prints: Record<RuleId, Print> = {};
  for (const rule of context.map.rules) {
    const present = values[rule.id];
    if (present === undefined && rule.secret) continue;
    prints[rule.id] = context.printer.value(
      rule.id,
      side,
      present ? context.map.canonical(side, rule.id, present) : "",
    );
  }
  return prints;
}

/** The target's record of the person; by its id, or of an interrupted create by what the target can be searched for. */
export async function lookUp(
  context: SyncContext,
  lease: Lease,
  reader: LookingReader,
  intent: Intent | null,
): Promise<Seen> {
  const target = targetOf(lease.lane);
  const known = idOn(target, lease) === null ? null : await reader.read(lease);
  const isThere = known !== null && known !== "unreadable";
  // Of a user made anew only the id of the former one is known.
  if (isThere || !intent?.create || !intent.sent) return { lease, record: known };
  const found = await reader.find(lease, intent.sent);
  if (found.length > 1 && found !== "unreadable") return parked(lease, "FIND_AMBIGUOUS", SEVERAL_MATCH);
  const [own] = found === "unreadable" ? [] : found;
  if (!own || !(await isOwnCreate(context, intent, target, own))) {
    // It is known to be made since, whatever it is found by.
    if (known === "unreadable") return { lease, record: known };
    const moved = await linkedByCreate(context, lease, intent);
    if (moved) return { lease: moved, record: await reader.read(moved) };
    if (found === "unreadable") return parked(lease, "CREATE_UNKNOWN", CANNOT_ASK);
    return own ? parked(lease, "CREATE_UNKNOWN", OTHER_VALUES) : { lease, record: null };
  }
  const linked = await context.store.link(
    lease.token,
    target === "cidaas" ? { sub: own.id } : withLegacyUser(lease, own.id),
  );
  if (!linked) return { settlement: { token: lease.token, outcome: "retry", reason: LINK_TAKEN } };
  context.registry.refresh(linked);
  return { lease: linked, record: own.record };
}

/**
 * The lease with the legacy user of an interrupted create, which by now may be found no more under the e-mail that it was made
 * with. The changes of it that wait tell: in them it once had all that we were about to write. Null where nobody has.
 */
async function linkedByCreate(context: SyncContext, lease: Lease, intent: Intent): Promise<Lease | null> {
  if (intent.side !== "legacy") return null;
  const prints = intent.identifiers.map(({ print }) => print);
  for (const { person } of await context.store.findByIdentifier("legacy", prints)) {
    if (person.id === lease.person.id || person.legacyId === null || person.inCidaas) continue;
    if (!(await onceHeld(context, person.legacyId, Object.entries(intent.rules)))) continue;
    const linked = await context.store.link(lease.token, withLegacyUser(lease, person.legacyId));
    if (!linked) continue;
    context.registry.refresh(linked);
    return linked;
  }
  return null;
}

/**
 * Whether a user is the one that our interrupted create made: it holds what we were about to write, or the changes of it
 * that wait show that it did, before somebody edited it.
 */
async function isOwnCreate(context: SyncContext, intent: Intent, side: Side, { id, record }: Found): Promise<boolean> {
  const present = printsOf(context, side, record);
  const others = Object.entries(intent.rules).filter(([rule, { target }]) => (present[rule] ?? target) !== target);
  if (others.length === 0) return true;
  return side === "legacy" && onceHeld(context, id, others);
}

/** Whether the changes of a legacy user that wait carried these values at some time. */
async function onceHeld(
  context: SyncContext,
  legacyId: string,
  rules: readonly [RuleId, { target: Print }][],
): Promise<boolean> {
  if (rules.length === 0) return false;
  const waiting = await context.store.peek("to-cidaas", { legacyId });
  return rules.every(([rule, { target }]) => {
    const carried = waiting?.rules[rule];
    return carried !== undefined && [carried, ...(carried.earlier ?? [])].some(({ source }) => source === target);
  });
}

function parked({ token }: Lease, code: string, message: string): Seen {
  return { settlement: { token, outcome: "parked", reason: { code, message } } };
}
