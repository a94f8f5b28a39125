import { adoptUsers } from "../../lib/cidaas/adoption";
import { type CatchUpOptions, catchUp } from "../../lib/cidaas/catch-up";
import { deliverBatch } from "../../lib/cidaas/deliver";
import { adoptedFrom, type CidaasGate, prepareForCidaas } from "../../lib/cidaas/gate";
import type { CidaasUser, Tenant } from "../../lib/cidaas/types";
import { activeStatusOf } from "../../lib/delivery/brake";
import { isBuried, showsOlder } from "../../lib/delivery/bring";
import type { SyncContext } from "../../lib/delivery/context";
import { extendLeases } from "../../lib/delivery/extend";
import { asCallError, settlementOfFailure } from "../../lib/delivery/failure";
import { LaneGates } from "../../lib/delivery/lane-gates";
import { mapLegacyRecord, mapTaken } from "../../lib/delivery/mapping";
import { LeaseRegistry } from "../../lib/delivery/registry";
import { marksOf } from "../../lib/delivery/source";
import { CallError, toSyncError } from "../../lib/errors";
import { deliverToLegacy } from "../../lib/legacy/deliver";
import type { LegacyTarget } from "../../lib/legacy/types";
import { compilePath } from "../../lib/mapping/paths";
import { createSealer } from "../../lib/mapping/seal";
import { toTime } from "../../lib/mapping/time";
import type { Lease, Settlement, SyncStore } from "../../lib/store/types";
import { emptyChange } from "../../lib/sync/change";
import { createPrinter } from "../../lib/sync/prints";
import type { ChangeKind, Item, JsonObject, Lane } from "../../lib/sync/types";
import { LANES } from "../../lib/sync/types";
import { itemOf } from "../../nodes/shared/envelope";
import type { Calls } from "./calls";
import { LEASE_MS } from "./lease";
import type { Mutant } from "./mutants";
import { remembering } from "./remembering";
import { compiledRules, type Shapes } from "./rules";
import { Crashed } from "./scheduler";
import { timelessTenant, trustingLegacy, trustingTenant } from "./trusting";
import { type TenantNews, TOLERANCE_MS } from "./world";

const LAG_PAUSE_MS = 2_000;
const MISSING_READS = 3;
const AT_ONCE = 4;

const PRINTER = remembering(createPrinter(Buffer.alloc(32, 7)));
const SEALER = createSealer();

/** One Node-RED of the model: the work of the nodes between the store and the two systems, as thin as theirs. */
export class Process {
  readonly context: SyncContext;
  readonly #tenant: Tenant;
  readonly #legacy: LegacyTarget;
  readonly #calls: Calls;
  readonly #mutant: Mutant | null;
  /** What no process may throw. */
  readonly #onFault: (error: unknown) => void;
  /** Nothing is brought to cidaas before its users are known. */
  #adopting = false;

  constructor(
    store: SyncStore,
    now: () => number,
    tenant: Tenant,
    legacy: LegacyTarget,
    calls: Calls,
    { mutant, shapes }: { mutant: Mutant | null; shapes: Shapes },
    onFault: (error: unknown) => void,
  ) {
    this.#tenant = mutant?.trustsAddresses ? trustingTenant(tenant) : tenant;
    this.#legacy = mutant?.trustsAddresses ? trustingLegacy(legacy) : legacy;
    this.#calls = calls;
    this.#mutant = mutant;
    this.#onFault = onFault;
    const rules = compiledRules(shapes);
    this.context = {
      settings: {
        key: "users",
        legacyKey: "id",
        legacyKeyInCidaas: "customFields.legacy_id",
        subStrategy: "uuid5",
        subNamespace: "6f0f3c52-7d0e-4a53-9a0a-0c6b4f1f7a11",
        legacyTime: "updated",
        legacyDeleted: null,
        legacyVerified: "verified",
        firstContact: "newest",
        clockToleranceMs: TOLERANCE_MS,
        brake: { count: Number.POSITIVE_INFINITY, share: 0 },
        ...mutant?.settings,
      },
      paths: {
        legacyKey: compilePath("id"),
        keyInCidaas: compilePath("customFields.legacy_id"),
        legacyTime: compilePath("updated"),
        legacyDeleted: null,
        legacyVerified: compilePath("verified"),
      },
      checkLegacy: null,
      ...rules,
      activeStatus: activeStatusOf(rules.map, PRINTER),
      printer: PRINTER,
      sealer: SEALER,
      store,
      registry: new LeaseRegistry(),
      gates: new LaneGates(),
      leaseMs: LEASE_MS,
      now,
      hasTaker: () => true,
    };
  }

  get isDead(): boolean {
    return this.#calls.isDead;
  }

  crash(): void {
    this.#calls.crash();
  }

