import { askBrake } from "../delivery/brake";
import { isAwaited, LEGACY_KEY_RULE, missing, prepare } from "../delivery/bring";
import type { SyncContext } from "../delivery/context";
import type { Delivered } from "../delivery/delivered";
import { extendLeases, latestStart, whileHeld } from "../delivery/extend";
import { asCallError, report, settlementOfFailure } from "../delivery/failure";
import { linkedByCreate } from "../delivery/look-up";
import { isTrue } from "../delivery/mapping";
import { withReplacedPasswords } from "../delivery/opaque";
import { lostRules } from "../delivery/proof";
import { openSecrets, overlay, presentRules } from "../delivery/secrets";
import { settledBy, wholeUser } from "../delivery/settled";
import { withCoveredEdits } from "../delivery/since-look";
import { newsOfMapped } from "../delivery/source";
import { CallError } from "../errors";
import type { Lease, Settlement } from "../store/types";
import { emptyChange } from "../sync/change";
import { emptied } from "../sync/ledger";
import { lossesOf } from "../sync/losses";
import { intentOf, ledgerAfter, type Settleable } from "../sync/plan";
import type { BrakeKind, Identifier, Intent, Item, Json, JsonObject, RuleId } from "../sync/types";
import { traceSend, traceSettle } from "../trace";
import { idsOf, readerOf, spanOfUser } from "./reading";
import type { LegacyTarget } from "./types";

/** Tries before an interrupted create of a deleted user is taken for one that never was. */
const CREATED_TRIES = 4;
const CREATED = {
  code: "CREATE_UNKNOWN",
  message: "The user was deleted while it was being created, and nobody can say yet whether it was.",
};

export interface LegacyDeliverOptions {
  deletes: "delete" | "ignore";
  dryRun: boolean;
}

/** How the work on one person ended, before it is settled. */
interface End {
  state: Delivered["state"];
  settlement: Settlement;
  /** What stopped the lane that holds the person. */
  held?: string;
  legacyId?: string | null;
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
  if (item.kind === "delete") return remove(context, target, leased, options);
  const lease = await linkedByKey(context, leased, item.legacyId);
  if (lease === null)
    return parked(leased, "LINK_TAKEN", "The legacy id that cidaas holds for this user belongs to another user.");
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
  const intent = intentOf(prepared.plan, context.now(), identifiers);
  const held = await extendLeases(context, [{ token: lease.token, intent, ledger: prepared.plan.proven }]);
  if (held.size === 0) return ended("RETRY", lease, { outcome: "retry", counts: false });
  return prepared.plan.create ? create(work) : update(work, prepared.present);
}

/** Null for whoever was not made anew by an update of ours; see `lostRules`. */
function endIfMadeAnew(context: SyncContext, lease: Lease, held: readonly RuleId[]): End | null {
  const intent = lease.intents.find(({ side }) => side === "cidaas") ?? null;
  const lost = lostRules(lease, intent, held);
  if (intent === null || lost.length === 0) return null;
  const now = context.now();
  const ledger = emptied(lease.ledger, "cidaas", lost, { at: intent.at, until: now });
  return ended("RETRY", lease, {
    outcome: "retry",
    counts: false,
    notBefore: now,
    ledger,
    marks: [wholeUser(context)],
  });
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
  if (isAwaited(lease)) return ended("RETRY", lease, missing(lease));
  const everything = Object.keys(work.plan.news);
  return create({ ...work, plan: { ...plan, create: true, write: everything } });
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
    ...(legacyId === null ? {} : { link: { legacyId } }),
    ...rest,
    marks: isNew ? [...marks, ...keyWriteBack(context)] : marks,
  });
}

/** An interrupted create turned out to have succeeded: cidaas has still to learn the legacy id. */
function withKeyWriteBack(context: SyncContext, lease: Lease, settlement: Settlement): Settlement {
  const isOpen = settlement.outcome === "retry" || settlement.outcome === "parked";
  if (isOpen || !isUnfinishedCreate(lease)) return settlement;
  return { ...settlement, marks: [...(settlement.marks ?? []), ...keyWriteBack(context)] };
}

