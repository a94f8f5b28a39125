import { type Prepared, prepare, type TargetReader } from "../delivery/bring";
import type { SyncContext } from "../delivery/context";
import { lookUp } from "../delivery/look-up";
import { idOf } from "../delivery/mapping";
import { waitIfBeingCreated } from "../delivery/person";
import { overlay, presentRules, sealSecrets } from "../delivery/secrets";
import { foundBy, settledBy } from "../delivery/settled";
import { identifiersOf, newsOfCarried } from "../delivery/source";
import { RecordError } from "../errors";
import { isEmpty } from "../mapping/json";
import { toTime } from "../mapping/time";
import type { Lease, Settlement } from "../store/types";
import { learnedFrom, uncover } from "../sync/covered";
import { NOTHING_TO_WRITE, type Settleable } from "../sync/plan";
import { EVENT_LAG_MS } from "../sync/times";
import type { CarriedRule, Json, JsonObject, Print, RuleId } from "../sync/types";
import { textOf } from "./json";
import { type LegacyReader, withLegacyValues } from "./legacy-values";
import type { CidaasUser, Tenant } from "./types";
import { bestIdentifierIn, IDENTIFIERS, identifiersIn, membership, requireValid } from "./whole-user";

/** One user of a batch: what is sent, and what its success means for the ledger. */
export interface OutgoingUser {
  kind: "upsert" | "delete";
  lease: Lease;
  /** Secret values sealed. For a delete only the sub. */
  body: JsonObject;
  plan: Settleable;
  /** The tenant's status of the user, where it was read. */
  statusBefore: string | null;
  /** The events of what was seen of the user before are of no later time. */
  seenAt: number;
  /** Whether the body holds all that the user shows. */
  whole: boolean;
}

export interface CidaasGate extends LegacyReader {
  tenant: Tenant;
  bulkUpdates: "complete" | "merge";
  verify: "pending" | "always";
  /** False where the client may not bulkread: then each first contact asks the tenant for existence. */
  adopted: boolean;
}

/** Looks at one leased person and says what to send, or how to settle without sending. May throw a `CallError`. */
export async function prepareForCidaas(
  context: SyncContext,
  gate: CidaasGate,
  leased: Lease,
): Promise<OutgoingUser | { settlement: Settlement }> {
  try {
    return await prepareValid(context, gate, leased);
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    const reason = { code: error.code, message: error.message };
    return { settlement: { token: leased.token, outcome: "parked", reason } };
  }
}

/** Throws `RecordError` for what the mapper did not see: values read from the legacy system, and what a create lacks. */
async function prepareValid(
  context: SyncContext,
  gate: CidaasGate,
  leased: Lease,
): Promise<OutgoingUser | { settlement: Settlement }> {
  const present = await withLegacyValues(context, gate, leased);
  if ("settlement" in present) return present;
  if (present.kind === "delete") return prepareDelete(context, gate, { ...leased, change: present });
  const intent = leased.intents.find(({ side }) => side === "legacy") ?? null;
  const tolerance = context.settings.clockToleranceMs;
  const change = { ...present, rules: uncover(present.rules, "legacy", leased.ledger, intent, tolerance) };
  const learned = learnedFrom(present.rules, change.rules, "legacy", leased.ledger, tolerance);
  const lease = gate.adopted ? leased : await askExistence(context, gate, { ...leased, change });
  const news = newsOfCarried(context, change);
  const lookedAt = context.now();
  const prepared = await prepare(
    context,
    { ...lease, change },
    { news, identifiers: change.identifiers, former: formerIdentifiers(context, present.rules), learned },
    readerOf(context, gate, change.rules),
  );
  if (prepared.do === "settle") return { settlement: prepared.settlement };
  const body = bodyOf(context, gate, change.rules, prepared);
  if (body === null) {
    const settled = { ...settledBy(prepared.lease, prepared.plan), ...foundBy(prepared.lease, prepared.plan) };
    return {
      settlement: { token: prepared.lease.token, outcome: "unchanged", ...settled, ledger: prepared.plan.ledger },
    };
  }
  return {
    kind: "upsert",
    lease: prepared.lease,
    body: sealSecrets(context, "cidaas", body),
    plan: prepared.plan,
    statusBefore: textOf(prepared.present?.userStatus),
    seenAt: Math.max(lookedAt, (toTime(prepared.present?.updatedTime) ?? 0) + EVENT_LAG_MS),
    whole: gate.bulkUpdates === "complete" && prepared.present !== null,
  };
}

async function prepareDelete(
  context: SyncContext,
  gate: CidaasGate,
  leased: Lease,
): Promise<OutgoingUser | { settlement: Settlement }> {
  const { inCidaas } = leased.person;
  // The user may have been made though nobody heard of it.
  const open = leased.intents.find(({ side }) => side === "cidaas");
  const reader = readerOf(context, gate, leased.change.rules);
  const seen = open && !inCidaas ? await lookUp(context, leased, reader, open) : { lease: leased, record: null };
  if ("settlement" in seen) return seen;
  const { lease } = seen;
  const { sub } = lease.person;
  if (sub === null || (!inCidaas && seen.record === null)) {
    const waiting = await waitIfBeingCreated(context, lease, formerIdentifiers(context, lease.change.rules));
    return { settlement: waiting ?? { token: lease.token, outcome: "unchanged", present: { legacy: false } } };
  }
  const unread = { statusBefore: null, seenAt: 0, whole: false };
  return { kind: "delete", lease, body: { sub }, plan: NOTHING_TO_WRITE, ...unread };
}

