import { prepare } from "../delivery/bring";
import type { SyncContext } from "../delivery/context";
import type { Delivered } from "../delivery/delivered";
import { extendLeases, latestStart, whileHeld } from "../delivery/extend";
import { asCallError, report, settlementOfFailure } from "../delivery/failure";
import { keyWriteBack } from "../delivery/legacy-key";
import { isTrue } from "../delivery/mapping";
import { withReplacedPasswords } from "../delivery/opaque";
import { isAwaited, missing } from "../delivery/other-lane";
import { withLegacyUser } from "../delivery/person";
import { openSecrets, overlay, presentRules } from "../delivery/secrets";
import { settledBy } from "../delivery/settled";
import { withCoveredEdits } from "../delivery/since-look";
import { newsOfMapped } from "../delivery/source";
import { CallError } from "../errors";
import { LINK_TAKEN } from "../store/codes";
import type { Lease } from "../store/types";
import { lossesOf } from "../sync/losses";
import { intentOf, ledgerAfter, type Settleable } from "../sync/plan";
import type { Identifier, Item, Json, JsonObject, RuleId } from "../sync/types";
import { traceSend, traceSettle } from "../trace";
import { type End, endByBrake, ended, endOfSettlement, parked } from "./ends";
import { idsOf, readerOf, spanOfUser } from "./reading";
import { remove } from "./remove";
import type { LegacyTarget } from "./types";
import { endIfMadeAnew, isUnfinishedCreate, settleFound, withKeyWriteBack } from "./unfinished";

export interface LegacyDeliverOptions {
  deletes: "delete" | "ignore";
  dryRun: boolean;
}

/**
 * Brings one person, read from cidaas and mapped by the flow, to the legacy system, and settles the lease. Rejects with
 * a `CallError` when the legacy system or its configuration failed; the person then waits again.
 */
export async function deliverToLegacy(
  context: SyncContext,
  target: LegacyTarget,
  lease: Lease,
  item: Item,
  record: JsonObject,
  options: LegacyDeliverOptions,
): Promise<Delivered> {
  let end: End;
  let failure: CallError | null = null;
  try {
    end = await bring(context, target, lease, item, record, options);
  } catch (error) {
    failure = asCallError(error);
    end = endOfSettlement(settlementOfFailure(context, lease, failure));
  }
  // The lease may have learned ids while the person was worked on.
  const { person } = context.registry.get(lease.token) ?? lease;
  const settled = withReplacedPasswords(context, lease, end.settlement);
  const settlement = withCoveredEdits(context, lease, item.source?.updatedAt ?? null, settled);
  await traceSettle("to-legacy", 1, () => context.store.settle([settlement]));
  context.registry.drop([lease.token]);
  report(context, "to-legacy", failure ? [failure] : []);
  const ids = { sub: person.sub, legacyId: end.legacyId ?? person.legacyId };
  const { reason } = end.settlement;
  if (end.state === "HELD") return { state: "HELD", ...ids, message: end.held ?? "" };
  if (end.state !== "PARKED") return { state: end.state, ...ids };
  return { state: "PARKED", ...ids, code: reason?.code ?? "INTERNAL", message: reason?.message ?? "" };
}

async function bring(
  context: SyncContext,
  target: LegacyTarget,
  leased: Lease,
  item: Item,
  sealed: JsonObject,
  options: LegacyDeliverOptions,
): Promise<End> {
  if (options.dryRun) return ended("UNCHANGED", leased, { outcome: "skipped" });
  if (item.kind === "delete") return remove(context, target, leased, options.deletes);
  const lease = await linkedByKey(context, leased, item.legacyId);
  if (lease === null) return ended("RETRY", leased, { outcome: "retry", reason: LINK_TAKEN });
  const record = openSecrets(context, "legacy", sealed);
  const values = context.map.extract("legacy", record);
  const identifiers = item.source?.identifiers ?? [];
  const news = newsOfMapped(context, item, values, spanOfUser(context, lease, item.source?.updatedAt ?? null));
  const anew = endIfMadeAnew(context, lease, Object.keys(news));
  if (anew) return anew;
  const reader = readerOf(context, target, record);
  const prepared = await whileHeld(context, [lease.token], () =>
    prepare(context, lease, { news, identifiers, former: [], learned: {} }, reader),
  );
  if (prepared.do === "settle") return endOfSettlement(withKeyWriteBack(context, lease, prepared.settlement));
  // The intent of an update takes the place of the create's, and nothing else tells that cidaas lacks the legacy id.
  if (!prepared.plan.create && isUnfinishedCreate(lease)) return settleFound(context, lease, prepared.plan);
  const work: Work = { context, target, lease: prepared.lease, plan: prepared.plan, record, values, identifiers };
  const braked = await endByBrake(context, prepared.lease, lossesOf(prepared.plan, context.activeStatus));
  if (braked) return braked;
  return send(work, prepared.present);
}

/** Calls the legacy system, once the store has kept what is about to be written. */
async function send(work: Work, present: JsonObject | null): Promise<End> {
  const { context, lease, plan, identifiers, record } = work;
  const intent = intentOf(plan, context.now(), identifiers);
  if (intent.create) intent.sent = presentRules(context, "legacy", record);
  const held = await extendLeases(context, [{ token: lease.token, intent, ledger: plan.proven }]);
  if (held.size === 0) return ended("RETRY", lease, { outcome: "retry", counts: false });
  return plan.create ? create(work) : update(work, present);
}