/** The create is settled first; the user then comes again at once, to be updated. */
function settleFound(context: SyncContext, lease: Lease, { proven }: Settleable): End {
  return ended("RETRY", lease, {
    outcome: "retry",
    counts: false,
    notBefore: context.now(),
    keepIntent: false,
    ledger: proven,
    present: { legacy: true, cidaas: true },
    marks: keyWriteBack(context),
  });
}

function isUnfinishedCreate(lease: Lease): boolean {
  return unfinishedCreate(lease) !== undefined;
}

function unfinishedCreate({ intents }: Lease): Intent | undefined {
  return intents.find(({ side, create }) => side === "legacy" && create);
}

/** The wish to bring the legacy id into cidaas, where the configuration keeps it there. */
function keyWriteBack(context: SyncContext): NonNullable<Settlement["marks"]> {
  if (context.paths.keyInCidaas === null || !context.hasTaker("to-cidaas")) return [];
  return [{ lane: "to-cidaas", change: { ...emptyChange("upsert", context.now()), force: [LEGACY_KEY_RULE] } }];
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
    link: { legacyId: own.legacyId },
    marks: keyWriteBack(context),
  });
}

async function foundId(work: Work): Promise<string | null> {
  if (!work.target.canFind) return null;
  const found = await work.target.find(idsOf(work.lease), work.record);
  return found.length === 1 ? (found[0]?.legacyId ?? null) : null;
}

async function remove(
  context: SyncContext,
  target: LegacyTarget,
  leased: Lease,
  options: LegacyDeliverOptions,
): Promise<End> {
  const gone = { cidaas: false };
  const created = unfinishedCreate(leased);
  const isUnknown = leased.person.legacyId === null && created !== undefined;
  const lease = (isUnknown && (await linkedByCreate(context, leased, created))) || leased;
  if (options.deletes === "ignore") return ended("UNCHANGED", lease, { outcome: "skipped", present: gone });
  if (lease.person.legacyId === null) {
    // The user may have been made, and the legacy system has still to tell of it.
    if (isUnknown && lease.attempt < CREATED_TRIES) return ended("RETRY", lease, { outcome: "retry", reason: CREATED });
    return ended("UNCHANGED", lease, { outcome: "unchanged", present: gone });
  }
  if (!target.canDelete)
    return parked(
      lease,
      "LEGACY_CANNOT_DELETE",
      "The legacy system has no deletePath. Give one, or set deletes to ignore.",
    );
  const braked = await endByBrake(context, lease, ["delete"]);
  if (braked) return braked;
  const held = await extendLeases(context, [{ token: lease.token }]);
  if (held.size === 0) return ended("RETRY", lease, { outcome: "retry", counts: false });
  await traceSend("to-legacy", 1, () => target.remove(idsOf(lease), startBefore({ context, target, lease })));
  return ended("DELETED", lease, { outcome: "delivered", present: { cidaas: false, legacy: false } });
}

/** Null where the brake lets the write go. */
async function endByBrake(context: SyncContext, lease: Lease, kinds: BrakeKind[]): Promise<End | null> {
  return (await askBrake(context, "to-legacy", [{ lease, kinds }])).get(lease.token) ?? null;
}

function endOfSettlement(settlement: Settlement): End {
  if (settlement.outcome === "parked") return { state: "PARKED", settlement };
  return { state: settlement.outcome === "retry" ? "RETRY" : "UNCHANGED", settlement };
}

function ended(state: Delivered["state"], lease: Lease, settlement: Omit<Settlement, "token">): End {
  return { state, settlement: { token: lease.token, ...settlement } };
}

function parked(lease: Lease, code: string, message: string): End {
  return ended("PARKED", lease, { outcome: "parked", reason: { code, message } });
}

function pick(values: Record<RuleId, Json[]>, rules: readonly RuleId[]): Record<RuleId, Json[]> {
  return Object.fromEntries(rules.flatMap((rule) => (values[rule] ? [[rule, values[rule]]] : [])));
}
