import { deliverBatch } from "../../../lib/cidaas/deliver";
import { adoptedFrom, prepareForCidaas } from "../../../lib/cidaas/gate";
import { compileUserCheck } from "../../../lib/cidaas/user-schema";
import type { SyncContext } from "../../../lib/delivery/context";
import type { Delivered } from "../../../lib/delivery/delivered";
import { LaneGates } from "../../../lib/delivery/lane-gates";
import { mapLegacyRecord, mapTaken } from "../../../lib/delivery/mapping";
import { policyOf } from "../../../lib/delivery/opaque";
import { LeaseRegistry } from "../../../lib/delivery/registry";
import { marksOf } from "../../../lib/delivery/source";
import { deliverToLegacy } from "../../../lib/legacy/deliver";
import { compileMap } from "../../../lib/mapping/compile";
import { compilePath } from "../../../lib/mapping/paths";
import { parseRules } from "../../../lib/mapping/rules";
import { createSealer } from "../../../lib/mapping/seal";
import type { Engine, Lease } from "../../../lib/store/types";
import { emptyChange } from "../../../lib/sync/change";
import { createPrinter } from "../../../lib/sync/prints";
import type { ChangeKind, Item, JsonObject, Lane } from "../../../lib/sync/types";
import { itemOf } from "../../../nodes/shared/envelope";
import { openMemoryEngine } from "../../model/store";
import { LegacyMemory, TenantMemory } from "./memories";

const LEASE_SECONDS = 60;
const RULES = parseRules([
  { id: "email", cidaas: "email", legacy: "email" },
  { id: "first", cidaas: "given_name", legacy: "first" },
  { id: "last", cidaas: "family_name", legacy: "last" },
  { id: "mobile", cidaas: "mobile_number", legacy: "mobile", direction: "to-cidaas" },
  {
    id: "status",
    cidaas: "userStatus",
    legacy: [],
    direction: "to-cidaas",
    write: "create",
    transform: "constant",
    options: { toCidaas: "VERIFIED" },
  },
]);
const PATHS = { legacyKey: "id", keyInCidaas: "customFields.legacy_id", legacyTime: "updated", verified: "verified" };

/** The code of the senders and gates between two systems in memory, without nodes, over a store in memory. */
export class TwoSides {
  readonly legacy = new LegacyMemory(() => this.now + this.legacyAheadMs);
  readonly tenant = new TenantMemory(() => this.now);
  readonly context: SyncContext;
  /** How far the clock of the legacy system is ahead of ours and of the tenant's. */
  legacyAheadMs = 0;
  /** Before somebody is taken; longer than any back-off, so that nobody waits, and than any read may lag. */
  pauseMs = 10 * 60_000;
  /** Members that the flow gives every legacy record on its way. */
  addedByFlow: JsonObject = {};
  /** What was told last of somebody who was brought to the legacy system. */
  told: Delivered | null = null;
  readonly #engine: Engine;
  readonly #clock: { now: number };

  private constructor(engine: Engine, clock: { now: number }) {
    this.#engine = engine;
    this.#clock = clock;
    const printer = createPrinter(engine.printKey);
    this.context = {
      settings: {
        key: "users",
        legacyKey: PATHS.legacyKey,
        legacyKeyInCidaas: PATHS.keyInCidaas,
        subStrategy: "uuid5",
        subNamespace: "6f0f3c52-7d0e-4a53-9a0a-0c6b4f1f7a11",
        legacyTime: PATHS.legacyTime,
        legacyDeleted: null,
        legacyVerified: PATHS.verified,
        firstContact: "park",
        clockToleranceMs: 1_000,
        brake: { count: Number.POSITIVE_INFINITY, share: 0 },
      },
      paths: {
        legacyKey: compilePath(PATHS.legacyKey),
        keyInCidaas: compilePath(PATHS.keyInCidaas),
        legacyTime: compilePath(PATHS.legacyTime),
        legacyDeleted: null,
        legacyVerified: compilePath(PATHS.verified),
      },
      checkLegacy: null,
      map: compileMap(RULES),
      policies: RULES.map(policyOf),
      checkCidaas: compileUserCheck(RULES),
      activeStatus: new Map(),
      printer,
      sealer: createSealer(),
      store: engine.sync("users"),
      registry: new LeaseRegistry(),
      gates: new LaneGates(),
      leaseMs: LEASE_SECONDS * 1_000,
      now: () => this.now,
      hasTaker: () => true,
    };
  }

  static async open(): Promise<TwoSides> {
    const clock = { now: Date.parse("2026-01-01T00:00:00Z") };
    const policy = { leaseSeconds: LEASE_SECONDS, maxAttempts: 10 };
    return new TwoSides(await openMemoryEngine({ policy, now: () => clock.now, random: 0.5 }), clock);
  }

