import type { SyncStore } from "../../lib/store/types";

/** The store with some of its methods replaced. */
export function withMethods(store: SyncStore, methods: Partial<SyncStore>): SyncStore {
  return new Proxy(store, {
    get: (target, name) => {
      const own: unknown = Reflect.get(methods, name) ?? Reflect.get(target, name);
      return typeof own === "function" ? own.bind(target) : own;
    },
  });
}
