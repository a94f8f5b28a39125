import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Person, Side } from "../../sync/types";
import type { Effects } from "./effects";
import { integer, integerOrNull, type Row, textOrNull } from "./rows";

const COLUMNS = "id, sub, legacy_id, in_cidaas, in_legacy, deleted_at";

/** The rows of persons. */
export class Persons {
  readonly #effects: Effects;
  readonly #byId: StatementSync;
  readonly #bySub: StatementSync;
  readonly #byLegacyId: StatementSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #delete: StatementSync;

  constructor(database: DatabaseSync, effects: Effects) {
    this.#effects = effects;
    this.#byId = database.prepare(`SELECT ${COLUMNS} FROM person WHERE id = ?`);
    this.#bySub = database.prepare(`SELECT ${COLUMNS} FROM person WHERE sync = ? AND sub = ?`);
    this.#byLegacyId = database.prepare(`SELECT ${COLUMNS} FROM person WHERE sync = ? AND legacy_id = ?`);
    this.#insert = database.prepare(
      "INSERT INTO person (sync, sub, legacy_id, in_cidaas, in_legacy, deleted_at) VALUES (?, ?, ?, 0, 0, NULL)",
    );
    this.#update = database.prepare(
      "UPDATE person SET sub = ?, legacy_id = ?, in_cidaas = ?, in_legacy = ?, deleted_at = ? WHERE id = ?",
    );
    this.#delete = database.prepare("DELETE FROM person WHERE id = ?");
  }

  get(id: number): Person {
    const row = this.#byId.get(id);
    if (row === undefined) throw new Error(`person ${id} has no row`);
    return personOf(row);
  }

  bySub(sync: string, sub: string): Person | null {
    const row = this.#bySub.get(sync, sub);
    return row === undefined ? null : personOf(row);
  }

  byLegacyId(sync: string, legacyId: string): Person | null {
    const row = this.#byLegacyId.get(sync, legacyId);
    return row === undefined ? null : personOf(row);
  }

  insert(sync: string, sub: string | null, legacyId: string | null): Person {
    const { lastInsertRowid } = this.#insert.run(sync, sub, legacyId);
    this.#effects.countOverall(sync, "persons", 1);
    const person = {
      id: Number(lastInsertRowid),
      sub,
      legacyId,
      inCidaas: false,
      inLegacy: false,
      deletedAt: null,
    };
    this.#effects.countOverall(sync, "linked", linked(person));
    return person;
  }

  /** Writes what differs from the row as it was read. */
  update(sync: string, before: Person, after: Person): void {
    if (same(before, after)) return;
    this.#update.run(
      after.sub,
      after.legacyId,
      Number(after.inCidaas),
      Number(after.inLegacy),
      after.deletedAt,
      after.id,
    );
    this.#effects.countOverall(sync, "linked", linked(after) - linked(before));
  }

  delete(sync: string, person: Person): void {
    this.#delete.run(person.id);
    this.#effects.countOverall(sync, "persons", -1);
    this.#effects.countOverall(sync, "linked", -linked(person));
  }

  /**
   * An event or a record named the user on this side. A deleted user is not seen again by that alone, since events come
   * late and twice; what is read decides (`present`).
   */
  seen(sync: string, person: Person, side: Side): Person {
    if (person.deletedAt !== null || existsOn(person, side)) return person;
    const after = { ...person, ...presence(side, true) };
    this.update(sync, person, after);
    return after;
  }

  /**
   * The user was found, made or deleted. A deletion sets the tombstone; only a user that comes back on a side where it
   * was not known to be lifts it, so that the sight of the other, older half does not undo a deletion.
   */
  present(sync: string, person: Person, present: Partial<Record<Side, boolean>>, now: number): Person {
    const after = { ...person };
    for (const side of ["cidaas", "legacy"] as const) {
      const exists = present[side];
      if (exists === undefined) continue;
      if (exists && !existsOn(person, side)) after.deletedAt = null;
      Object.assign(after, presence(side, exists));
    }
    if (present.cidaas === false || present.legacy === false) after.deletedAt = person.deletedAt ?? now;
    this.update(sync, person, after);
    return after;
  }
}

function existsOn(person: Person, side: Side): boolean {
  return side === "cidaas" ? person.inCidaas : person.inLegacy;
}

function presence(side: Side, exists: boolean): { inCidaas: boolean } | { inLegacy: boolean } {
  return side === "cidaas" ? { inCidaas: exists } : { inLegacy: exists };
}

function same(one: Person, other: Person): boolean {
  return (
    one.sub === other.sub &&
    one.legacyId === other.legacyId &&
    one.inCidaas === other.inCidaas &&
    one.inLegacy === other.inLegacy &&
    one.deletedAt === other.deletedAt
  );
}

function linked(person: Person): number {
  return person.sub !== null && person.legacyId !== null ? 1 : 0;
}

function personOf(row: Row): Person {
  return {
    id: integer(row, "id"),
    sub: textOrNull(row, "sub"),
    legacyId: textOrNull(row, "legacy_id"),
    inCidaas: integer(row, "in_cidaas") === 1,
    inLegacy: integer(row, "in_legacy") === 1,
    deletedAt: integerOrNull(row, "deleted_at"),
  };
}
