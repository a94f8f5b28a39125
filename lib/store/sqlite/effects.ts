import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Lane } from "../../sync/types";
import type { LaneCounters } from "../types";
import { integer, text } from "./rows";

/** What is counted per lane besides the public counters. `settles` orders handing out and settling of leases. */
export type LaneTally =
  | keyof LaneCounters
  | "waiting"
  | "inFlight"
  | "parkedNow"
  | "lateConfirmations"
  | "expiredInRow"
  | "settles";

/** What is counted over both lanes. `generation`: how often the store was recovered, see `lib/store/generation`. */
export type SyncTally = "persons" | "linked" | "generation";

interface Tally {
  sync: string;
  lane: Lane | "";
  name: string;
  value: number;
}

export interface Announcement {
  sync: string;
  lane: Lane;
}

/** What is taken back together. */
interface Scope {
  deltas: Map<Tally, number>;
  announced: Map<string, Announcement>;
}

/**
 * What operations do beside their rows: count, and announce work. Tallies live in memory, so that a status needs no
 * scan, and are written once per transaction; an operation that fails takes its counts and announcements back.
 */
export class Effects {
  readonly #tallies = new Map<string, Tally>();
  readonly #write: StatementSync;
  #operation = emptyScope();
  #transaction = emptyScope();

  constructor(database: DatabaseSync) {
    for (const row of database.prepare("SELECT sync, lane, name, value FROM tally").all()) {
      const tally = this.#tally(text(row, "sync"), laneOrNone(text(row, "lane")), text(row, "name"));
      tally.value = integer(row, "value");
    }
    this.#write = database.prepare(
      `INSERT INTO tally (sync, lane, name, value) VALUES (?, ?, ?, ?)
       ON CONFLICT (sync, lane, name) DO UPDATE SET value = excluded.value`,
    );
  }

  count(sync: string, lane: Lane, name: LaneTally, by: number): void {
    this.#add(this.#tally(sync, lane, name), by);
  }

  countOverall(sync: string, name: SyncTally, by: number): void {
    this.#add(this.#tally(sync, "", name), by);
  }

  value(sync: string, lane: Lane, name: LaneTally): number {
    return this.#tally(sync, lane, name).value;
  }

  overall(sync: string, name: SyncTally): number {
    return this.#tally(sync, "", name).value;
  }

  /** Every sync that ever had something in this database. */
  syncs(): string[] {
    return [...new Set([...this.#tallies.values()].map(({ sync }) => sync))];
  }

  reset(sync: string, lane: Lane, name: LaneTally): void {
    const tally = this.#tally(sync, lane, name);
    this.#add(tally, -tally.value);
  }

  /** There may be work in this lane once the transaction is committed. */
  announce(sync: string, lane: Lane): void {
    this.#operation.announced.set(`${lane} ${sync}`, { sync, lane });
  }

  keepOperation(): void {
    const { deltas, announced } = this.#operation;
    for (const [tally, by] of deltas) addTo(this.#transaction.deltas, tally, by);
    for (const [key, announcement] of announced) this.#transaction.announced.set(key, announcement);
    this.#operation = emptyScope();
  }

  dropOperation(): void {
    undo(this.#operation);
    this.#operation = emptyScope();
  }

  /** Writes the tallies this transaction has moved; the last thing before its commit. */
  write(): void {
    for (const tally of this.#transaction.deltas.keys())
      this.#write.run(tally.sync, tally.lane, tally.name, tally.value);
  }

  /** @returns the lanes with work, each once */
  committed(): Announcement[] {
    const lanes = [...this.#transaction.announced.values()];
    this.#transaction = emptyScope();
    return lanes;
  }

  rolledBack(): void {
    this.dropOperation();
    undo(this.#transaction);
    this.#transaction = emptyScope();
  }

  #add(tally: Tally, by: number): void {
    if (by === 0) return;
    tally.value += by;
    addTo(this.#operation.deltas, tally, by);
  }

  #tally(sync: string, lane: Lane | "", name: string): Tally {
    const key = `${lane} ${name} ${sync}`;
    const known = this.#tallies.get(key);
    if (known) return known;
    const tally = { sync, lane, name, value: 0 };
    this.#tallies.set(key, tally);
    return tally;
  }
}

function emptyScope(): Scope {
  return { deltas: new Map(), announced: new Map() };
}

function addTo(deltas: Map<Tally, number>, tally: Tally, by: number): void {
  deltas.set(tally, (deltas.get(tally) ?? 0) + by);
}

function undo(scope: Scope): void {
  for (const [tally, by] of scope.deltas) tally.value -= by;
}

function laneOrNone(value: string): Lane | "" {
  return value === "to-legacy" || value === "to-cidaas" ? value : "";
}
