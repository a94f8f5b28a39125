import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Change, Lane } from "../../sync/types";
import type { StoreCipher } from "../encryption";
import { changeNow, stamped } from "../generation";
import type { StoredMark } from "../waiting";
import type { Effects } from "./effects";
import { bytes, integer, lane, type Row, text } from "./rows";

const COLUMNS = "person, token, sync, lane, until, settles_before, version, attempt, payload";
/** How long the token of a lost lease is remembered, for the sender that still settles it. */
const LOST_LEASE_MS = 24 * 60 * 60 * 1000;

/** A mark in flight. */
export interface StoredLease extends StoredMark {
  person: number;
  token: string;
  sync: string;
  lane: Lane;
  until: number;
  /** Leases of the lane that had been settled when this one was handed out. */
  settlesBefore: number;
}

/** What is in flight, and the tokens that were lost. */
export class Leases {
  readonly #cipher: StoreCipher;
  readonly #effects: Effects;
  readonly #insert: StatementSync;
  readonly #byToken: StatementSync;
  readonly #byPerson: StatementSync;
  readonly #expired: StatementSync;
  readonly #all: StatementSync;
  readonly #renew: StatementSync;
  readonly #change: StatementSync;
  readonly #delete: StatementSync;
  readonly #lose: StatementSync;
  readonly #forgetOld: StatementSync;
  readonly #claim: StatementSync;
  readonly #moveLost: StatementSync;
  readonly #eraseLost: StatementSync;

  constructor(database: DatabaseSync, cipher: StoreCipher, effects: Effects) {
    this.#cipher = cipher;
    this.#effects = effects;
    this.#insert = database.prepare(
      `INSERT INTO lease (${COLUMNS}) SELECT person, ?, sync, lane, ?, ?, version, attempt, payload
       FROM mark WHERE person = ? AND lane = ?`,
    );
    this.#byToken = database.prepare(`SELECT ${COLUMNS} FROM lease WHERE token = ? AND sync = ?`);
    this.#byPerson = database.prepare(`SELECT ${COLUMNS} FROM lease WHERE person = ?`);
    this.#expired = database.prepare(`SELECT ${COLUMNS} FROM lease WHERE sync = ? AND until <= ? ORDER BY until`);
    this.#all = database.prepare(`SELECT ${COLUMNS} FROM lease`);
    this.#renew = database.prepare("UPDATE lease SET until = ? WHERE person = ?");
    this.#change = database.prepare("UPDATE lease SET payload = ? WHERE person = ?");
    this.#delete = database.prepare("DELETE FROM lease WHERE person = ?");
    this.#lose = database.prepare("INSERT OR REPLACE INTO lost_lease (token, person, lane, at) VALUES (?, ?, ?, ?)");
    this.#forgetOld = database.prepare("DELETE FROM lost_lease WHERE at < ?");
    this.#claim = database.prepare(
      `DELETE FROM lost_lease WHERE token = ?
         AND person IN (SELECT id FROM person WHERE id = lost_lease.person AND sync = ?)
       RETURNING person, lane`,
    );
    this.#moveLost = database.prepare("UPDATE lost_lease SET person = ? WHERE person = ?");
    this.#eraseLost = database.prepare("DELETE FROM lost_lease WHERE person = ?");
  }

  /** The waiting mark of the person goes in flight; its payload is copied as it lies there, encrypted. */
  add(lease: StoredLease): void {
    this.#insert.run(lease.token, lease.until, lease.settlesBefore, lease.person, lease.lane);
    this.#effects.count(lease.sync, lease.lane, "inFlight", 1);
  }

  byToken(sync: string, token: string): StoredLease | null {
    const row = this.#byToken.get(token, sync);
    return row === undefined ? null : this.#leaseOf(row);
  }

  byPerson(person: number): StoredLease | null {
    const row = this.#byPerson.get(person);
    return row === undefined ? null : this.#leaseOf(row);
  }

  /** Leases that ran out, the oldest first. */
  expired(sync: string, now: number): StoredLease[] {
    return this.#expired.all(sync, now).map((row) => this.#leaseOf(row));
  }

  all(): StoredLease[] {
    return this.#all.all().map((row) => this.#leaseOf(row));
  }

  renew(lease: StoredLease, until: number): StoredLease {
    this.#renew.run(until, lease.person);
    return { ...lease, until };
  }

  /** Keeps something about the change that is in flight, for the tries after this one. */
  change(lease: StoredLease, change: Change): void {
    const stored = stamped(change, this.#effects.overall(lease.sync, "generation"));
    this.#change.run(this.#cipher.sealChange(stored), lease.person);
  }

  remove(lease: StoredLease): void {
    this.#delete.run(lease.person);
    this.#effects.count(lease.sync, lease.lane, "inFlight", -1);
  }

  /** Ends a lease that its holder may still believe in; `claimLost` knows it for a day. */
  revoke(lease: StoredLease, now: number): void {
    this.remove(lease);
    this.#lose.run(lease.token, lease.person, lease.lane, now);
    this.#forgetOld.run(now - LOST_LEASE_MS);
  }

  /** Whose lost lease it was, told once. */
  claimLost(sync: string, token: string): Pick<StoredLease, "person" | "lane"> | null {
    const row = this.#claim.get(token, sync);
    return row === undefined ? null : { person: integer(row, "person"), lane: lane(row, "lane") };
  }

  moveLost(from: number, to: number): void {
    this.#moveLost.run(to, from);
  }

  /** Whoever still settles a lost lease of this person repairs nothing. */
  eraseLost(person: number): void {
    this.#eraseLost.run(person);
  }

  #leaseOf(row: Row): StoredLease {
    const until = integer(row, "until");
    const sync = text(row, "sync");
    const change = this.#cipher.openChange(bytes(row, "payload"));
    return {
      person: integer(row, "person"),
      token: text(row, "token"),
      sync,
      lane: lane(row, "lane"),
      until,
      settlesBefore: integer(row, "settles_before"),
      version: integer(row, "version"),
      attempt: integer(row, "attempt"),
      change: changeNow(change, this.#effects.overall(sync, "generation")),
      dueAt: until,
    };
  }
}
