import { settledBy } from "../delivery/bring";
import type { SyncContext } from "../delivery/context";
import type { Delivered } from "../delivery/delivered";
import { extendLeases, latestStart } from "../delivery/extend";
import { asCallError, report, settlementOfFailure, settlementOfUnsent } from "../delivery/failure";
import { openSecrets } from "../delivery/secrets";
import { CallError, toSyncError } from "../errors";
import type { Settlement } from "../store/types";
import { intentOf, ledgerAfter, type Settleable } from "../sync/plan";
import type { JsonObject, RuleId } from "../sync/types";
import { traceSend, traceSettle } from "../trace";
import { adoptedFrom, type OutgoingUser } from "./gate";
import type { BulkResult, Tenant } from "./types";

export interface DeliverOptions {
  deletes: "decline" | "purge" | "ignore";
  dryRun: boolean;
}

/**
 * Sends a batch that the gate prepared, and settles every user of it. `bodies` are the users as they arrive after the
 * flow between gate and sender. Rejects with a `CallError` when nothing could be said of any user; the users are then
 * waiting again, and it is for the caller to report the error.
 */
export async function deliverBatch(
  context: SyncContext,
  tenant: Tenant,
  batch: readonly OutgoingUser[],
  bodies: readonly JsonObject[],
  options: DeliverOptions,
): Promise<Delivered[]> {
  if (options.dryRun) return settleAll(context, batch.map(skip));
  const sentAt = context.now();
  const ends: End[] = [];
  const ready: Sendable[] = [];
  batch.forEach((user, index) => {
    const opened = open(context, user, bodies[index] ?? {});
    if ("settlement" in opened) ends.push(opened);
    else ready.push(opened);
  });
  const held = await extendAll(context, ready, sentAt);
  const upserts = held.filter(({ user }) => user.kind === "upsert");
  const deletes = held.filter(({ user }) => user.kind === "delete");
  const failures: CallError[] = [];
  if (upserts.length > 0) ends.push(...(await sendUpserts(context, tenant, upserts, sentAt, failures)));
  for (const { user } of deletes) ends.push(await sendDelete(context, tenant, user, options.deletes, failures));
  const delivered = await settleAll(context, ends);
  report(context, "to-cidaas", failures, suspectOf(batch));
  return delivered;
}

/** Somebody whose calls failed before, and who therefore travels alone. */
function suspectOf(batch: readonly OutgoingUser[]): number | null {
  const [only] = batch;
  return only && batch.length === 1 && only.lease.attempt > 1 ? only.lease.person.id : null;
}

interface Sendable {
  user: OutgoingUser;
  /** Secret values in the clear. */
  body: JsonObject;
}

function open(context: SyncContext, user: OutgoingUser, sealed: JsonObject): Sendable | End {
  try {
    const body = openSecrets(context, "cidaas", sealed);
    return { user: withSentPrints(context, user, body), body };
  } catch (error) {
    const { code, message } = toSyncError(error);
    return {
      user,
      settlement: { token: user.lease.token, outcome: "parked", reason: { code, message } },
      state: "PARKED",
    };
  }
}

/** Renews the leases, commits the intents, and leaves out whoever is not ours any more. */
async function extendAll(context: SyncContext, ready: readonly Sendable[], sentAt: number): Promise<Sendable[]> {
  const extensions = ready.map(({ user }) => {
    const { token, change } = user.lease;
    if (user.kind === "delete") return { token };
    return { token, intent: intentOf(user.plan, sentAt, change.identifiers), ledger: user.plan.proven };
  });
  const held = await extendLeases(context, extensions);
  return ready.filter(({ user }) => held.has(user.lease.token));
}

async function sendUpserts(
  context: SyncContext,
  tenant: Tenant,
  upserts: readonly Sendable[],
  sentAt: number,
  failures: CallError[],
): Promise<End[]> {
  try {
    const bodies = upserts.map(({ body }) => body);
    const tokens = upserts.map(({ user }) => user.lease.token);
    const startBefore = latestStart(context, tokens, tenant.timeoutMs);
    const results = await traceSend("to-cidaas", bodies.length, () => tenant.bulk(bodies, startBefore));
    failures.push(...new Set(results.flatMap((result) => (result.state === "CALL_FAILED" ? [result.error] : []))));
    return Promise.all(upserts.map((sent, index) => endOf(context, tenant, sent, results[index], sentAt)));
  } catch (error) {
    const failure = asCallError(error);
    failures.push(failure);
    return upserts.map(({ user }) => endOfFailure(context, user, failure));
  }
}

async function sendDelete(
  context: SyncContext,
  tenant: Tenant,
  user: OutgoingUser,
  deletes: DeliverOptions["deletes"],
  failures: CallError[],
): Promise<End> {
  try {
    return await remove(context, tenant, user, deletes);
  } catch (error) {
    const failure = asCallError(error);
    failures.push(failure);
    return endOfFailure(context, user, failure);
  }
}

interface End {
  user: OutgoingUser;
  settlement: Settlement;
  state: Delivered["state"];
  sub?: string | null;
}

