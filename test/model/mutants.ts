import type { SyncSettings } from "../../lib/delivery/context";
import { LEGACY_KEY_RULE } from "../../lib/delivery/legacy-key";
import type { Extension, Lease, Settlement, SyncStore } from "../../lib/store/types";
import type { Change, Ledger, SideEntry } from "../../lib/sync/types";
import { withMethods } from "./with-methods";
import { WithoutFencing } from "./without-fencing";
import { WithoutPersonLock } from "./without-person-lock";

/** The sync with one of its mechanisms taken out, from outside: by what it is told, and what is kept of what it says. */
export interface Mutant {
  /** The mechanism that is missing. */
  name: string;
  store?: (store: SyncStore, now: () => number) => SyncStore;
  settings?: Partial<SyncSettings>;
  /** A read is believed, however old it looks. */
  trustsReads?: true;
  /** Nobody asks the tenant who changed. */
  neverCatchesUp?: true;
  /** A call may leave at any time, also when its lease is over before its answer. */
  startsLate?: true;
  /** A deletion needs no evidence but its event: nobody looks whether the user is gone. */
  deletesUnseen?: true;
  /** Every e-mail counts as verified. */
  trustsAddresses?: true;
}

export const MUTANTS: readonly Mutant[] = [
  { name: "one lane at a time", store: (store, now) => new WithoutPersonLock(store, now).store },
  { name: "fencing", store: (store) => new WithoutFencing(store).store },
  { name: "read-and-compare after a fenced settle", store: withoutRepair },
  { name: "intent before the write", store: extending(({ intent: _, ...rest }) => rest) },
  { name: "intent kept while the outcome is unknown", store: settling((end) => ({ ...end, keepIntent: false })) },
  { name: "identifiers of an open create", store: extending(withoutIdentifiers) },
  { name: "what an open create was sent with", store: extending(withoutSent) },
  { name: "what an open intent is proven to have written", store: extending(({ ledger: _, ...rest }) => rest) },
  { name: "intents known to be overtaken", store: settling(({ overtaken: _, ...rest }) => rest) },
  { name: "the ledger", store: seeing((lease) => ({ ...lease, ledger: {} })) },
  {
    name: "last four writes (one kept)",
    store: rememberingSides(({ writes, ...side }) => ({ ...side, writes: writes.slice(0, 1) })),
  },
  { name: "last writes (none kept)", store: rememberingSides((side) => ({ ...side, writes: [] })) },
  { name: "time of the write", store: rememberingSides(withoutWriteTimes) },
  { name: "time of the edit that a write carried", store: rememberingSides(withoutCarriedTimes) },
  { name: "time of the newest edit accepted", store: rememberingSides((side) => ({ ...side, editAt: null })) },
  { name: "a refusal heals", store: settling(withoutHeals) },
  { name: "force", store: seeing((lease) => ({ ...lease, change: withoutForce(lease.change) })) },
  { name: "values that waited before", store: marking(withoutEarlier) },
  { name: "a look at what waits in the other lane", store: seeing((lease) => ({ ...lease, other: null })) },
  { name: "record of conflicts", store: settling(({ conflicts: _, ...rest }) => rest) },
  { name: "ambiguous conflicts called so", store: settling(withoutDoubt) },
  { name: "clock tolerance", settings: { clockToleranceMs: 0 } },
  { name: "read lag", trustsReads: true },
  { name: "catch-up", neverCatchesUp: true },
  { name: "no call that outlives its lease", startsLate: true },
  { name: "verified e-mail", trustsAddresses: true },
  { name: "tombstone", store: seeing((lease) => ({ ...lease, person: { ...lease.person, deletedAt: null } })) },
  { name: "evidence of a deletion", deletesUnseen: true },
  { name: "match by identifier", store: withoutMatches },
  { name: "back-write of the legacy id", store: settling(withoutKeyWriteBack) },
];

function seeing(change: (lease: Lease) => Lease): (store: SyncStore) => SyncStore {
  return (store) =>
    withMethods(store, {
      take: async (lane, n) => {
        const taken = await store.take(lane, n);
        return { ...taken, leases: taken.leases.map(change) };
      },
      link: async (token, ids) => {
        const lease = await store.link(token, ids);
        return lease && change(lease);
      },
    });
}

function rememberingSides(change: (side: SideEntry) => SideEntry): (store: SyncStore) => SyncStore {
  const forgetful = (ledger: Ledger) =>
    Object.fromEntries(
      Object.entries(ledger).map(([rule, entry]) => [
        rule,
        { ...entry, cidaas: change(entry.cidaas), legacy: change(entry.legacy) },
      ]),
    );
  return seeing((lease) => ({ ...lease, ledger: forgetful(lease.ledger) }));
}

function settling(change: (settlement: Settlement) => Settlement): (store: SyncStore) => SyncStore {
  return (store) => withMethods(store, { settle: (list) => store.settle(list.map(change)) });
}

function extending(change: (extension: Extension) => Extension): (store: SyncStore) => SyncStore {
  return (store) => withMethods(store, { extend: (list) => store.extend(list.map(change)) });
}

function marking(change: (change: Change) => Change): (store: SyncStore) => SyncStore {
  return seeing((lease) => ({ ...lease, change: change(lease.change), other: lease.other && change(lease.other) }));
}

/** A settle that comes too late is passed over, and nobody looks what its write has done. */
function withoutRepair(store: SyncStore): SyncStore {
  return withMethods(store, {
    settle: async (list) => {
      const held = new Set(await store.extend(list.map(({ token }) => ({ token }))));
      const results = await store.settle(list.filter(({ token }) => held.has(token)));
      return list.map(({ token }) => (held.has(token) ? (results.shift() ?? "fenced") : "fenced"));
    },
  });
}

function withoutMatches(store: SyncStore): SyncStore {
  return withMethods(store, { findByIdentifier: async () => [] });
}

function withoutIdentifiers({ intent, ...rest }: Extension): Extension {
  return intent ? { ...rest, intent: { ...intent, identifiers: [] } } : rest;
}

function withoutSent({ intent, ...rest }: Extension): Extension {
  if (!intent) return rest;
  const { sent: _, ...others } = intent;
  return { ...rest, intent: others };
}

function withoutWriteTimes({ writes, ...side }: SideEntry): SideEntry {
  return { ...side, writes: writes.map((write) => ({ ...write, at: 0, until: 0 })) };
}

function withoutCarriedTimes({ writes, ...side }: SideEntry): SideEntry {
  return { ...side, writes: writes.map((write) => ({ ...write, editAt: null })) };
}

function withoutHeals({ marks = [], ...rest }: Settlement): Settlement {
  return { ...rest, marks: marks.filter(({ change }) => change.force.includes(LEGACY_KEY_RULE)) };
}

function withoutKeyWriteBack({ marks = [], ...rest }: Settlement): Settlement {
  return { ...rest, marks: marks.filter(({ change }) => !change.force.includes(LEGACY_KEY_RULE)) };
}

function withoutForce(change: Change): Change {
  return { ...change, force: change.force.filter((rule) => rule === LEGACY_KEY_RULE) };
}

function withoutDoubt({ conflicts = [], ...rest }: Settlement): Settlement {
  return { ...rest, conflicts: conflicts.map((conflict) => ({ ...conflict, ambiguous: false })) };
}

function withoutEarlier(change: Change): Change {
  const newest = Object.entries(change.rules).map(([rule, { earlier: _, ...carried }]) => [rule, carried]);
  return { ...change, rules: Object.fromEntries(newest) };
}
