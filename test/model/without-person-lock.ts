import { isDeepStrictEqual } from "node:util";
import type { Lease, Settlement, SettleResult, SyncStore } from "../../lib/store/types";
import { LANES, type Lane } from "../../lib/sync/types";
import { LEASE_MS } from "./lease";
import { withMethods } from "./with-methods";

/** More than there are persons. */
const EVERYBODY = 20;

/** A second lease of a person, which the real store does not give. */
interface Second {
  lease: Lease;
  /** How it ended, while the first lease still stands in the way. */
  settlement: Settlement | null;
}

/**
 * A store that locks a lane of a person and not the person: it hands out what waits in the other lane beside the lease that is
 * held, with the same view of the person, and settles it right after that lease.
 */
export class WithoutPersonLock {
  readonly store: SyncStore;
  readonly #inner: SyncStore;
  readonly #now: () => number;
  readonly #first = new Map<string, Lease>();
  readonly #second = new Map<string, Second>();
  #count = 0;

  constructor(store: SyncStore, now: () => number) {
    this.#inner = store;
    this.#now = now;
    this.store = withMethods(store, {
      take: (lane, n) => this.#take(lane, n),
      extend: async (list) => {
        const seconds = list.filter(({ token }) => this.#second.has(token));
        const held = await store.extend(list.filter(({ token }) => !this.#second.has(token)));
        return [...held, ...seconds.map(({ token }) => token)];
      },
      link: async (token, ids) => {
        const second = this.#second.get(token);
        return second ? second.lease : store.link(token, ids);
      },
      settle: async (list) => {
        const results: SettleResult[] = [];
        for (const settlement of list) results.push(await this.#settle(settlement));
        return results;
      },
    });
  }

  async #take(lane: Lane, n: number) {
    this.#dropExpired();
    const taken = await this.#inner.take(lane, n);
    const isTwice = ({ person }: Lease) => this.#inSecond(person.id, lane);
    await this.#inner.release(taken.leases.filter(isTwice).map(({ token }) => token));
    const leases = taken.leases.filter((lease) => !isTwice(lease));
    for (const lease of leases) this.#first.set(lease.token, lease);
    for (const first of [...this.#first.values()]) {
      const second = await this.#secondOf(first, lane);
      if (second) leases.push(second);
    }
    return { ...taken, leases };
  }

  #inSecond(person: number, lane: Lane): boolean {
    return [...this.#second.values()].some(({ lease }) => lease.person.id === person && lease.lane === lane);
  }

  #dropExpired(): void {
    for (const [token, lease] of this.#first) if (lease.until < this.#now()) this.#first.delete(token);
    for (const [token, { lease }] of this.#second) if (lease.until < this.#now()) this.#second.delete(token);
  }

  async #secondOf(first: Lease, lane: Lane): Promise<Lease | null> {
    const { person } = first;
    if (first.lane === lane || this.#inSecond(person.id, lane)) return null;
    if (person.sub === null || person.legacyId === null) return null;
    const change = await this.#inner.peek(lane, { sub: person.sub });
    if (change === null) return null;
    this.#count += 1;
    const token = `second-${this.#count}`;
    const lease: Lease = { ...first, token, lane, change, until: this.#now() + LEASE_MS, other: null };
    this.#second.set(token, { lease, settlement: null });
    return lease;
  }

  async #settle(settlement: Settlement): Promise<SettleResult> {
    const second = this.#second.get(settlement.token);
    if (second) {
      second.settlement = settlement;
      await this.#settleSeconds();
      return "settled";
    }
    const [result = "fenced"] = await this.#inner.settle([settlement]);
    this.#first.delete(settlement.token);
    await this.#settleSeconds();
    return result;
  }

  /** Whose first lease is over can be taken in earnest, and settled as it was. */
  async #settleSeconds(): Promise<void> {
    for (const lane of LANES) {
      const over = [...this.#second.values()].filter((one) => one.lease.lane === lane && one.settlement !== null);
      if (over.length === 0) continue;
      const { leases } = await this.#inner.take(lane, EVERYBODY);
      for (const real of leases) {
        const second = over.find(({ lease }) => lease.person.id === real.person.id);
        if (!second?.settlement) await this.#inner.release([real.token]);
        else await this.#settleAs(real, second.lease, second.settlement);
      }
    }
  }

  async #settleAs(real: Lease, { token, change }: Lease, settlement: Settlement): Promise<void> {
    this.#second.delete(token);
    await this.#inner.settle([{ ...settlement, token: real.token }]);
    if (isDeepStrictEqual(real.change, change)) return;
    const { sub, legacyId } = real.person;
    await this.#inner.mark(real.lane, [{ sub, legacyId, change: real.change }]);
  }
}
