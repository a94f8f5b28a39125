import { DatabaseSync, type SQLOutputValue, type StatementSync } from "node:sqlite";
import { SyncError } from "../../lib/errors";
import type { LegacyFields, LegacyPatch, LegacyUser } from "./user";

export type LegacyEventName = "user.created" | "user.updated" | "user.deleted" | "user.password_changed";

/** A change event that waits in the outbox. */
export interface StoredEvent {
  id: number;
  userId: number;
}

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA busy_timeout = 5000;
  CREATE TABLE IF NOT EXISTS users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    email TEXT UNIQUE COLLATE NOCASE,
    email_verified INTEGER NOT NULL,
    first_name TEXT, last_name TEXT, phone TEXT, birth_date TEXT, newsletter TEXT, tier TEXT, city TEXT,
    status TEXT NOT NULL,
    password_hash TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
`;

const COLUMNS = [
  "email",
  "email_verified",
  "first_name",
  "last_name",
  "phone",
  "birth_date",
  "newsletter",
  "tier",
  "city",
  "status",
  "password_hash",
  "created_at",
  "updated_at",
] as const;

type Row = Record<string, SQLOutputValue>;

function textOf(value: SQLOutputValue | undefined): string {
  return typeof value === "string" ? value : "";
}

function optionalText(value: SQLOutputValue | undefined): string | null {
  return typeof value === "string" ? value : null;
}

function numberOf(value: SQLOutputValue | undefined): number {
  return typeof value === "number" ? value : 0;
}

function toUser(row: Row): LegacyUser {
  return {
    id: numberOf(row.id),
    email: optionalText(row.email),
    email_verified: numberOf(row.email_verified),
    first_name: optionalText(row.first_name),
    last_name: optionalText(row.last_name),
    phone: optionalText(row.phone),
    birth_date: optionalText(row.birth_date),
    newsletter: optionalText(row.newsletter),
    tier: optionalText(row.tier),
    city: optionalText(row.city),
    status: textOf(row.status),
    password_hash: optionalText(row.password_hash),
    created_at: textOf(row.created_at),
    updated_at: textOf(row.updated_at),
  };
}

/** True where SQLite refused a second user with one e-mail. */
function isUniqueViolation(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.message.includes("UNIQUE constraint failed");
}

/** The table of users and the outbox beside it, so that a change and its event are committed together. */
export class LegacyDatabase {
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #delete: StatementSync;
  readonly #byId: StatementSync;
  readonly #byEmail: StatementSync;
  readonly #page: StatementSync;
  readonly #count: StatementSync;
  readonly #addEvent: StatementSync;
  readonly #eventBody: StatementSync;
  readonly #removeEvent: StatementSync;
  readonly #events: StatementSync;

  /** Opens or creates the file; `:memory:` keeps nothing. */
  constructor(path: string) {
    const database = new DatabaseSync(path);
    database.exec(SCHEMA);
    this.#database = database;
    this.#insert = database.prepare(
      `INSERT INTO users (id, ${COLUMNS.join(", ")}) VALUES (:id, ${COLUMNS.map((name) => `:${name}`).join(", ")})`,
    );
    this.#update = database.prepare(
      `UPDATE users SET ${COLUMNS.map((name) => `${name} = :${name}`).join(", ")} WHERE id = :id`,
    );
    this.#delete = database.prepare("DELETE FROM users WHERE id = ?");
    this.#byId = database.prepare("SELECT * FROM users WHERE id = ?");
    this.#byEmail = database.prepare("SELECT * FROM users WHERE email = ?");
    this.#page = database.prepare("SELECT * FROM users WHERE id > ? ORDER BY id LIMIT ?");
    this.#count = database.prepare("SELECT count(*) AS count FROM users");
    this.#addEvent = database.prepare("INSERT INTO outbox (user_id, body) VALUES (?, ?)");
    this.#eventBody = database.prepare("SELECT body FROM outbox WHERE id = ?");
    this.#removeEvent = database.prepare("DELETE FROM outbox WHERE id = ?");
    this.#events = database.prepare("SELECT id, user_id FROM outbox ORDER BY id");
  }

  /** Runs `work` in one transaction: all of it is kept, or, when it throws, nothing. */
  transaction<T>(work: () => T): T {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#database.exec("COMMIT");
      return result;
    } catch (thrown) {
      this.#database.exec("ROLLBACK");
      throw thrown;
    }
  }

  /**
   * Adds a user, under the id given or, without one, under an id that nobody ever had. Throws `EMAIL_TAKEN`.
   */
  insert(
    fields: LegacyFields,
    passwordHash: string | null,
    times: { createdAt: number; updatedAt?: number },
    id: number | null = null,
  ): LegacyUser {
    const { createdAt, updatedAt = createdAt } = times;
    const record = {
      ...fields,
      password_hash: passwordHash,
      created_at: new Date(createdAt).toISOString(),
      updated_at: new Date(updatedAt).toISOString(),
    };
    const { lastInsertRowid } = this.#refusingTakenEmail(() => this.#insert.run({ id, ...record }));
    return { id: Number(lastInsertRowid), ...record };
  }

  /** Writes the given columns and a later `updated_at`; null when there is no such user. Throws `EMAIL_TAKEN`. */
  update(id: number, patch: LegacyPatch & { password_hash?: string }, now: number): LegacyUser | null {
    const user = this.get(id);
    if (user === null) return null;
    const updatedAt = Math.max(now, Date.parse(user.updated_at) + 1);
    const next: LegacyUser = { ...user, ...patch, updated_at: new Date(updatedAt).toISOString() };
    this.#refusingTakenEmail(() => this.#update.run({ ...next }));
    return next;
  }

  remove(id: number): boolean {
    return this.#delete.run(id).changes === 1;
  }

  get(id: number): LegacyUser | null {
    const row = this.#byId.get(id);
    return row === undefined ? null : toUser(row);
  }

  findByEmail(email: string): LegacyUser | null {
    const row = this.#byEmail.get(email);
    return row === undefined ? null : toUser(row);
  }

  /** Users in the order of their ids, after `after`; `limit` -1 gives all of them. */
  page(after: number, limit: number): LegacyUser[] {
    return this.#page.all(after, limit).map(toUser);
  }

  count(): number {
    return numberOf(this.#count.get()?.count);
  }

  addEvent(userId: number, body: string): StoredEvent {
    return { id: Number(this.#addEvent.run(userId, body).lastInsertRowid), userId };
  }

  /** Null when the event is no longer in the outbox. */
  eventBody(id: number): string | null {
    return optionalText(this.#eventBody.get(id)?.body);
  }

  removeEvent(id: number): void {
    this.#removeEvent.run(id);
  }

  /** All events not yet taken by the receiver, oldest first. */
  events(): StoredEvent[] {
    return this.#events.all().map((row) => ({ id: numberOf(row.id), userId: numberOf(row.user_id) }));
  }

  close(): void {
    this.#database.close();
  }

  #refusingTakenEmail<T>(write: () => T): T {
    try {
      return write();
    } catch (thrown) {
      if (isUniqueViolation(thrown)) throw new SyncError("EMAIL_TAKEN", "Choose another e-mail: this one is taken.");
      throw thrown;
    }
  }
}
