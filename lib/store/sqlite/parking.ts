import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { mergeConflicts } from "../../sync/conflict";
import type { Change, ConflictRecord, Lane } from "../../sync/types";
import { MISSING_CODE, UNLINKED_CODES } from "../codes";
import type { StoreCipher } from "../encryption";
import type { ConflictEntry, Page, ParkedEntry } from "../types";
import type { Effects } from "./effects";
import { bytes, integer, lane as laneOf, type Row, text, textOrNull } from "./rows";

const PARKED = `SELECT parked.id, parked.lane, parked.person, parked.code, parked.message, parked.since, parked.attempts,
    parked.payload, person.sub, person.legacy_id
  FROM parked LEFT JOIN person ON person.id = parked.person`;
const UNLINKED = UNLINKED_CODES.map((code) => `'${code}'`).join(", ");
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

export interface ParkedMark {
  lane: Lane;
  /** Null for a record that carries no id. */
  person: number | null;
  code: string;
  message: string;
  attempts: number;
  change: Change;
}

/** A parked entry and the row of its person. */
export interface ParkedRow {
  person: number | null;
  entry: ParkedEntry;
}

export interface ParkedFilter {
  lane?: Lane;
  code?: string;
  after?: string;
  limit?: number;
}

/** Dead letters and recorded conflicts: what a person looks at. */
export class Parking {
  readonly #database: DatabaseSync;
  readonly #cipher: StoreCipher;
  readonly #effects: Effects;
  readonly #lists = new Map<string, StatementSync>();
  readonly #insert: StatementSync;
  readonly #byId: StatementSync;
  readonly #newest: StatementSync;
  readonly #delete: StatementSync;
  readonly #deleteWhereabouts: StatementSync;
  readonly #deleteOfCode: StatementSync;
  readonly #deleteAll: StatementSync;
  readonly #deleteConflicts: StatementSync;
  readonly #move: StatementSync;
  readonly #sameConflict: StatementSync;
  readonly #updateConflict: StatementSync;
  readonly #insertConflict: StatementSync;
  readonly #moveConflicts: StatementSync;
  readonly #conflicts: StatementSync;

