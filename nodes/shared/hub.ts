import type { Node, NodeAPI, NodeDef } from "node-red";
import { type AdoptionOptions, adoptUsers } from "../../lib/cidaas/adoption";
import { type CatchUpOptions, catchUp, rewindCatchUp } from "../../lib/cidaas/catch-up";
import { CustomFields } from "../../lib/cidaas/custom-fields";
import { adoptedFrom } from "../../lib/cidaas/gate";
import { singleFlight } from "../../lib/cidaas/single-flight";
import { compileUserCheck } from "../../lib/cidaas/user-schema";
import { activeStatusOf } from "../../lib/delivery/brake";
import type { SyncContext } from "../../lib/delivery/context";
import { LaneGates } from "../../lib/delivery/lane-gates";
import { policyOf } from "../../lib/delivery/opaque";
import { recordChecksOf } from "../../lib/delivery/record-settings";
import { LeaseRegistry } from "../../lib/delivery/registry";
import { ConfigError } from "../../lib/errors";
import { compileMap } from "../../lib/mapping/compile";
import { parseDeployable } from "../../lib/mapping/deployable";
import { checkSamples } from "../../lib/mapping/samples";
import { compileSchema } from "../../lib/mapping/schema";
import { createSealer } from "../../lib/mapping/seal";
import { acquireEngine } from "../../lib/store/engines";
import { createPrinter } from "../../lib/sync/prints";
import type { Lane } from "../../lib/sync/types";
import { untilClosed } from "./closable-pages";
import { pickedNode } from "./connection";
import { learnFieldsOnce } from "./field-setup";
import { jsonataOf } from "./jsonata";
import { type LegacyPart, legacyParts, storeOptions, type TenantPart, tenantParts } from "./parts";
import { parseSettings } from "./settings";
import { StoreTrouble } from "./store-trouble";

export interface UserSyncDef extends NodeDef {
  tenant?: string;
  legacy?: string;
  store?: string;
  rules?: unknown;
}

/** What a node of a flow gets of its `user-sync`, as long as it holds it. */
export interface SharedSync {
  context: SyncContext;
  tenant: TenantPart;
  /** Null where no legacy system is picked: a flow may write to it by other means. */
  legacy: LegacyPart | null;
  /** Whether the store takes anything now. */
  trouble: StoreTrouble;
  /** Reads the tenant's users into the ledger, once; resolves with whether that was allowed. */
  adopted(): Promise<boolean>;
  /** Reads the tenant's field setup, once per deploy; never rejects, for without it all fields count as there. */
  fieldsKnown(): Promise<void>;
  /** Catches up with lost webhooks, see `catchUp`, at least from a time on; a run that is on its way is joined, or waited for. */
  catchUp(since?: number): Promise<number>;
}

interface Opened {
  shared: SharedSync;
  close(): Promise<void>;
}

/** Open hubs by store and key, for the admin API and to find a second one on the same lanes. */
const openHubs = new Map<string, SyncHub>();

export function hubOf(key: string): SyncHub | undefined {
  return [...openHubs.values()].find((hub) => hub.key === key);
}

/**
 * The centre of one `user-sync`: opened for the first node that uses it, closed after the last, so that a redeploy lets
 * calls on the wire end before the store closes.
 */
export class SyncHub {
  readonly #RED: NodeAPI;
  readonly #node: Node;
  readonly #def: UserSyncDef;
  readonly #takers = new Map<Lane, string>();
  /** Lanes that had a taker since the store was opened: in a deploy it may be gone for a moment. */
  readonly #served = new Set<Lane>();
  #opening: Promise<Opened> | null = null;
  /** The close of the opening before, which a new one waits for. */
  #closing: Promise<void> = Promise.resolve();
  #users = 0;
  #key = "";

  constructor(RED: NodeAPI, node: Node, def: UserSyncDef) {
    this.#RED = RED;
    this.#node = node;
    this.#def = def;
  }

  get key(): string {
    return this.#key;
  }

  /** The name a person knows the node by. */
  get name(): string {
    return this.#node.name || this.#node.id;
  }