  /** With Ada Byron on both of them, "a" in cidaas and "1" in the legacy system, at rest since a minute. */
  static async openWithAda(): Promise<TwoSides> {
    const sides = await TwoSides.open();
    sides.tenant.put("a", { email: "ada@example.org", given_name: "Ada", family_name: "Byron" });
    await sides.event("a", "ACCOUNT_CREATED");
    await sides.quiet();
    sides.pass(60_000);
    return sides;
  }

  get now(): number {
    return this.#clock.now;
  }

  /** Nothing that happens takes time but this. */
  pass(ms: number): void {
    this.#clock.now += ms;
  }

  close(): Promise<void> {
    return this.#engine.close();
  }

  /** An event of the tenant about a user arrives. */
  async event(sub: string, ...events: string[]): Promise<void> {
    const kind = events.at(-1) === "ACCOUNT_DELETED" ? "delete" : "upsert";
    const change = { ...emptyChange(kind, this.now), span: { first: this.now, last: this.now }, events };
    await this.context.store.mark("to-legacy", [{ sub, change }]);
  }

  /** A record of the legacy system arrives, as it is there now, or the news that it was deleted. */
  async record(legacyId: string, kind: ChangeKind = "upsert"): Promise<void> {
    const record = this.legacy.users.get(legacyId) ?? { id: legacyId };
    const mapped = await mapLegacyRecord(this.context, record, { kind, occurredAt: this.now, backfill: null });
    const envelope = { v: 1, lane: "to-cidaas", items: [mapped.item] } as const;
    await this.context.store.mark(
      "to-cidaas",
      marksOf(this.context, { ...envelope, items: [mapped.item] }, [mapped.record]),
    );
  }

  /** Takes the users of the tenant into the ledger. */
  adopt(): Promise<void> {
    return this.context.store.adopt([...this.tenant.users.values()].map((user) => adoptedFrom(this.context, user)));
  }

  /** Brings one person to the legacy system. A failed call is told to nobody: the person waits again. */
  async toLegacy(): Promise<Delivered["state"] | "NOBODY"> {
    const lease = await this.#take("to-legacy");
    if (lease === null) return "NOBODY";
    const { sub, legacyId } = lease.person;
    const user = sub === null ? null : await this.tenant.readUser(sub);
    const mapped = user && (await mapTaken(this.context, user));
    const item: Item = {
      ...itemOf(lease),
      kind: mapped ? "upsert" : "delete",
      legacyId: legacyId ?? mapped?.legacyId ?? null,
      ...(mapped ? { readAt: this.now, source: mapped.source } : {}),
    };
    const options = { deletes: "delete", dryRun: false } as const;
    try {
      const record = { ...mapped?.record, ...this.addedByFlow };
      this.told = await deliverToLegacy(this.context, this.legacy, lease, item, record, options);
      return this.told.state;
    } catch {
      return "RETRY";
    }
  }

  /** The same in the other direction. */
  async toCidaas(): Promise<Delivered["state"] | "NOBODY"> {
    const lease = await this.#take("to-cidaas");
    if (lease === null) return "NOBODY";
    const gate = {
      tenant: this.tenant,
      bulkUpdates: "merge",
      verify: "pending",
      adopted: true,
      readLegacy: async ({ person }: Lease) => this.legacy.read({ legacyId: person.legacyId, sub: person.sub }),
    } as const;
    const prepared = await prepareForCidaas(this.context, gate, lease);
    if ("settlement" in prepared) {
      await this.context.store.settle([prepared.settlement]);
      const { outcome } = prepared.settlement;
      return outcome === "retry" ? "RETRY" : outcome === "parked" ? "PARKED" : "UNCHANGED";
    }
    const options = { deletes: "purge", dryRun: false } as const;
    const sent = deliverBatch(this.context, this.tenant, [prepared], [prepared.body], options);
    return sent.then(([user]) => user?.state ?? "NOBODY").catch(() => "RETRY" as const);
  }

  /** Brings everybody in both directions until nobody waits any more. */
  async quiet(): Promise<void> {
    for (let turn = 0; turn < 30; turn += 1) {
      const states = [await this.toCidaas(), await this.toLegacy()];
      if (states.every((state) => state === "NOBODY")) return;
    }
    throw new Error("the two sides do not come to rest");
  }

  async parked(): Promise<string[]> {
    return (await this.context.store.parked({})).items.map(({ code }) => code);
  }

  async #take(lane: Lane): Promise<Lease | null> {
    this.pass(this.pauseMs);
    const { registry, store } = this.context;
    registry.dropExpired(this.now);
    const { leases } = await store.take(lane, 1);
    registry.add(leases);
    return leases[0] ?? null;
  }
}
