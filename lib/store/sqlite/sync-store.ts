import type { BrakeDecision, BrakeLimit, BrakeVerdict } from "../../sync/brake";
import { mergeChanges, retriedChange } from "../../sync/change";
import type { Change, Lane, Person, Side } from "../../sync/types";
import { readCounters } from "../counters";
import type {
  AdoptedUser,
  ConflictEntry,
  Extension,
  Forgotten,
  LaneStatus,
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
import type { Braking } from "./braking";
import type { CommitQueue } from "./commit-queue";
import type { Forgetting } from "./forgetting";
import type { Lanes } from "./lanes";
import type { Linking } from "./linking";
import type { ParkedFilter, ParkedRow } from "./parking";
import type { Settings } from "./settings";
import type { Settling } from "./settling";
import type { Tables } from "./tables";

/** Marks moved in one transaction, so that hundreds of thousands do not hold up everything else. */
const PARKED_PER_COMMIT = 200;
const HURRIED_PER_COMMIT = 500;

/** What all syncs of one database share. */
export interface Parts {
  queue: CommitQueue;
  tables: Tables;
  linking: Linking;
  forgetting: Forgetting;
  lanes: Lanes;
  settling: Settling;
  braking: Braking;
  settings: Settings;
  /** Leaves nothing of what was deleted in the log. */
  emptyLog: () => void;
  now: () => number;
}

/** @returns whether the entry was moved */
type ParkedAction = (row: ParkedRow, now: number) => boolean;

/** The lanes of one pair of systems; every method is one operation of the commit queue. */
export class SqliteSyncStore implements SyncStore {
  readonly #key: string;
  readonly #parts: Parts;
  readonly #listeners = new WorkListeners();

  constructor(key: string, parts: Parts) {
    this.#key = key;
    this.#parts = parts;
  }

  mark(lane: Lane, marks: Mark[]): Promise<void> {
    return this.#run((now) => this.#parts.lanes.mark(this.#key, lane, marks, now), marks.length);
  }

  take(lane: Lane, n: number): Promise<Taken> {
    return this.#run((now) => this.#parts.lanes.take(this.#key, lane, n, now), n);
  }

  extend(extensions: Extension[]): Promise<string[]> {
    return this.#run((now) => this.#parts.lanes.extend(this.#key, extensions, now), extensions.length);
  }

  link(token: string, ids: LearnedIds): Promise<Lease | null> {
    return this.#run((now) => this.#parts.settling.link(this.#key, token, ids, now));
  }

  settle(settlements: Settlement[]): Promise<SettleResult[]> {
    const { settling } = this.#parts;
    return this.#run(
      (now) => settlements.map((settlement) => settling.settle(this.#key, settlement, now)),
      settlements.length,
    );
  }

  release(tokens: string[]): Promise<void> {
    return this.#run((now) => this.#parts.lanes.release(this.#key, tokens, now), tokens.length);
  }

  park(lane: Lane, mark: Mark, reason: { code: string; message: string }): Promise<void> {
    return this.#run((now) => this.#parts.lanes.park(this.#key, lane, mark, reason, now));
  }

  findByIdentifier(side: Side, prints: string[]): Promise<Match[]> {
    const { knowledge, persons } = this.#parts.tables;
    return this.#run(() =>
      knowledge
        .find(this.#key, side, prints)
        .map(({ person, verified, intent }) => ({ person: persons.get(person), verified, intent })),
    );
  }

  findPerson(ids: { sub: string } | { legacyId: string }): Promise<Person | null> {
    const { persons } = this.#parts.tables;
    return this.#run(() =>
      "sub" in ids ? persons.bySub(this.#key, ids.sub) : persons.byLegacyId(this.#key, ids.legacyId),
    );
  }

  peek(lane: Lane, ids: { sub: string } | { legacyId: string }): Promise<Change | null> {
    const { persons, marks, leases } = this.#parts.tables;
    return this.#run(() => {
      const person = "sub" in ids ? persons.bySub(this.#key, ids.sub) : persons.byLegacyId(this.#key, ids.legacyId);
      if (person === null) return null;
      const lease = leases.byPerson(person.id);
      const changes = [lease?.lane === lane ? lease.change : null, marks.get(person.id, lane)?.change ?? null];
      return changes.filter((change) => change !== null).reduce<Change | null>(mergeOrTake, null);
    });
  }

  adopt(users: AdoptedUser[]): Promise<void> {
    const { forgetting, linking, tables } = this.#parts;
    return this.#run((now) => {
      for (const user of users) {
        // By its ids only: another account with the same e-mail is not the one that was forgotten.
        if (forgetting.isForgotten(this.#key, user, [], now)) continue;
        const person = linking.resolve(this.#key, "to-legacy", user, now);
        linking.seen(this.#key, person, "cidaas", now);
        tables.knowledge.putIdentifiers(this.#key, person.id, "cidaas", user.identifiers);
      }
    }, users.length);
  }

  getNote(name: string): Promise<string | null> {
    return this.#run(() => this.#parts.settings.note(this.#key, name));
  }

  setNote(name: string, value: string): Promise<void> {
    return this.#run(() => this.#parts.settings.putNote(this.#key, name, value));
  }

  /** Resuming is a fresh start for a lane that was stopped because nobody answered. */
  pause(lane: Lane, reason: string | null): Promise<void> {
    return this.#run(() => {
      this.#parts.settings.putPause(this.#key, lane, reason);
      if (reason !== null) return;
      this.#parts.tables.effects.reset(this.#key, lane, "expiredInRow");
      this.#parts.tables.effects.announce(this.#key, lane);
    });
  }

  brake(lane: Lane, losses: LeasedLoss[], limit: BrakeLimit): Promise<BrakeVerdict[]> {
    return this.#run((now) => this.#parts.braking.judge(this.#key, lane, losses, limit, now), losses.length);
  }

  decideBrake(lane: Lane, decision: BrakeDecision): Promise<boolean> {
    return this.#run((now) => this.#parts.braking.decide(this.#key, lane, decision, now));
  }

  async hurry(lane: Lane): Promise<number> {
    const { marks } = this.#parts.tables;
    let count = 0;
    for (;;) {
      const moved = await this.#run((now) => marks.hurry(this.#key, lane, now, HURRIED_PER_COMMIT), HURRIED_PER_COMMIT);
      count += moved;
      if (moved < HURRIED_PER_COMMIT) return count;
    }
  }

  countLateConfirmation(lane: Lane): Promise<void> {
    return this.#run(() => this.#parts.tables.effects.count(this.#key, lane, "lateConfirmations", 1));
  }

  status(): Promise<StoreStatus> {
    const { effects } = this.#parts.tables;
    return this.#run(() => ({
      lanes: { "to-legacy": this.#laneStatus("to-legacy"), "to-cidaas": this.#laneStatus("to-cidaas") },
      persons: effects.overall(this.#key, "persons"),
      linked: effects.overall(this.#key, "linked"),
    }));
  }

  parked(filter: ParkedFilter): Promise<Page<ParkedEntry>> {
    return this.#run(() => {
      const { items, next } = this.#parts.tables.parking.list(this.#key, filter);
      return { items: items.map((row) => row.entry), next };
    });
  }

  conflicts(filter: { after?: string; limit?: number }): Promise<Page<ConflictEntry>> {
    return this.#run(() => this.#parts.tables.parking.conflicts(this.#key, filter));
  }

  /** A record parked without an id belongs to no person and stays where it is. */
  retryParked(selection: ParkedSelection): Promise<Record<Lane, number>> {
    const { marks, parking } = this.#parts.tables;
    return this.#eachParked(selection, ({ person, entry }, now) => {
      if (person === null) return false;
      parking.remove(this.#key, entry);
      marks.arriveAgain(this.#key, person, entry.lane, retriedChange(entry.lane, entry.change, entry.code), now);
      return true;
    });
  }

  discardParked(selection: ParkedSelection): Promise<Record<Lane, number>> {
    return this.#eachParked(selection, ({ entry }) => {
      this.#parts.tables.parking.remove(this.#key, entry);
      return true;
    });
  }

  async forget(selection: PersonSelection): Promise<Forgotten> {
    const { emptyLog, forgetting } = this.#parts;
    const forgotten = await this.#run((now) => forgetting.forget(this.#key, selection, now));
    if (forgotten.found === "one") emptyLog();
    return forgotten;
  }

  recover(): Promise<Recovered> {
    return this.#run((now) => this.#parts.lanes.recover(this.#key, now));
  }

  onWork(listener: (lane: Lane) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** A transaction that may have made work is committed. */
  emitWork(lane: Lane): void {
    this.#listeners.emit(lane);
  }

  #run<T>(work: (now: number) => T, persons?: number): Promise<T> {
    return this.#parts.queue.run(() => work(this.#parts.now()), persons);
  }

  #laneStatus(lane: Lane): LaneStatus {
    const { effects } = this.#parts.tables;
    return {
      waiting: effects.value(this.#key, lane, "waiting"),
      inFlight: effects.value(this.#key, lane, "inFlight"),
      paused: this.#parts.settings.pauseReason(this.#key, lane) ?? false,
      lateConfirmations: effects.value(this.#key, lane, "lateConfirmations"),
      parkedNow: effects.value(this.#key, lane, "parkedNow"),
      counters: readCounters((name) => effects.value(this.#key, lane, name)),
    };
  }

  /** By ids all at once; by lane and code page by page, without what is parked meanwhile. */
  async #eachParked(selection: ParkedSelection, action: ParkedAction): Promise<Record<Lane, number>> {
    const { parking } = this.#parts.tables;
    const count = { "to-legacy": 0, "to-cidaas": 0 };
    const tally = (moved: ParkedRow[]) => {
      for (const { entry } of moved) count[entry.lane] += 1;
      return count;
    };
    if ("ids" in selection)
      return tally(
        await this.#run((now) => {
          const found = [...new Set(selection.ids)].map((id) => parking.get(this.#key, id));
          return found.filter((row) => row !== null).filter((row) => action(row, now));
        }),
      );
    const newest = await this.#run(() => parking.newest());
    let after: string | null = "0";
    while (after !== null) {
      const filter: ParkedFilter = { ...selection, after, limit: PARKED_PER_COMMIT };
      const page = await this.#run((now) => {
        const { items, next } = parking.list(this.#key, filter);
        const rows = items.filter((row) => Number(row.entry.id) <= newest);
        return { next: rows.length < items.length ? null : next, moved: rows.filter((row) => action(row, now)) };
      });
      tally(page.moved);
      after = page.next;
    }
    return count;
  }
}

function mergeOrTake(merged: Change | null, change: Change): Change {
  return merged === null ? change : mergeChanges(merged, change);
}
