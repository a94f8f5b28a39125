import type { Lease, Settlement } from "../store/types";
import { tellsDeletion } from "../sync/change";
import type { News, TargetView } from "../sync/decision";
import { ledgerProvenBy, type Plan, type PlanInput, planFor, type Settleable } from "../sync/plan";
import { EVENT_LAG_MS, LAG_LIMIT_MS } from "../sync/times";
import type { Identifier, Intent, JsonObject, Ledger, Print, RuleId, Side } from "../sync/types";
import { otherSide, targetOf } from "../sync/types";
import { trace } from "../trace";
import type { SyncContext } from "./context";
import { LEGACY_KEY_RULE } from "./legacy-key";
import { type LookingReader, lookUp, printsOf } from "./look-up";
import { opaqueEditsOf } from "./opaque";
import { isAwaited, isEdit, missing, rivalOf, wasThere } from "./other-lane";
import { resolvePerson } from "./person";
import { echoedIn, unprovenRules, withProof } from "./proof";
import { nameableRules, namedRules, withSetAgain } from "./set-again";
import { foundBy, settledBy } from "./settled";

const ID_REUSED = {
  code: "LEGACY_ID_REUSED",
  message:
    "The legacy system has given the id of a deleted user to one with other identifiers. If it is the same person, correct the identifier; if not, give this user another id.",
};
const READ_LAGS = {
  code: "READ_LAGS",
  message: "A read still shows the user as it was before a change that is known.",
};

const WAIT_MS = 2_000;

/** What the source says of the person. */
export interface SourceNews {
  news: Record<RuleId, News>;
  identifiers: Identifier[];
  /** Prints of identifiers that the person had in changes which waited before this one. */
  former: readonly Print[];
  /** Entries that the change has made more exact, though it may bring nothing new. */
  learned: Ledger;
}

/** The side a gate writes to, as far as reading goes. */
export interface TargetReader extends LookingReader {
  /** When the record last changed by its own word, ms. */
  editAt(record: JsonObject): number | null;
  /** What a vanished user of an update means. */
  missing: "create" | "retry";
  /** Whether a write of these rules has to carry more than them, so that it needs the present record. */
  needsRecord(write: readonly RuleId[]): boolean;
  verifyAlways: boolean;
}

export type Prepared =
  | { do: "settle"; settlement: Settlement }
  /** `present` is the target's record where it was read. */
  | { do: "write"; lease: Lease; plan: Settleable; present: JsonObject | null; identifiers: Identifier[] };

/** Brings one leased person as far as it goes without writing to the target. May throw the target's `CallError`. */
export async function prepare(
  context: SyncContext,
  leased: Lease,
  source: SourceNews,
  reader: TargetReader,
): Promise<Prepared> {
  if (isBuried(context, leased)) return settle(leased, { outcome: "refused" });
  const intent = leased.intents.find((open) => open.side === targetOf(leased.lane)) ?? null;
  // Whether our own create succeeded comes first: its user would look like a stranger with the same identifier.
  if (intent?.create) return readAndConclude(context, leased, source, reader, intent, false);
  const resolved = await resolvePerson(context, leased, source.identifiers, source.former);
  if ("settlement" in resolved) return { do: "settle", settlement: resolved.settlement };
  const { lease, exists } = resolved;
  if (await isSomebodyElse(context, lease, source.identifiers)) return park(lease, ID_REUSED.code, ID_REUSED.message);

  if (exists && !intent && !mustRead(lease)) {
    const plan = plans(context, lease, lease.ledger, source, reader, { state: "unread" });
    const enough = plan.do === "settle" && !reader.needsRecord(plan.write);
    if (enough || plan.do === "park" || plan.do === "again") return conclude(context, lease, plan, source, null);
  }
  if (!exists && !intent) {
    return conclude(
      context,
      lease,
      plans(context, lease, lease.ledger, source, reader, { state: "absent" }),
      source,
      null,
    );
  }
  return readAndConclude(context, lease, source, reader, intent, exists);
}

