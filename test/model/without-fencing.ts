import type { Lease, SyncStore } from "../../lib/store/types";
import { withMethods } from "./with-methods";

/** A store that believes whoever once held a person: a lost token stands for the lease that took its place. */
export class WithoutFencing {
  readonly store: SyncStore;
  /** Whose lease a token was. */
  readonly #places = new Map<string, string>();
  /** The token that is good for it now. */
  readonly #present = new Map<string, string>();

  constructor(store: SyncStore) {
    this.store = withMethods(store, {
      take: async (lane, n) => {
        const taken = await store.take(lane, n);
        for (const lease of taken.leases) this.#note(lease);
        return taken;
      },
      extend: async (list) => {
        await store.extend(list.map((extension) => ({ ...extension, token: this.#presentOf(extension.token) })));
        return list.map(({ token }) => token);
      },
      settle: (list) => store.settle(list.map((end) => ({ ...end, token: this.#presentOf(end.token) }))),
    });
  }

  #note({ token, lane, person }: Lease): void {
    const place = `${lane} ${person.id}`;
    this.#places.set(token, place);
    this.#present.set(place, token);
  }

  #presentOf(token: string): string {
    return this.#present.get(this.#places.get(token) ?? "") ?? token;
  }
}
