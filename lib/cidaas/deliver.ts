import { askBrake } from "../delivery/brake";
import type { SyncContext } from "../delivery/context";
import type { Delivered } from "../delivery/delivered";
import { extendLeases, latestStart } from "../delivery/extend";
import { asCallError, report } from "../delivery/failure";
import { openSecrets } from "../delivery/secrets";
import { type CallError, toSyncError } from "../errors";
import { lossesOf } from "../sync/losses";
import { intentOf, ledgerAfter, type Settleable } from "../sync/plan";
import type { BrakeKind, JsonObject, RuleId } from "../sync/types";
import { traceSend, traceSettle } from "../trace";
import { DECLINED, planOfDecline } from "./decline";
import { type End, endOf, endOfFailure, inDoubt, inDoubtAfterSteps, type Sendable, skip } from "./ends";
import type { OutgoingUser } from "./gate";
import { type Step, stepsOf } from "./steps";
import type { Tenant } from "./types";
import { bestIdentifierIn } from "./whole-user";

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
    const opened = open(context, user, bodies[index] ?? {}, options);
    if ("settlement" in opened) ends.push(opened);
    else ready.push(opened);
  });
  const unbraked = await passBrake(context, ready, options, ends);
  const held = await extendAll(context, unbraked, sentAt);
  const upserts = held.filter(({ user }) => user.kind === "upsert");
  const deletes = held.filter(({ user }) => user.kind === "delete");
  const failures: CallError[] = [];
  if (upserts.length > 0) ends.push(...(await sendUpserts(context, tenant, upserts, sentAt, failures)));
  for (const { user } of deletes) ends.push(await sendDelete(context, tenant, user, options, sentAt, failures));
  const delivered = await settleAll(context, ends);
  report(context, "to-cidaas", failures, suspectOf(batch));
  return delivered;
}

/** Somebody whose calls failed before, and who therefore travels alone. */
function suspectOf(batch: readonly OutgoingUser[]): number | null {
  const [only] = batch;
  return only && batch.length === 1 && only.lease.attempt > 1 ? only.lease.person.id : null;
}

function open(
  context: SyncContext,
  user: OutgoingUser,
  sealed: JsonObject,
  { deletes }: DeliverOptions,
): Sendable | End {
  try {
    const body = openSecrets(context, "cidaas", sealed);
    const isDeclined = user.kind === "delete" && deletes === "decline";
    const sent = isDeclined
      ? { ...user, plan: planOfDecline(context, user.lease) }
      : withSentPrints(context, user, body);
    return { user: sent, steps: stepsOf(context.map, sent.plan, body, user.statusBefore) };
  } catch (error) {
    const { code, message } = toSyncError(error);
    return {
      user,
      settlement: { token: user.lease.token, outcome: "parked", reason: { code, message } },
      state: "PARKED",
    };
  }
}

/** Leaves out whom the brake holds, or a person has dropped. */
async function passBrake(
  context: SyncContext,
  ready: readonly Sendable[],
  { deletes }: DeliverOptions,
  ends: End[],
): Promise<Sendable[]> {
  const losses = ready.map(({ user }) => ({ lease: user.lease, kinds: kindsOf(context, user, deletes) }));
  const braked = await askBrake(context, "to-cidaas", losses);
  return ready.filter(({ user }) => {
    const end = braked.get(user.lease.token);
    if (end) ends.push({ user, ...end });
    return !end;
  });
}

function kindsOf(context: SyncContext, user: OutgoingUser, deletes: DeliverOptions["deletes"]): BrakeKind[] {
  if (user.kind === "upsert") return lossesOf(user.plan, context.activeStatus);
  return deletes === "ignore" ? [] : ["delete"];
}

/** Renews the leases, commits the intents, and leaves out whoever is not ours any more. */
async function extendAll(context: SyncContext, ready: readonly Sendable[], sentAt: number): Promise<Sendable[]> {
  const extensions = ready.map(({ user, steps }) => {
    const { token, change, person } = user.lease;
    if (user.kind === "delete" && user.plan.write.length === 0) return { token };
    const intent = intentOf(user.plan, sentAt, change.identifiers, steps.apart);
    if (intent.create && person.sub === null) intent.sent = bestIdentifierIn(user.body);
    return { token, intent, ledger: user.plan.proven };
  });
  const held = await extendLeases(context, extensions);
  return ready.filter(({ user }) => held.has(user.lease.token));
}