  constructor(database: DatabaseSync, cipher: StoreCipher, effects: Effects) {
    this.#database = database;
    this.#cipher = cipher;
    this.#effects = effects;
    this.#insert = database.prepare(
      `INSERT INTO parked (sync, lane, person, code, message, since, attempts, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#byId = database.prepare(`${PARKED} WHERE parked.id = ? AND parked.sync = ?`);
    this.#newest = database.prepare("SELECT id FROM parked ORDER BY id DESC LIMIT 1");
    this.#delete = database.prepare("DELETE FROM parked WHERE id = ?");
    this.#deleteWhereabouts = database.prepare(
      `DELETE FROM parked WHERE person = ? AND code IN ('${MISSING_CODE}', ${UNLINKED}) RETURNING lane`,
    );
    this.#deleteOfCode = database.prepare(
      "DELETE FROM parked WHERE person = ? AND lane = ? AND code = ? RETURNING lane",
    );
    this.#deleteAll = database.prepare("DELETE FROM parked WHERE person = ? RETURNING lane");
    this.#deleteConflicts = database.prepare("DELETE FROM conflict WHERE person = ?");
    this.#move = database.prepare("UPDATE parked SET person = ? WHERE person = ?");
    // A time that is not known equals no other.
    this.#sameConflict = database.prepare(
      `SELECT id, body FROM conflict WHERE person = ? AND body ->> 'rule' = ? AND body ->> 'winner' = ?
         AND body ->> 'cidaasTime' = ? AND body ->> 'legacyTime' = ?`,
    );
    this.#updateConflict = database.prepare("UPDATE conflict SET body = ? WHERE id = ?");
    this.#insertConflict = database.prepare("INSERT INTO conflict (sync, person, body) VALUES (?, ?, ?)");
    this.#moveConflicts = database.prepare("UPDATE conflict SET person = ? WHERE person = ?");
    this.#conflicts = database.prepare(
      `SELECT conflict.id, conflict.body, person.sub, person.legacy_id
       FROM conflict JOIN person ON person.id = conflict.person
       WHERE conflict.sync = ? AND conflict.id > ? ORDER BY conflict.id LIMIT ?`,
    );
  }

  /** Keeps a change that cannot be delivered, and counts it as `parked`. */
  add(sync: string, mark: ParkedMark, now: number): void {
    const payload = this.#cipher.sealChange(mark.change);
    this.#insert.run(sync, mark.lane, mark.person, mark.code, mark.message, now, mark.attempts, payload);
    this.#effects.count(sync, mark.lane, "parked", 1);
    this.#effects.count(sync, mark.lane, "parkedNow", 1);
  }

  get(sync: string, id: string): ParkedRow | null {
    const row = /^\d{1,15}$/.test(id) ? this.#byId.get(Number(id), sync) : undefined;
    return row === undefined ? null : this.#parkedOf(row);
  }

  remove(sync: string, entry: ParkedEntry): void {
    this.#delete.run(Number(entry.id));
    this.#effects.count(sync, entry.lane, "parkedNow", -1);
  }

  /** The user is known to be deleted: nobody is asked any more where it is, or who on the other side. */
  forgetWhereabouts(sync: string, person: number): void {
    for (const row of this.#deleteWhereabouts.all(person))
      this.#effects.count(sync, laneOf(row, "lane"), "parkedNow", -1);
  }

  /** Gives out what is parked of a person for want of a link: it is parked no more. */
  unlinked(sync: string, person: number): ParkedEntry[] {
    const rows = this.#list(`parked.sync = ? AND parked.person = ? AND parked.code IN (${UNLINKED})`);
    const entries = rows.all(sync, person, MAX_LIMIT).map((row) => this.#parkedOf(row).entry);
    for (const entry of entries) this.remove(sync, entry);
    return entries;
  }

  /** What is parked of the person in a lane under this code gives way to newer news of the same. */
  forget(sync: string, person: number, { lane, code }: { lane: Lane; code: string }): void {
    this.#effects.count(sync, lane, "parkedNow", -this.#deleteOfCode.all(person, lane, code).length);
  }

  /** All that is parked or recorded of the person. */
  erase(sync: string, person: number): void {
    for (const row of this.#deleteAll.all(person)) this.#effects.count(sync, laneOf(row, "lane"), "parkedNow", -1);
    this.#deleteConflicts.run(person);
  }

  /** Id of the entry parked last. */
  newest(): number {
    const row = this.#newest.get();
    return row === undefined ? 0 : integer(row, "id");
  }

  list(sync: string, filter: ParkedFilter): Page<ParkedRow> {
    const limit = pageSize(filter.limit);
    const conditions = ["parked.sync = ?", "parked.id > ?"];
    const values: SQLInputValue[] = [sync, position(filter.after)];
    if (filter.lane !== undefined) {
      conditions.push("parked.lane = ?");
      values.push(filter.lane);
    }
    if (filter.code !== undefined) {
      conditions.push("parked.code = ?");
      values.push(filter.code);
    }
    const rows = this.#list(conditions.join(" AND ")).all(...values, limit + 1);
    return pageOf(rows, limit, (row) => this.#parkedOf(row));
  }

  /** Records a conflict; one of the same edits with the same winner is completed instead. */
  addConflict(sync: string, person: number, conflict: ConflictRecord): void {
    const { rule, winner, cidaasTime, legacyTime } = conflict;
    const row = this.#sameConflict.get(person, rule, winner, cidaasTime, legacyTime);
    if (row === undefined) this.#insertConflict.run(sync, person, JSON.stringify(conflict));
    else {
      const former: ConflictRecord = JSON.parse(text(row, "body"));
      this.#updateConflict.run(JSON.stringify(mergeConflicts(former, conflict)), integer(row, "id"));
    }
  }

  conflicts(sync: string, filter: { after?: string; limit?: number }): Page<ConflictEntry> {
    const limit = pageSize(filter.limit);
    return pageOf(this.#conflicts.all(sync, position(filter.after), limit + 1), limit, conflictOf);
  }

  move(from: number, to: number): void {
    this.#move.run(to, from);
    this.#moveConflicts.run(to, from);
  }

  #list(condition: string): StatementSync {
    const known = this.#lists.get(condition);
    if (known) return known;
    const statement = this.#database.prepare(`${PARKED} WHERE ${condition} ORDER BY parked.id LIMIT ?`);
    this.#lists.set(condition, statement);
    return statement;
  }

  #parkedOf(row: Row): ParkedRow {
    return {
      person: row.person === null ? null : integer(row, "person"),
      entry: {
        id: String(integer(row, "id")),
        lane: laneOf(row, "lane"),
        sub: textOrNull(row, "sub"),
        legacyId: textOrNull(row, "legacy_id"),
        code: text(row, "code"),
        message: text(row, "message"),
        since: integer(row, "since"),
        attempts: integer(row, "attempts"),
        change: this.#cipher.openChange(bytes(row, "payload")),
      },
    };
  }
}

function conflictOf(row: Row): ConflictEntry {
  const record: ConflictRecord = JSON.parse(text(row, "body"));
  return { ...record, sub: textOrNull(row, "sub"), legacyId: textOrNull(row, "legacy_id") };
}

/** One row more than the page was asked for: it tells whether there is a next page. */
function pageOf<T>(rows: Row[], limit: number, itemOf: (row: Row) => T): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(itemOf),
    next: rows.length > limit && last !== undefined ? String(integer(last, "id")) : null,
  };
}

function position(after: string | undefined): number {
  return after !== undefined && /^\d{1,15}$/.test(after) ? Number(after) : 0;
}

function pageSize(limit: number | undefined): number {
  if (limit === undefined || !Number.isFinite(limit)) return DEFAULT_LIMIT;
  return Math.min(MAX_LIMIT, Math.max(1, Math.floor(limit)));
}