interface Work {
  context: SyncContext;
  target: LegacyTarget;
  lease: Lease;
  plan: Settleable;
  /** The mapped record, secrets in the clear. */
  record: JsonObject;
  values: Record<RuleId, Json[]>;
  identifiers: Identifier[];
}

/** When a write of this work has to leave, at the latest. */
function startBefore({ context, target, lease }: Pick<Work, "context" | "target" | "lease">): number {
  return latestStart(context, [lease.token], target.timeoutMs);
}

/** The tenant may know the legacy id of a user that the store has not linked yet. */
async function linkedByKey(context: SyncContext, lease: Lease, legacyId: string | null): Promise<Lease | null> {
  if (legacyId === null || lease.person.legacyId !== null) return lease;
  const linked = await context.store.link(lease.token, { legacyId });
  if (linked) context.registry.refresh(linked);
  return linked;
}

async function create(work: Work): Promise<End> {
  const { context, target, lease, plan } = work;
  const sentAt = context.now();
  const body = context.map.build("legacy", pick(work.values, plan.write));
  let legacyId: string | null;
  try {
    ({ legacyId } = await traceSend("to-legacy", 1, () => target.create(idsOf(lease), body, startBefore(work))));
  } catch (error) {
    if (error instanceof CallError && error.code === "LEGACY_CONFLICT") return linkExisting(work, error);
    throw error;
  }
  legacyId ??= await foundId(work);
  if (legacyId === null) {
    return parked(
      lease,
      "LEGACY_ID_MISSING",
      "The legacy system created the user, but its answer has no id. Check idPath, or give a findPath.",
    );
  }
  return { ...delivered(work, "CREATED", sentAt, legacyId), legacyId };
}

async function update(work: Work, present: JsonObject | null): Promise<End> {
  const { context, target, lease, plan } = work;
  const sentAt = context.now();
  const written = context.map.build("legacy", pick(work.values, plan.write));
  const body =
    target.updates === "complete" && present ? overlay(presentRules(context, "legacy", present), written) : written;
  const answer = await traceSend("to-legacy", 1, () => target.update(idsOf(lease), body, startBefore(work)));
  if (answer === "updated") return delivered(work, "UPDATED", sentAt, null);
  if (isAwaited(lease)) return ended("RETRY", lease, missing(lease, context.now()));
  const everything = Object.keys(work.plan.news);
  return send({ ...work, plan: { ...plan, create: true, write: everything } }, null);
}

function delivered(work: Work, state: "CREATED" | "UPDATED", sentAt: number, legacyId: string | null): End {
  const { context, lease, plan } = work;
  const { marks = [], ...rest } = settledBy(lease, plan);
  const isNew = legacyId !== null || isUnfinishedCreate(lease);
  return ended(state, lease, {
    outcome: "delivered",
    ledger: ledgerAfter(plan, { at: sentAt, until: context.now() }),
    present: { legacy: true, cidaas: true },
    identifiers: { side: "cidaas", list: work.identifiers },
    ...(legacyId === null ? {} : { link: withLegacyUser(lease, legacyId) }),
    ...rest,
    marks: isNew ? [...marks, ...keyWriteBack(context)] : marks,
  });
}

/** A create met an existing user: the same person only if both sides have verified the e-mail. */
async function linkExisting(work: Work, conflict: CallError): Promise<End> {
  const { context, target, lease, identifiers } = work;
  if (!target.canFind) return parked(lease, conflict.code, conflict.message);
  const found = await target.find(idsOf(lease), work.record);
  const own = found[0];
  // Whoever was in the way may be gone since.
  if (!own)
    return ended("RETRY", lease, {
      outcome: "retry",
      keepIntent: false,
      reason: { code: conflict.code, message: conflict.message },
    });
  if (found.length > 1)
    return parked(lease, "FIND_AMBIGUOUS", "Several users of the legacy system match. Decide which of them it is.");
  const verifiedThere = isTrue(context.paths.legacyVerified?.get(own.record));
  const verifiedHere = identifiers.some((identifier) => identifier.kind === "email" && identifier.verified);
  if (!verifiedThere || !verifiedHere) {
    return parked(
      lease,
      "LINK_REVIEW",
      "The legacy system already has a user with this identifier, but the e-mail is not verified on both sides.",
    );
  }
  // The person comes again at once, now with its legacy id, and first contact decides.
  return ended("RETRY", lease, {
    outcome: "retry",
    counts: false,
    notBefore: context.now(),
    keepIntent: false,
    link: withLegacyUser(lease, own.legacyId),
    marks: keyWriteBack(context),
  });
}

async function foundId(work: Work): Promise<string | null> {
  if (!work.target.canFind) return null;
  const found = await work.target.find(idsOf(work.lease), work.record);
  return found.length === 1 ? (found[0]?.legacyId ?? null) : null;
}

function pick(values: Record<RuleId, Json[]>, rules: readonly RuleId[]): Record<RuleId, Json[]> {
  return Object.fromEntries(rules.flatMap((rule) => (values[rule] ? [[rule, values[rule]]] : [])));
}
