import should from "should";
import type { Engine, Lease, Settlement, StorePolicy, SyncStore } from "../../../../lib/store/types";
import { emptyChange } from "../../../../lib/sync/change";
import { type Change, type Identifier, LANES, type Lane, type LedgerEntry } from "../../../../lib/sync/types";

export interface EngineSettings {
  policy: StorePolicy;
  now: () => number;
  random: number;
}

/** Opens the engine over the database of this name; the same name opens what a closed engine left. */
export type EngineFactory = (database: string, settings: EngineSettings) => Promise<Engine>;

let databases = 0;

/** A database of its own, with a clock that stands still. */
export class Fixture {
  readonly policy: StorePolicy = { leaseSeconds: 180, maxAttempts: 3 };
  /** Key of the sync that `store` is. */
  key = "users";
  now = 1_000_000;
  readonly #factory: EngineFactory;
  readonly #database: string;
  #engine: Engine | null = null;

  private constructor(factory: EngineFactory) {
    this.#factory = factory;
    databases += 1;
    this.#database = `store-${databases}`;
  }

  static async open(factory: EngineFactory): Promise<Fixture> {
    const fixture = new Fixture(factory);
    await fixture.reopen();
    return fixture;
  }

  get engine(): Engine {
    if (this.#engine === null) throw new Error("the fixture is closed");
    return this.#engine;
  }

  get store(): SyncStore {
    return this.engine.sync(this.key);
  }

  async reopen(): Promise<void> {
    await this.close();
    this.#engine = await this.#factory(this.#database, {
      policy: this.policy,
      now: () => this.now,
      random: 0.5,
    });
  }

  async close(): Promise<void> {
    await this.#engine?.close();
    this.#engine = null;
  }

  expireLeases(): void {
    this.now += this.policy.leaseSeconds * 1000 + 1;
  }

  markSub(sub: string, parts: Partial<Change> = {}): Promise<void> {
    return this.store.mark("to-legacy", [{ sub, change: this.change(parts) }]);
  }

  markLegacy(legacyId: string, parts: Partial<Change> = {}): Promise<void> {
    return this.store.mark("to-cidaas", [{ legacyId, change: this.change(parts) }]);
  }

  change(parts: Partial<Change> = {}): Change {
    return { ...emptyChange("upsert", this.now), ...parts };
  }

  async takeOne(lane: Lane): Promise<Lease> {
    const { leases } = await this.store.take(lane, 1);
    const lease = leases[0];
    if (lease === undefined) throw new Error(`nothing to take in ${lane}`);
    return lease;
  }

  async takeNone(lane: Lane): Promise<void> {
    should((await this.store.take(lane, 10)).leases).eql([]);
  }

  async settleOne(settlement: Settlement): Promise<void> {
    should(await this.store.settle([settlement])).eql(["settled"]);
  }

  /** Every mark that ever came in has one outcome, waits or is in flight. */
  async checkCounters(): Promise<void> {
    const { lanes } = await this.store.status();
    for (const lane of LANES) {
      const { waiting, inFlight, counters } = lanes[lane];
      const { in: entered, ...outcomes } = counters;
      const settled = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
      should(settled + waiting + inFlight).equal(entered, `${lane}: ${JSON.stringify(lanes[lane])}`);
    }
  }
}

export function ledgerEntry(print: string): LedgerEntry {
  const side = { print, editAt: null, writes: [] };
  return { fingerprint: "f", cidaas: side, legacy: side };
}

export function email(print: string, verified = true): Identifier {
  return { kind: "email", print, verified };
}

/** One block of tests over a fresh database each. */
export function withFixture(factory: EngineFactory, tests: (fixture: () => Fixture) => void): void {
  let fixture: Fixture | null = null;
  const current = (): Fixture => {
    if (fixture === null) throw new Error("no fixture");
    return fixture;
  };
  beforeEach(async () => {
    fixture = await Fixture.open(factory);
  });
  afterEach(async () => {
    await current().checkCounters();
    await current().close();
  });
  tests(current);
}
