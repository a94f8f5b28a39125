import { DatabaseSync } from "node:sqlite";
import { startEngine } from "../../lib/store/sqlite/engine";
import type {
  AdoptedUser,
  Engine,
  Extension,
  LearnedIds,
  LeasedLoss,
  Mark,
  ParkedSelection,
  PersonSelection,
  Settlement,
  StorePolicy,
  SyncStore,
} from "../../lib/store/types";
import type { BrakeDecision, BrakeLimit } from "../../lib/sync/brake";
import type { Lane, Side } from "../../lib/sync/types";
import type { Calls } from "./calls";

export interface MemoryOptions {
  policy: StorePolicy;
  now: () => number;
  random: number;
}

/**
 * The embedded engine over a database that is only in memory: the same rows and statements, and no disk to wait for.
 *
 * @param path `sharedMemory` for a database that outlives its engine as long as another connection is open
 */
export function openMemoryEngine(options: MemoryOptions, path = ":memory:"): Promise<Engine> {
  return startEngine(new DatabaseSync(path), { path: ":memory:", encryptionKey: "model", ...options });
}

/** The store as a process of the model sees it: every call is begun and answered when the scheduler says so. */
export class ScheduledStore implements SyncStore {
  readonly #store: SyncStore;
  readonly #calls: Calls;

  constructor(store: SyncStore, calls: Calls) {
    this.#store = store;
    this.#calls = calls;
  }

  mark(lane: Lane, marks: Mark[]) {
    return this.#calls.store(() => this.#store.mark(lane, marks));
  }
  take(lane: Lane, n: number) {
    return this.#calls.store(() => this.#store.take(lane, n));
  }
  extend(extensions: Extension[]) {
    return this.#calls.store(() => this.#store.extend(extensions));
  }
  link(token: string, ids: LearnedIds) {
    return this.#calls.store(() => this.#store.link(token, ids));
  }
  settle(settlements: Settlement[]) {
    return this.#calls.store(() => this.#store.settle(settlements));
  }
  release(tokens: string[]) {
    return this.#calls.store(() => this.#store.release(tokens));
  }
  park(lane: Lane, mark: Mark, reason: { code: string; message: string }) {
    return this.#calls.store(() => this.#store.park(lane, mark, reason));
  }
  findByIdentifier(side: Side, prints: string[]) {
    return this.#calls.store(() => this.#store.findByIdentifier(side, prints));
  }
  findPerson(ids: { sub: string } | { legacyId: string }) {
    return this.#calls.store(() => this.#store.findPerson(ids));
  }
  peek(lane: Lane, ids: { sub: string } | { legacyId: string }) {
    return this.#calls.store(() => this.#store.peek(lane, ids));
  }
  adopt(users: AdoptedUser[]) {
    return this.#calls.store(() => this.#store.adopt(users));
  }
  getNote(name: string) {
    return this.#calls.store(() => this.#store.getNote(name));
  }
  setNote(name: string, value: string) {
    return this.#calls.store(() => this.#store.setNote(name, value));
  }
  pause(lane: Lane, reason: string | null) {
    return this.#calls.store(() => this.#store.pause(lane, reason));
  }
  brake(lane: Lane, losses: LeasedLoss[], limit: BrakeLimit) {
    return this.#calls.store(() => this.#store.brake(lane, losses, limit));
  }
  decideBrake(lane: Lane, decision: BrakeDecision) {
    return this.#calls.store(() => this.#store.decideBrake(lane, decision));
  }
  hurry(lane: Lane) {
    return this.#calls.store(() => this.#store.hurry(lane));
  }
  countLateConfirmation(lane: Lane) {
    return this.#calls.store(() => this.#store.countLateConfirmation(lane));
  }
  status() {
    return this.#calls.store(() => this.#store.status());
  }
  parked(filter: { lane?: Lane; code?: string; after?: string; limit?: number }) {
    return this.#calls.store(() => this.#store.parked(filter));
  }
  conflicts(filter: { after?: string; limit?: number }) {
    return this.#calls.store(() => this.#store.conflicts(filter));
  }
  retryParked(selection: ParkedSelection) {
    return this.#calls.store(() => this.#store.retryParked(selection));
  }
  discardParked(selection: ParkedSelection) {
    return this.#calls.store(() => this.#store.discardParked(selection));
  }
  forget(selection: PersonSelection) {
    return this.#calls.store(() => this.#store.forget(selection));
  }
  recover() {
    return this.#calls.store(() => this.#store.recover());
  }
  onWork(listener: (lane: Lane) => void) {
    return this.#store.onWork(listener);
  }
}

/** The path of a database in memory that all connections of this process with the same name share. */
export function sharedMemory(name: string): string {
  return `file:${name}?mode=memory&cache=shared`;
}