  /** Rejects with a `ConfigError` or `StoreError`; the caller then holds nothing. */
  async acquire(): Promise<{ shared: SharedSync; release(): Promise<void> }> {
    this.#users += 1;
    this.#opening ??= this.#open();
    const opening = this.#opening;
    try {
      const { shared } = await opening;
      let held = true;
      return {
        shared,
        release: async () => {
          if (!held) return;
          held = false;
          await this.#leave();
        },
      };
    } catch (error) {
      this.#users -= 1;
      if (this.#opening === opening) this.#opening = null;
      throw error;
    }
  }

  /** What the admin API works on; null while no node uses the sync. */
  async current(): Promise<SharedSync | null> {
    return this.#opening ? (await this.#opening).shared : null;
  }

  /** Makes a node the only taker of a lane. Throws `DUPLICATE_TAKER`, which names the first. */
  claimLane(lane: Lane, node: Node): () => void {
    const first = this.#takers.get(lane);
    if (first !== undefined) {
      throw new ConfigError(
        "DUPLICATE_TAKER",
        `The lane ${lane} is already served by the node ${first}. Remove one of the two.`,
      );
    }
    this.#takers.set(lane, node.name || node.id);
    this.#served.add(lane);
    return () => this.#takers.delete(lane);
  }

  async #leave(): Promise<void> {
    this.#users -= 1;
    if (this.#users > 0 || !this.#opening) return;
    const opening = this.#opening;
    this.#opening = null;
    const closing = opening.then(({ close }) => close());
    this.#closing = closing.catch(() => {});
    await closing;
  }

  async #open(): Promise<Opened> {
    await this.#closing;
    const owner = `user-sync ${this.name}`;
    const { settings, paths, legacySchema, samples } = parseSettings(owner, this.#def);
    const tools = { jsonata: jsonataOf(this.#RED, this.#node) };
    const rules = parseDeployable(this.#def.rules, tools);
    const map = compileMap(rules, tools);
    const checkUser = compileUserCheck(rules);
    const customFields = new CustomFields(rules, [settings.legacyKeyInCidaas].filter(Boolean));
    const checkLegacy = legacySchema && compileSchema(legacySchema);
    await checkSamples(map, samples, recordChecksOf({ settings, paths, checkLegacy, checkCidaas: checkUser }));
    const options = this.#part("store", this.#def.store, (node) => storeOptions.get(node)?.());
    const id = `${options.path}\n${settings.key}`;
    const first = openHubs.get(id);
    if (first && first !== this) {
      throw new ConfigError(
        "DUPLICATE_KEY",
        `${owner}: the user-sync ${first.name} already uses the key ${settings.key} in this store.`,
      );
    }
    openHubs.set(id, this);
    this.#key = settings.key;
    const closers: (() => void | Promise<void>)[] = [() => void openHubs.delete(id), () => this.#served.clear()];
    const close = async () => {
      for (const closer of closers.reverse()) await closer();
    };
    try {
      const tenant = this.#part("tenant", this.#def.tenant, (node) => tenantParts.get(node)?.acquire());
      closers.push(tenant.release);
      const legacy = this.#def.legacy
        ? this.#part("legacy", this.#def.legacy, (node) => legacyParts.get(node)?.acquire())
        : null;
      if (legacy) closers.push(legacy.release);
      const { engine, release } = await acquireEngine(options);
      const store = engine.sync(settings.key);
      const trouble = new StoreTrouble(store);
      const closing = new AbortController();
      const registry = new LeaseRegistry();
      const printer = createPrinter(engine.printKey);
      closers.push(
        release,
        () => registry.dropAll(),
        () => trouble.close(),
        () => closing.abort(),
      );
      const context: SyncContext = {
        settings,
        paths,
        checkLegacy,
        checkCidaas: (user) => [...checkUser(user), ...customFields.check(user)],
        map,
        policies: map.rules.map(policyOf),
        activeStatus: activeStatusOf(map, printer),
        printer,
        sealer: createSealer(),
        store,
        registry,
        gates: new LaneGates(),
        leaseMs: options.policy.leaseSeconds * 1_000,
        now: Date.now,
        hasTaker: (lane) => this.#served.has(lane),
      };
      const shared: SharedSync = {
        context,
        tenant: tenant.resource,
        legacy: legacy?.resource ?? null,
        trouble,
        adopted: adoptOnce(context, tenant.resource, closing.signal),
        fieldsKnown: learnFieldsOnce(this.#node, tenant.resource, customFields),
        catchUp: catchUpFor(readingOf(context, tenant.resource, closing.signal)),
      };
      return { shared, close };
    } catch (error) {
      await close();
      throw error;
    }
  }

  #part<T>(field: string, id: string | undefined, find: (node: Node) => T | undefined): T {
    const node = pickedNode(this.#RED, id);
    const part = node && find(node);
    if (part) return part;
    throw new ConfigError(
      "SYNC_CONFIG",
      `user-sync ${this.name}: ${field}: is missing. Pick one in the dialog of the user-sync node.`,
      field,
    );
  }
}

/** One adoption for all nodes; a failed one is tried again by the next who asks. */
function adoptOnce(context: SyncContext, part: TenantPart, closing: AbortSignal): () => Promise<boolean> {
  let running: Promise<boolean> | null = null;
  return () => {
    running ??= adoptUsers(readingOf(context, part, closing)).then(
      (adoption) => adoption.state === "complete",
      (error) => {
        running = null;
        throw error;
      },
    );
    return running;
  };
}

function catchUpFor(reading: CatchUpOptions): SharedSync["catchUp"] {
  const run = singleFlight(() => catchUp(reading));
  return async (since) => {
    if (since === undefined) return run();
    // One that is on its way would note its own time over this one.
    await run();
    await rewindCatchUp(reading.store, since);
    return run();
  };
}

/** What adoption and catch-up read, and where they keep what they have learned. */
function readingOf(
  context: SyncContext,
  { tenant }: TenantPart,
  closing: AbortSignal,
): AdoptionOptions & CatchUpOptions {
  return {
    tenant: { readAll: (options) => untilClosed(tenant.readAll(options), closing) },
    store: context.store,
    toAdopted: (user) => adoptedFrom(context, user),
    now: context.now,
  };
}
