import type { Lease, Settlement, SettleResult, SyncStore } from "../../lib/store/types";
import { withMethods } from "./with-methods";

/** More than there are persons. */
const EVERYBODY = 20;

/**
 * A store that believes whoever once held a person: an end that comes too late is taken for the end of the lease that is held
 * by then, and where none is it is settled all the same.
 */
export class WithoutFencing {
  readonly store: SyncStore;
  readonly #inner: SyncStore;
  readonly #leases = new Map<string, Lease>();
  /** The newest token of a person in a lane. */
  readonly #newest = new Map<string, string>();

  constructor(store: SyncStore) {
    this.#inner = store;
    this.store = withMethods(store, {
      take: async (lane, n) => {
        const taken = await store.take(lane, n);
        for (const lease of taken.leases) this.#note(lease);
        return taken;
      },
      extend: async (list) => {
        await store.extend(list.map((extension) => ({ ...extension, token: this.#newestOf(extension.token) })));
        return list.map(({ token }) => token);
      },
      settle: async (list) => {
        const results: SettleResult[] = [];
        for (const settlement of list) results.push(await this.#settle(settlement));
        return results;
      },
    });
  }

  #note(lease: Lease): void {
    this.#leases.set(lease.token, lease);
    this.#newest.set(placeOf(lease), lease.token);
  }

  #newestOf(token: string): string {
    const lease = this.#leases.get(token);
    return (lease && this.#newest.get(placeOf(lease))) ?? token;
  }

  async #settle(settlement: Settlement): Promise<SettleResult> {
    const token = this.#newestOf(settlement.token);
    const held = await this.#inner.extend([{ token }]);
    if (held.length === 0) return this.#settleLate(settlement);
    const [result = "fenced"] = await this.#inner.settle([{ ...settlement, token }]);
    return result;
  }

  /** Takes the person once more, to have it settled as the late end says. */
  async #settleLate(settlement: Settlement): Promise<SettleResult> {
    const lease = this.#leases.get(settlement.token);
    if (!lease) return "fenced";
    const { sub, legacyId } = lease.person;
    await this.#inner.mark(lease.lane, [{ sub, legacyId, change: lease.change }]);
    const { leases } = await this.#inner.take(lease.lane, EVERYBODY);
    for (const { token, person } of leases) {
      if (person.id === lease.person.id) await this.#inner.settle([{ ...settlement, token }]);
      else await this.#inner.release([token]);
    }
    return "settled";
  }
}

function placeOf({ lane, person }: Lease): string {
  return `${lane} ${person.id}`;
}