async function readAndConclude(
  context: SyncContext,
  leased: Lease,
  source: SourceNews,
  reader: TargetReader,
  intent: Intent | null,
  exists: boolean,
): Promise<Prepared> {
  const target = targetOf(leased.lane);
  // A process that stood still since has not seen any later state.
  const lookedAt = context.now();
  const seen = await lookUp(context, leased, reader, intent);
  if ("settlement" in seen) return { do: "settle", settlement: seen.settlement };
  const { lease, record } = seen;
  if (record === null) {
    // An event of the user tells that it was made, though the create was never answered; so does a deletion that still waits.
    const isDeletedSince = lease.other !== null && tellsDeletion(lease.other);
    const neverMade = !isDeletedSince && !wasThere(lease) && (!exists || intent?.create === true);
    if (!neverMade && (isAwaited(lease) || reader.missing === "retry")) {
      return settle(lease, missing(lease, context.now()));
    }
    return conclude(context, lease, plans(context, lease, {}, source, reader, { state: "absent" }), source, null);
  }
  const readable = record === "unreadable" ? null : record;
  const prints = readable ? printsOf(context, target, readable) : {};
  const editAt = readable && reader.editAt(readable);
  // The user may be there because the open update has made it anew: what the deletion says comes first.
  const isDeletedOnce = intent?.create === false && lease.other !== null && tellsDeletion(lease.other);
  if (isDeletedOnce || showsOlder(editAt, lastKnown(lease), lookedAt)) {
    return later(lease, context.now());
  }
  const time = { now: context.now(), flightMs: context.leaseMs };
  const proven = intent ? ledgerProvenBy(intent, lease.ledger, prints, context.policies, time) : lease.ledger;
  // A legacy record is dated by the legacy system: it tells when the write that it proves took effect.
  const recordAt = target === "legacy" ? editAt : null;
  const ledger = echoedIn(proven, lease.ledger, prints, recordAt, context.settings.clockToleranceMs);
  const unproven = intent && !intent.create ? unprovenRules(intent, ledger, lease.ledger) : [];
  const isNameable = intent !== null && nameableRules(context.map, intent).some((rule) => unproven.includes(rule));
  if (isNameable && isEventOnItsWay(lease, intent, editAt, lookedAt)) {
    return later(lease, context.now());
  }
  const named = intent ? namedRules(context.map, lease.other, intent) : [];
  const setAgain = named.filter((rule) => unproven.includes(rule));
  const plan = plans(context, lease, ledger, source, reader, { state: "read", prints, editAt }, setAgain);
  return conclude(context, lease, intent ? withProof(plan, intent, ledger, lease.ledger) : plan, source, readable);
}

/** The user was edited after our write was sent, by it or by somebody: the event that tells which may come yet. */
function isEventOnItsWay({ other }: Lease, intent: Intent, editAt: number | null, lookedAt: number): boolean {
  if (editAt === null || editAt <= intent.at || lookedAt - editAt > LAG_LIMIT_MS) return false;
  return (other?.span?.last ?? 0) + EVENT_LAG_MS < editAt;
}

function plans(
  context: SyncContext,
  lease: Lease,
  ledger: Ledger,
  source: SourceNews,
  reader: TargetReader,
  target: TargetView,
  setAgain: readonly RuleId[] = [],
): Plan {
  const side = otherSide(targetOf(lease.lane));
  const intent = lease.intents.find((open) => open.side === side) ?? null;
  // A password set in cidaas counts from its event on, whichever lane is first.
  const waiting = side === "legacy" && lease.other ? opaqueEditsOf(context, lease, lease.other, ledger).ledger : {};
  const learned = learnedOf(source, side, ledger);
  const input: PlanInput = {
    source: side,
    now: context.now(),
    policies: context.policies,
    news: intent ? withSetAgain(context.map, source.news, lease.change, ledger, intent) : source.news,
    force: lease.change.force,
    thaw: lease.change.thaw ?? [],
    late: lease.change.late ?? {},
    backfill: lease.change.backfill,
    ledger: { ...ledger, ...learned, ...waiting },
    learned,
    intent,
    target,
    setAgain,
    flightMs: context.leaseMs,
    rival: isEdit(lease.other) ? rivalOf(lease.other, side, lease, context.settings.clockToleranceMs) : null,
    verifyAlways: reader.verifyAlways,
    firstContact: context.settings.firstContact,
    clockTolerance: context.settings.clockToleranceMs,
  };
  const plan = planFor(input);
  const { token, lane, person } = lease;
  trace("lease-planned", { token, lane, person: person.id, legacyId: person.legacyId, input, plan });
  return plan;
}