  /** As cidaas-webhook-in. Resolves with whether it was answered 200. */
  async webhook({ sub, eventtype, createTime }: TenantNews): Promise<boolean> {
    const change = emptyChange(eventtype === "ACCOUNT_DELETED" ? "delete" : "upsert", this.context.now());
    const span = { first: createTime, last: createTime };
    return this.#accept(() =>
      this.context.store.mark("to-legacy", [{ sub, change: { ...change, span, events: [eventtype] } }]),
    );
  }

  /** As field-mapper and bulk-batcher. Resolves with whether the record is safe. */
  async legacyRecord(record: JsonObject, kind: ChangeKind): Promise<boolean> {
    return this.#accept(async () => {
      const trusted = this.#mutant?.trustsAddresses ? { ...record, verified: true } : record;
      const mapped = await mapLegacyRecord(this.context, trusted, { kind, occurredAt: null, backfill: null });
      const envelope = { v: 1, lane: "to-cidaas", items: [mapped.item] } as const;
      await this.context.store.mark(
        "to-cidaas",
        marksOf(this.context, { ...envelope, items: [mapped.item] }, [mapped.record]),
      );
    });
  }

  catchUp(): Promise<boolean> {
    return this.#accept(async () => {
      if (this.#mutant?.neverCatchesUp) return;
      await catchUp(this.#reading());
    });
  }

  /** As bulk-batcher before it takes anybody. */
  adopt(): Promise<boolean> {
    this.#adopting = true;
    return this.#accept(async () => {
      await adoptUsers(this.#reading());
      this.#adopting = false;
    });
  }

  #reading(): CatchUpOptions {
    const { store, now } = this.context;
    return { tenant: this.#tenant, store, now, toAdopted: (user) => adoptedFrom(this.context, user) };
  }

  /** As the takers of both lanes, once. */
  async take(): Promise<void> {
    const { store, registry, gates, now } = this.context;
    registry.dropExpired(now());
    for (const lane of LANES) {
      if (lane === "to-cidaas" && this.#adopting) continue;
      const room = AT_ONCE - registry.count(lane);
      if (room <= 0 || gates.closedFor(lane, now()) !== null) continue;
      await this.#guard(async () => {
        const { leases } = await store.take(lane, room);
        registry.add(leases);
        for (const lease of leases) void this.#guard(() => this.#work(lane, lease));
      });
    }
  }

  async #accept(work: () => Promise<void>): Promise<boolean> {
    let done = false;
    await this.#guard(async () => {
      await work();
      done = true;
    });
    return done;
  }

  async #guard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const expected = error instanceof CallError || error instanceof Crashed || this.isDead;
      if (!expected) this.#onFault(toSyncError(error));
    }
  }

  #work(lane: Lane, lease: Lease): Promise<void> {
    return lane === "to-legacy" ? this.#toLegacy(lease) : this.#toCidaas(lease);
  }

  /** As bulk-batcher and cidaas-bulk-upsert with a batch of one. */
  async #toCidaas(lease: Lease): Promise<void> {
    const { context } = this;
    const gate: CidaasGate = {
      tenant: this.#mutant?.trustsReads ? timelessTenant(this.#tenant) : this.#tenant,
      bulkUpdates: "merge",
      verify: "pending",
      adopted: true,
      readLegacy: async ({ person: { legacyId, sub }, change }) => {
        if (change.kind === "delete" && this.#mutant?.deletesUnseen) return null;
        return legacyId === null ? "unreadable" : this.#legacy.read({ legacyId, sub });
      },
    };
    const prepared = await prepareForCidaas(context, gate, lease).catch((error: unknown) => {
      return { settlement: settlementOfFailure(context, lease, asCallError(error)) };
    });
    if ("settlement" in prepared) {
      await this.#settle(prepared.settlement);
      return;
    }
    if (!context.registry.claim(lease.token)) return;
    await deliverBatch(context, this.#tenant, [prepared], [prepared.body], { deletes: "purge", dryRun: false });
  }

  /** As cidaas-user-fetch, field-mapper and legacy-out. */
  async #toLegacy(lease: Lease): Promise<void> {
    const { context } = this;
    const { sub } = lease.person;
    if (sub === null) return this.#settle({ token: lease.token, outcome: "unchanged" });
    const held = await extendLeases(context, [{ token: lease.token }]);
    if (held.size === 0) return;
    if (isBuried(context, lease)) return this.#settle({ token: lease.token, outcome: "refused" });
    const readAt = context.now();
    let user: CidaasUser | null;
    try {
      const isBelieved = lease.change.kind === "delete" && this.#mutant?.deletesUnseen;
      user = isBelieved ? null : await this.#tenant.readUser(sub);
    } catch (error) {
      return this.#settle(settlementOfFailure(context, lease, asCallError(error)));
    }
    const early = this.#endOfRead(lease, user, readAt);
    if (early) return this.#settle(early);
    const mapped = user && (await mapTaken(context, user));
    const claimed = context.registry.claim(lease.token);
    if (!claimed) return;
    const item: Item = {
      ...itemOf(lease),
      kind: mapped ? "upsert" : "delete",
      legacyId: lease.person.legacyId ?? mapped?.legacyId ?? null,
      ...(mapped ? { readAt, source: mapped.source } : {}),
    };
    const options = { deletes: "delete", dryRun: false } as const;
    await deliverToLegacy(context, this.#legacy, claimed, item, mapped?.record ?? {}, options);
  }

  /** Null for what goes on to the sender: a user as it is now, or one whose deletion an event told. */
  #endOfRead({ token, change, person, attempt }: Lease, user: CidaasUser | null, readAt: number): Settlement | null {
    const again = { token, outcome: "retry", notBefore: readAt + LAG_PAUSE_MS } as const;
    if (user === null) {
      if (change.kind === "delete") return null;
      if (person.deletedAt !== null) return { token, outcome: "unchanged" };
      const reason = { code: "USER_MISSING", message: "Not there." };
      return attempt < MISSING_READS ? { ...again, reason } : { token, outcome: "parked", reason };
    }
    if (user.userStatus === "COMBINED")
      return { token, outcome: "parked", reason: { code: "USER_COMBINED", message: "Merged into another one." } };
    if (this.#mutant?.trustsReads || !showsOlder(toTime(user.updatedTime), change.span?.last ?? 0, readAt)) return null;
    return { ...again, counts: false, reason: { code: "READ_LAGS", message: "The read lags." } };
  }

  async #settle(settlement: Settlement): Promise<void> {
    await this.context.store.settle([{ ...settlement, beforeSender: true }]);
    this.context.registry.drop([settlement.token]);
  }
}
