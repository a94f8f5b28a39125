import type { BrakeDecision, BrakeLimit, BrakeVerdict } from "../../sync/brake";
import type { Change, Lane, Person, Side } from "../../sync/types";
import type {
  AdoptedUser,
  ConflictEntry,
  Extension,
  Forgotten,
  LearnedIds,
  Lease,
  LeasedLoss,
  Mark,
  Match,
  Page,
  ParkedEntry,
  ParkedSelection,
  PersonSelection,
  Recovered,
  Settlement,
  SettleResult,
  StoreStatus,
  SyncStore,
  Taken,
} from "../types";
import { WorkListeners } from "../work-listeners";
import type { StoreCall } from "./protocol";

/** Asks the thread; resolves and rejects as the method that is called. */
type Ask = (call: StoreCall) => Promise<never>;

/** A store whose methods run in the thread of the engine. */
export class ThreadStore implements SyncStore {
  readonly #ask: Ask;
  readonly #listeners = new WorkListeners();

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  mark(lane: Lane, marks: Mark[]): Promise<void> {
    return this.#ask({ method: "mark", args: [lane, marks] });
  }

  take(lane: Lane, n: number): Promise<Taken> {
    return this.#ask({ method: "take", args: [lane, n] });
  }

  extend(extensions: Extension[]): Promise<string[]> {
    return this.#ask({ method: "extend", args: [extensions] });
  }

  link(token: string, ids: LearnedIds): Promise<Lease | null> {
    return this.#ask({ method: "link", args: [token, ids] });
  }

  settle(settlements: Settlement[]): Promise<SettleResult[]> {
    return this.#ask({ method: "settle", args: [settlements] });
  }

  release(tokens: string[]): Promise<void> {
    return this.#ask({ method: "release", args: [tokens] });
  }

  park(lane: Lane, mark: Mark, reason: { code: string; message: string }): Promise<void> {
    return this.#ask({ method: "park", args: [lane, mark, reason] });
  }

  findByIdentifier(side: Side, prints: string[]): Promise<Match[]> {
    return this.#ask({ method: "findByIdentifier", args: [side, prints] });
  }

  findPerson(ids: { sub: string } | { legacyId: string }): Promise<Person | null> {
    return this.#ask({ method: "findPerson", args: [ids] });
  }

  peek(lane: Lane, ids: { sub: string } | { legacyId: string }): Promise<Change | null> {
    return this.#ask({ method: "peek", args: [lane, ids] });
  }

  adopt(users: AdoptedUser[]): Promise<void> {
    return this.#ask({ method: "adopt", args: [users] });
  }

  getNote(name: string): Promise<string | null> {
    return this.#ask({ method: "getNote", args: [name] });
  }

  setNote(name: string, value: string): Promise<void> {
    return this.#ask({ method: "setNote", args: [name, value] });
  }

  pause(lane: Lane, reason: string | null): Promise<void> {
    return this.#ask({ method: "pause", args: [lane, reason] });
  }

  brake(lane: Lane, losses: LeasedLoss[], limit: BrakeLimit): Promise<BrakeVerdict[]> {
    return this.#ask({ method: "brake", args: [lane, losses, limit] });
  }

  decideBrake(lane: Lane, decision: BrakeDecision): Promise<boolean> {
    return this.#ask({ method: "decideBrake", args: [lane, decision] });
  }

  hurry(lane: Lane): Promise<number> {
    return this.#ask({ method: "hurry", args: [lane] });
  }

  countLateConfirmation(lane: Lane): Promise<void> {
    return this.#ask({ method: "countLateConfirmation", args: [lane] });
  }

  status(): Promise<StoreStatus> {
    return this.#ask({ method: "status", args: [] });
  }

  parked(filter: { lane?: Lane; code?: string; after?: string; limit?: number }): Promise<Page<ParkedEntry>> {
    return this.#ask({ method: "parked", args: [filter] });
  }

  conflicts(filter: { after?: string; limit?: number }): Promise<Page<ConflictEntry>> {
    return this.#ask({ method: "conflicts", args: [filter] });
  }

  retryParked(selection: ParkedSelection): Promise<Record<Lane, number>> {
    return this.#ask({ method: "retryParked", args: [selection] });
  }

  discardParked(selection: ParkedSelection): Promise<Record<Lane, number>> {
    return this.#ask({ method: "discardParked", args: [selection] });
  }

  forget(selection: PersonSelection): Promise<Forgotten> {
    return this.#ask({ method: "forget", args: [selection] });
  }

  recover(): Promise<Recovered> {
    return this.#ask({ method: "recover", args: [] });
  }

  onWork(listener: (lane: Lane) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** The thread says that there may be work. */
  emitWork(lane: Lane): void {
    this.#listeners.emit(lane);
  }
}