/** What the change has taught of its own side, over what a look at the target has told of both meanwhile. */
function learnedOf({ learned }: SourceNews, side: Side, ledger: Ledger): Ledger {
  return Object.fromEntries(
    Object.entries(learned).map(([rule, entry]) => {
      const known = ledger[rule] ?? entry;
      const { [side]: own } = entry;
      // What an open write is proven to have brought from there was accepted after all that.
      const isAccepted = known[side].print !== own.print || known[side].editAt !== own.editAt;
      return [rule, { ...known, [side]: isAccepted ? { ...known[side], writes: own.writes } : own }];
    }),
  );
}

/**
 * Whether a record is older than an edit that is known already. A target that still says so after a while is believed:
 * not every event moves the record's time.
 *
 * @param lookedAt when the record was asked for, ms
 */
export function showsOlder(updatedAt: number | null, known: number, lookedAt: number): boolean {
  return updatedAt !== null && updatedAt + EVENT_LAG_MS < known && lookedAt - known < LAG_LIMIT_MS;
}

/** The last edit or write of ours that the target's record must show. */
function lastKnown(lease: Lease): number {
  const target = targetOf(lease.lane);
  const writes = Object.values(lease.ledger).flatMap((entry) => entry[target].writes.slice(0, 1));
  return Math.max(lease.other?.span?.last ?? 0, ...writes.map((write) => write.at));
}

function conclude(
  { now }: SyncContext,
  lease: Lease,
  plan: Plan,
  source: SourceNews,
  present: JsonObject | null,
): Prepared {
  if (plan.do === "again") return later(lease, now());
  if (plan.do === "park") return park(lease, plan.code, plan.message);
  // A plan made after reading never asks to read; one made before is only concluded when it does not.
  if (plan.do === "read") return park(lease, "INTERNAL", "The target was read, and is asked for again.");
  if (plan.write.length > 0 || plan.create)
    return { do: "write", lease, plan, present, identifiers: source.identifiers };
  if (lease.change.force.includes(LEGACY_KEY_RULE)) {
    return { do: "write", lease, plan, present, identifiers: source.identifiers };
  }
  return settle(lease, {
    outcome: plan.refused.length + plan.frozen.length > 0 ? "refused" : "unchanged",
    ...settledBy(lease, plan),
    ...foundBy(lease, plan),
    ledger: plan.ledger,
  });
}

/** A read may show the user as it was a moment ago. */
function later(lease: Lease, now: number): Prepared {
  return settle(lease, { outcome: "retry", notBefore: now + WAIT_MS, counts: false, reason: READ_LAGS });
}

function mustRead(lease: Lease): boolean {
  return lease.change.force.includes(LEGACY_KEY_RULE);
}

/** A tombstone stops changes older than the deletion, among them the echo of the deletion itself. */
export function isBuried(context: SyncContext, lease: Lease): boolean {
  const { deletedAt } = lease.person;
  if (deletedAt === null || lease.change.span === null) return false;
  return lease.change.span.last <= deletedAt + context.settings.clockToleranceMs;
}

/** A legacy id may be given to another person once its user is deleted: an identifier in common tells who it is. */
async function isSomebodyElse(
  { store }: SyncContext,
  { lane, person }: Lease,
  identifiers: readonly Identifier[],
): Promise<boolean> {
  if (targetOf(lane) !== "cidaas" || person.deletedAt === null) return false;
  const prints = identifiers.map(({ print }) => print);
  const carriers = await Promise.all([
    store.findByIdentifier("legacy", prints),
    store.findByIdentifier("cidaas", prints),
  ]);
  return !carriers.flat().some((carrier) => carrier.person.id === person.id);
}

function settle(lease: Lease, settlement: Omit<Settlement, "token">): Prepared {
  return { do: "settle", settlement: { token: lease.token, ...settlement } };
}

function park(lease: Lease, code: string, message: string): Prepared {
  return settle(lease, { outcome: "parked", reason: { code, message } });
}