/** The plan with the prints of what is really sent: a flow may have changed a value between gate and sender. */
function withSentPrints(context: SyncContext, user: OutgoingUser, body: JsonObject): OutgoingUser {
  if (user.kind === "delete") return user;
  const values = context.map.extract("cidaas", body);
  const news: Settleable["news"] = { ...user.plan.news };
  const write: RuleId[] = [];
  for (const rule of user.plan.write) {
    const sent = values[rule];
    const known = news[rule];
    if (!sent || !known) continue;
    write.push(rule);
    news[rule] = {
      ...known,
      target: context.printer.value(rule, "cidaas", context.map.canonical("cidaas", rule, sent)),
    };
  }
  return { ...user, plan: { ...user.plan, news, write } };
}

async function endOf(
  context: SyncContext,
  tenant: Tenant,
  { user, body }: Sendable,
  result: BulkResult | undefined,
  sentAt: number,
): Promise<End> {
  if (!result || result.state === "UNKNOWN") {
    const reason = { code: "RESULT_UNKNOWN", message: "The tenant's answer has no result for this user." };
    return retry(user, { reason });
  }
  if (result.state === "CALL_FAILED") return endOfFailure(context, user, result.error);
  if (result.state === "UNSENT") return { user, settlement: settlementOfUnsent(user.lease), state: "RETRY" };
  if (result.state === "FAILED") {
    const isTaken = user.plan.create && (await learnOwner(context, tenant, user, body));
    return isTaken ? retry(user, { reason: TAKEN, keepIntent: false }) : endOfRefusal(user, result);
  }
  const sub = result.sub ?? user.lease.person.sub;
  const settlement: Settlement = {
    token: user.lease.token,
    outcome: "delivered",
    ledger: ledgerAfter(user.plan, { at: sentAt, until: context.now() }),
    present: { cidaas: true, ...(user.lease.person.legacyId === null ? {} : { legacy: true }) },
    identifiers: { side: "legacy", list: user.lease.change.identifiers },
    ...(sub === null ? {} : { link: { sub } }),
    ...settledBy(user.lease, user.plan),
  };
  return { user, settlement, state: result.state, sub };
}

const TAKEN = { code: "EMAIL_TAKEN", message: "Another account of the tenant has the same e-mail." };

/**
 * What a tenant says of an e-mail that another account holds is not documented, so it is asked who holds it. That user
 * becomes known, and the next try links the two, or leaves them to a person.
 */
async function learnOwner(
  context: SyncContext,
  tenant: Tenant,
  user: OutgoingUser,
  body: JsonObject,
): Promise<boolean> {
  if (typeof body.email !== "string" || body.email === "") return false;
  try {
    const owner = await tenant.findSub(body.email);
    if (owner === null || owner === user.lease.person.sub) return false;
    const account = await tenant.readUser(owner);
    if (account) await context.store.adopt([adoptedFrom(context, account)]);
    return account !== null;
  } catch (error) {
    // Asking is a help, not a must: without an answer the tenant's refusal stands.
    if (error instanceof CallError) return false;
    throw error;
  }
}

function endOfRefusal(user: OutgoingUser, result: Extract<BulkResult, { state: "FAILED" }>): End {
  const { code, message, tries } = result;
  if (user.lease.attempt < tries) return retry(user, { reason: { code, message }, keepIntent: false });
  return {
    user,
    settlement: { token: user.lease.token, outcome: "parked", reason: { code, message } },
    state: "PARKED",
  };
}

function endOfFailure(context: SyncContext, user: OutgoingUser, failure: CallError): End {
  const settlement = settlementOfFailure(context, user.lease, failure);
  return { user, settlement, state: settlement.outcome === "parked" ? "PARKED" : "RETRY" };
}

async function remove(
  context: SyncContext,
  tenant: Tenant,
  user: OutgoingUser,
  deletes: DeliverOptions["deletes"],
): Promise<End> {
  const { token, person } = user.lease;
  if (deletes === "ignore" || person.sub === null)
    return { user, settlement: { token, outcome: "skipped" }, state: "UNCHANGED" };
  const { sub } = person;
  const startBefore = latestStart(context, [token], tenant.timeoutMs);
  await traceSend("to-cidaas", 1, () =>
    deletes === "purge"
      ? tenant.purge(sub, startBefore)
      : tenant.setStatus(sub, "DECLINED", "Deleted in the legacy system", startBefore),
  );
  const present = deletes === "purge" ? { legacy: false, cidaas: false } : { legacy: false };
  return { user, settlement: { token, outcome: "delivered", present }, state: "DELETED" };
}

function skip(user: OutgoingUser): End {
  return { user, settlement: { token: user.lease.token, outcome: "skipped" }, state: "UNCHANGED" };
}

function retry(user: OutgoingUser, details: Omit<Settlement, "token" | "outcome">): End {
  return { user, settlement: { token: user.lease.token, outcome: "retry", ...details }, state: "RETRY" };
}

async function settleAll(context: SyncContext, ends: readonly End[]): Promise<Delivered[]> {
  const settlements = ends.map((end) => end.settlement);
  await traceSettle("to-cidaas", ends.length, () => context.store.settle(settlements));
  context.registry.drop(ends.map((end) => end.settlement.token));
  return ends.map((end) => {
    const ids = { sub: end.sub ?? end.user.lease.person.sub, legacyId: end.user.lease.person.legacyId };
    const { reason } = end.settlement;
    if (end.state === "PARKED")
      return { state: "PARKED", ...ids, code: reason?.code ?? "INTERNAL", message: reason?.message ?? "" };
    return { state: end.state, ...ids };
  });
}
