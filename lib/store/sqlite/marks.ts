import type { DatabaseSync, StatementSync } from "node:sqlite";
import { type Change, LANES, type Lane } from "../../sync/types";
import type { StoreCipher } from "../encryption";
import { changeNow, stamped } from "../generation";
import {
  freshMark,
  mergeArriving,
  mergeByAge,
  mergeReturning,
  PRIORITIES,
  priorityOf,
  type StoredMark,
} from "../waiting";
import type { Effects } from "./effects";
import { bytes, integer, type Row, text } from "./rows";

const COLUMNS = "person, sync, due_at, version, attempt, payload";

/** The waiting slot of every person and lane. */
export class Marks {
  readonly #cipher: StoreCipher;
  readonly #effects: Effects;
  readonly #get: StatementSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #delete: StatementSync;
  readonly #due: StatementSync;
  readonly #hurry: StatementSync;
  readonly #exists: StatementSync;

  constructor(database: DatabaseSync, cipher: StoreCipher, effects: Effects) {
    this.#cipher = cipher;
    this.#effects = effects;
    this.#get = database.prepare(`SELECT ${COLUMNS} FROM mark WHERE person = ? AND lane = ?`);
    this.#insert = database.prepare(
      "INSERT INTO mark (person, sync, lane, priority, due_at, version, attempt, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    );
    this.#update = database.prepare(
      "UPDATE mark SET priority = ?, due_at = ?, version = ?, attempt = ?, payload = ? WHERE person = ? AND lane = ?",
    );
    this.#delete = database.prepare("DELETE FROM mark WHERE person = ? AND lane = ?");
    // One range of the index `mark_due`; only marks of persons in flight, a bounded number, are passed over.
    this.#due = database.prepare(
      `SELECT ${COLUMNS} FROM mark
       WHERE sync = ? AND lane = ? AND priority = ? AND due_at <= ?
         AND NOT EXISTS (SELECT 1 FROM lease WHERE lease.person = mark.person)
       ORDER BY due_at, id LIMIT ?`,
    );
    this.#hurry = database.prepare(
      `UPDATE mark SET due_at = ? WHERE id IN
         (SELECT id FROM mark WHERE sync = ? AND lane = ? AND priority = ? AND due_at > ? LIMIT ?)`,
    );
    this.#exists = database.prepare("SELECT 1 AS found FROM mark WHERE person = ? AND lane = ?");
  }

  get(person: number, lane: Lane): StoredMark | null {
    const row = this.#get.get(person, lane);
    return row === undefined ? null : this.#markOf(row);
  }

  has(person: number, lane: Lane): boolean {
    return this.#exists.get(person, lane) !== undefined;
  }

  /** A change that has just come in. */
  arrive(sync: string, person: number, lane: Lane, change: Change, now: number): void {
    this.#effects.count(sync, lane, "in", 1);
    this.#put(sync, person, lane, freshMark(change, now), (waiting) => mergeArriving(waiting, change, now));
  }

  /** A parked change comes in again, due at once. */
  arriveAgain(sync: string, person: number, lane: Lane, change: Change, now: number): void {
    this.#effects.count(sync, lane, "in", 1);
    const mark = freshMark(change, now);
    this.#put(sync, person, lane, mark, (waiting) => mergeByAge(waiting, mark));
  }

  /** What was in flight waits again. */
  putBack(sync: string, person: number, lane: Lane, mark: StoredMark): void {
    this.#put(sync, person, lane, mark, (waiting) => mergeReturning(mark, waiting));
  }

  /** The marks of a row that turned out to be the same person. */
  move(sync: string, from: number, to: number): void {
    for (const lane of LANES) {
      const mark = this.get(from, lane);
      if (mark === null) continue;
      this.remove(sync, from, lane);
      this.#put(sync, to, lane, mark, (waiting) => mergeByAge(waiting, mark));
    }
  }

  remove(sync: string, person: number, lane: Lane): void {
    this.#delete.run(person, lane);
    this.#effects.count(sync, lane, "waiting", -1);
  }

  /** Up to `limit` due marks of persons that nobody holds, in the order in which they go out. */
  due(sync: string, lane: Lane, now: number, limit: number): { person: number; mark: StoredMark }[] {
    const found: { person: number; mark: StoredMark }[] = [];
    for (const priority of PRIORITIES) {
      if (found.length >= limit) break;
      for (const row of this.#due.all(sync, lane, priority, now, limit - found.length))
        found.push({ person: integer(row, "person"), mark: this.#markOf(row) });
    }
    return found;
  }

  /** Makes up to `limit` marks due that back off; @returns how many */
  hurry(sync: string, lane: Lane, now: number, limit: number): number {
    let count = 0;
    for (const priority of PRIORITIES)
      count += Number(this.#hurry.run(now, sync, lane, priority, now, limit - count).changes);
    if (count > 0) this.#effects.announce(sync, lane);
    return count;
  }

  /** The person is free again: says so in the lanes where it waits. */
  announceWaiting(sync: string, person: number): void {
    for (const lane of LANES) if (this.has(person, lane)) this.#effects.announce(sync, lane);
  }

  #put(sync: string, person: number, lane: Lane, mark: StoredMark, merge: (waiting: StoredMark) => StoredMark): void {
    this.#effects.announce(sync, lane);
    const waiting = this.get(person, lane);
    if (waiting === null) {
      this.#effects.count(sync, lane, "waiting", 1);
      const { change, dueAt, version, attempt } = mark;
      const payload = this.#cipher.sealChange(stamped(change, this.#effects.overall(sync, "generation")));
      this.#insert.run(person, sync, lane, priorityOf(change), dueAt, version, attempt, payload);
      return;
    }
    this.#effects.count(sync, lane, "merged", 1);
    const { change, dueAt, version, attempt } = merge(waiting);
    const payload = this.#cipher.sealChange(stamped(change, this.#effects.overall(sync, "generation")));
    this.#update.run(priorityOf(change), dueAt, version, attempt, payload, person, lane);
  }

  #markOf(row: Row): StoredMark {
    const generation = this.#effects.overall(text(row, "sync"), "generation");
    return {
      change: changeNow(this.#cipher.openChange(bytes(row, "payload")), generation),
      dueAt: integer(row, "due_at"),
      version: integer(row, "version"),
      attempt: integer(row, "attempt"),
    };
  }
}