/** One bulk call for all, and around it what some of them need beside. */
async function sendUpserts(
  context: SyncContext,
  tenant: Tenant,
  users: readonly Sendable[],
  sentAt: number,
  failures: CallError[],
): Promise<End[]> {
  const ends: End[] = [];
  const upserts: Sendable[] = [];
  const first = users.map(async (sent) => {
    const failed = await take(context, tenant, sent, sent.steps.before, sent.user.lease.person.sub, failures);
    if (failed) ends.push(failed);
    else upserts.push(sent);
  });
  await Promise.all(first);
  if (upserts.length > 0) ends.push(...(await sendBulk(context, tenant, upserts, sentAt, failures)));
  return ends;
}

async function sendBulk(
  context: SyncContext,
  tenant: Tenant,
  upserts: readonly Sendable[],
  sentAt: number,
  failures: CallError[],
): Promise<End[]> {
  try {
    const bodies = upserts.map(({ steps }) => steps.bulk);
    const tokens = upserts.map(({ user }) => user.lease.token);
    const startBefore = latestStart(context, tokens, tenant.timeoutMs);
    const results = await traceSend("to-cidaas", bodies.length, () => tenant.bulk(bodies, startBefore));
    failures.push(...new Set(results.flatMap((result) => (result.state === "CALL_FAILED" ? [result.error] : []))));
    const ends = upserts.map(async (sent, index): Promise<End> => {
      const result = results[index];
      const sub = result?.state === "UPDATED" ? (result.sub ?? sent.user.lease.person.sub) : null;
      const failed = sub && (await take(context, tenant, sent, sent.steps.after, sub, failures));
      if (failed) return inDoubt(failed);
      return inDoubtAfterSteps(sent, await endOf(context, tenant, sent, result, sentAt));
    });
    return await Promise.all(ends);
  } catch (error) {
    const failure = asCallError(error);
    failures.push(failure);
    return upserts.map((sent) => inDoubtAfterSteps(sent, endOfFailure(context, sent.user, failure)));
  }
}

/** Takes the steps of one user. Resolves with the user's end where one fails, else with null. */
async function take(
  context: SyncContext,
  tenant: Tenant,
  { user }: Sendable,
  steps: readonly Step[],
  sub: string | null,
  failures: CallError[],
): Promise<End | null> {
  if (sub === null) return null;
  const startBefore = latestStart(context, [user.lease.token], tenant.timeoutMs);
  try {
    for (const step of steps) {
      await traceSend("to-cidaas", 1, () =>
        step.do === "clear"
          ? tenant.updateProfile(sub, step.change, startBefore)
          : tenant.setStatus(sub, step.status, "Changed in the legacy system", startBefore),
      );
    }
    return null;
  } catch (error) {
    const failure = asCallError(error);
    failures.push(failure);
    return endOfFailure(context, user, failure);
  }
}

async function sendDelete(
  context: SyncContext,
  tenant: Tenant,
  user: OutgoingUser,
  options: DeliverOptions,
  sentAt: number,
  failures: CallError[],
): Promise<End> {
  try {
    return await remove(context, tenant, user, options, sentAt);
  } catch (error) {
    const failure = asCallError(error);
    failures.push(failure);
    return endOfFailure(context, user, failure);
  }
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

async function remove(
  context: SyncContext,
  tenant: Tenant,
  user: OutgoingUser,
  { deletes }: DeliverOptions,
  sentAt: number,
): Promise<End> {
  const { token, person } = user.lease;
  if (deletes === "ignore" || person.sub === null)
    return { user, settlement: { token, outcome: "skipped" }, state: "UNCHANGED" };
  const { sub } = person;
  const startBefore = latestStart(context, [token], tenant.timeoutMs);
  await traceSend("to-cidaas", 1, () =>
    deletes === "purge"
      ? tenant.purge(sub, startBefore)
      : tenant.setStatus(sub, DECLINED, "Deleted in the legacy system", startBefore),
  );
  const present = deletes === "purge" ? { legacy: false, cidaas: false } : { legacy: false };
  const ledger = ledgerAfter(user.plan, { at: sentAt, until: context.now() });
  return { user, settlement: { token, outcome: "delivered", present, ledger }, state: "DELETED" };
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
    if (end.state === "HELD") return { state: "HELD", ...ids, message: end.held ?? "" };
    return { state: end.state, ...ids };
  });
}
