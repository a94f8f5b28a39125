import { SyncError } from "../../lib/errors";
import type { Json } from "../../lib/sync/types";
import type { History, HistoryEntry } from "../kit/history";
import { compareSync, hashSync } from "../vendor/bcryptjs";
import type { LegacyDatabase, LegacyEventName } from "./database";
import type { Outbox } from "./outbox";
import { BCRYPT_COST, generateUsers } from "./people";
import { type LegacyUser, type Parsed, parseNewUser, parsePassword, parsePatch } from "./user";

/** A person's own edit, or a write of the synchronisation. */
export type Actor = "user" | "sync";

/** Generated users are the same in every simulation. */
export const PEOPLE_SEED = 4711;

const KINDS: Record<LegacyEventName, HistoryEntry["kind"]> = {
  "user.created": "created",
  "user.updated": "updated",
  "user.password_changed": "updated",
  "user.deleted": "deleted",
};

/** What the legacy system does. Every write commits its change event with it and is noted in the history. */
export class LegacySystem {
  readonly #database: LegacyDatabase;
  readonly #outbox: Outbox;
  readonly #history: History;
  /** The clock of the system; the history has the true time. */
  readonly #now: () => number;

  constructor(parts: { database: LegacyDatabase; outbox: Outbox; history: History; now: () => number }) {
    this.#database = parts.database;
    this.#outbox = parts.outbox;
    this.#history = parts.history;
    this.#now = parts.now;
  }

  /** Fills an empty table with made-up users, without events: they have been there for years. */
  populate(count: number): void {
    if (this.#database.page(0, 1).length > 0) return;
    this.#database.transaction(() => {
      for (const { fields, passwordHash, createdAt, updatedAt } of generateUsers(count, PEOPLE_SEED)) {
        const user = this.#database.insert(fields, passwordHash, { createdAt, updatedAt });
        this.#note("created", user.id, "system", changedValues(null, user));
      }
    });
  }

  /** Creates a user from unknown input, under the id given or a new one. Throws `INPUT_INVALID` and `EMAIL_TAKEN`. */
  create(input: unknown, by: Actor, id: number | null = null): LegacyUser {
    const { fields, password } = accepted(parseNewUser(input));
    const hash = password === null ? null : hashSync(password, BCRYPT_COST);
    const insert = () => this.#database.insert(fields, hash, { createdAt: this.#now() }, id);
    return this.#write("user.created", by, insert, (user) => changedValues(null, user));
  }

  /**
   * Changes fields of a user; null when there is none with this id. A patch that changes nothing writes nothing.
   * Throws `INPUT_INVALID` and `EMAIL_TAKEN`.
   */
  edit(id: number, input: unknown, by: Actor): LegacyUser | null {
    const patch = accepted(parsePatch(input));
    const before = this.#database.get(id);
    if (before === null) return null;
    const changes = changedValues(before, { ...before, ...patch });
    if (Object.keys(changes).length === 0) return before;
    const update = () => this.#database.update(id, patch, this.#now());
    return this.#write("user.updated", by, update, () => changes);
  }

  /** False when there is no such user. Throws `INPUT_INVALID`. */
  changePassword(id: number, input: unknown, by: Actor): boolean {
    const hash = hashSync(accepted(parsePassword(input)), BCRYPT_COST);
    const update = () => this.#database.update(id, { password_hash: hash }, this.#now());
    return this.#write("user.password_changed", by, update, () => ({ password_hash: hash })) !== null;
  }

  /** False when there is no such user. */
  remove(id: number, by: Actor): boolean {
    const remove = () => (this.#database.remove(id) ? { id } : null);
    return this.#write("user.deleted", by, remove, () => ({})) !== null;
  }

  /** The user whose e-mail and password these are; null for wrong ones and for a locked user. */
  login(email: string, password: string): LegacyUser | null {
    const user = this.#database.findByEmail(email);
    const hash = user?.password_hash ?? null;
    if (user === null || hash === null || user.status !== "active" || !compareSync(password, hash)) return null;
    this.#note("login", user.id, "user", {});
    return user;
  }

  /** Commits a change with its event, notes it, and sends the event on its way. */
  #write<T extends { id: number } | null>(
    event: LegacyEventName,
    by: Actor,
    change: () => T,
    fields: (user: NonNullable<T>) => Record<string, Json>,
  ): T {
    const { user, stored } = this.#database.transaction(() => {
      const user = change();
      if (user === null) return { user, stored: null };
      const body = JSON.stringify({ event, occurredAt: new Date(this.#now()).toISOString(), user });
      return { user, stored: this.#database.addEvent(user.id, body) };
    });
    if (user === null || stored === null) return user;
    this.#note(KINDS[event], user.id, by, fields(user));
    const sent = this.#outbox.add(stored);
    this.#note("event", user.id, "system", sent ? { event } : { event, lost: "never sent" });
    return user;
  }

  #note(kind: HistoryEntry["kind"], id: number, by: HistoryEntry["by"], fields: Record<string, Json>): void {
    this.#history.append({ at: Date.now(), system: "legacy", id: String(id), kind, by, fields });
  }
}

function accepted<T>(parsed: Parsed<T>): T {
  if (!parsed.ok) throw new SyncError("INPUT_INVALID", parsed.message);
  return parsed.value;
}

/** The columns whose values differ, as they are afterwards; the times of the record say nothing of their own. */
function changedValues(before: LegacyUser | null, after: LegacyUser): Record<string, Json> {
  const { id, created_at, updated_at, ...values } = after;
  const old: Record<string, Json> = { ...before };
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => old[name] !== value));
}