/** Without adoption an unknown person may still be in the tenant: found by identifier, its sub is noted on its own row. */
async function askExistence(context: SyncContext, gate: CidaasGate, lease: Lease): Promise<Lease> {
  if (lease.person.sub !== null || lease.person.inCidaas) return lease;
  const values = Object.fromEntries(
    Object.entries(lease.change.rules).map(([rule, carried]) => [rule, carried.values]),
  );
  const existing = await findUser(gate, context.map.build("cidaas", values));
  if (existing) await context.store.adopt([adoptedFrom(context, existing)]);
  return lease;
}

/** By one identifier of a body after the other. */
async function findUser({ tenant }: CidaasGate, body: JsonObject): Promise<CidaasUser | null> {
  for (const identifier of Object.values(identifiersIn(body))) {
    const sub = await tenant.findSub(identifier);
    const user = sub === null ? null : await tenant.readUser(sub);
    if (user) return user;
  }
  return null;
}

/** What named the person in the values that waited before: its own create may still be looking for it under them. */
function formerIdentifiers(context: SyncContext, rules: Record<RuleId, CarriedRule>): Print[] {
  return Object.entries(rules).flatMap(([rule, { earlier = [] }]) =>
    earlier.flatMap(({ values }) =>
      identifiersOf(context, "cidaas", { [rule]: values }, false).map(({ print }) => print),
    ),
  );
}

/** A user of the tenant as adoption keeps it: ids and identifier prints, no values. */
export function adoptedFrom(context: SyncContext, user: CidaasUser) {
  const legacyId = idOf(context.paths.keyInCidaas?.get(user));
  const values = context.map.extract("cidaas", user);
  const verified = user.email_verified === true;
  return { sub: user.sub, legacyId, identifiers: identifiersOf(context, "cidaas", values, verified) };
}

function readerOf(context: SyncContext, gate: CidaasGate, carried: Record<RuleId, CarriedRule>): TargetReader {
  const clears = (id: RuleId) => carried[id]?.values.some(isEmpty) === true;
  return {
    read: async ({ person }) => (person.sub === null ? null : gate.tenant.readUser(person.sub)),
    find: async (_lease, sent) => {
      if (Object.keys(sent).length === 0) return "unreadable";
      const record = await findUser(gate, sent);
      return record ? [{ id: record.sub, record }] : [];
    },
    editAt: (record) => toTime(record.updatedTime),
    missing: "retry",
    needsRecord: (write) =>
      write.length > 0 &&
      (gate.bulkUpdates === "complete" || write.some(clears) || !write.some((id) => names(context, id))),
    verifyAlways: gate.verify === "always",
  };
}

/** What the bulk call carries for one user; null when the tenant holds all of it already. */
function bodyOf(
  context: SyncContext,
  gate: CidaasGate,
  carried: Record<RuleId, CarriedRule>,
  prepared: Extract<Prepared, { do: "write" }>,
): JsonObject | null {
  const { lease, plan, present } = prepared;
  const values: Record<RuleId, Json[]> = {};
  for (const rule of plan.write) {
    const value = carried[rule];
    if (value) values[rule] = value.values;
  }
  const written = context.map.build("cidaas", values);
  requireValid(context.checkCidaas, { written, sub: lease.person.sub, create: plan.create });
  let body = written;
  if (!plan.create && present) {
    // The tenant takes no user without an identifier, not even a partial update that names the sub.
    body = overlay(gate.bulkUpdates === "complete" ? presentState(context, present) : bestIdentifierIn(present), body);
  }
  if (!plan.create && present && body.provider === undefined && present.provider) body.provider = present.provider;
  if (lease.person.sub !== null) body.sub = lease.person.sub;
  const { keyInCidaas } = context.paths;
  const { legacyId } = lease.person;
  const lacksKey =
    keyInCidaas !== null && legacyId !== null && (present === null || idOf(keyInCidaas.get(present)) !== legacyId);
  if (plan.write.length === 0 && !lacksKey) return null;
  if (keyInCidaas !== null && legacyId !== null) keyInCidaas.set(body, legacyId);
  if (Array.isArray(body.groups)) body.groups = body.groups.map((group) => membership(body.sub, group));
  return body;
}

/**
 * The present values of every rule that can be read back, and what a bulk update would reset if it were left out
 * (partial updates are not documented: cidaas-api.md, section 1.4).
 */
function presentState(context: SyncContext, present: JsonObject): JsonObject {
  const state = presentRules(context, "cidaas", present);
  if (typeof present.userStatus === "string")
    state.userStatus ??= present.userStatus === "BLOCKED" ? "LOCKED" : present.userStatus;
  if (Array.isArray(present.roles) && present.roles.length > 0) state.roles ??= present.roles;
  if (Array.isArray(present.groups) && present.groups.length > 0) state.groups ??= present.groups;
  return state;
}

/** Whether a rule writes a member that identifies the user. */
function names(context: SyncContext, id: RuleId): boolean {
  return context.map.rule(id)?.cidaas.some((path) => IDENTIFIERS.includes(path)) === true;
}
