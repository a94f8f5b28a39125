import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Printer } from "../../sync/prints";
import { type Identifier, LANES, type Person, type Print } from "../../sync/types";
import { FORGOTTEN_FOR_MS, type Forgotten, type PersonSelection } from "../types";
import type { Tables } from "./tables";

interface Ids {
  sub?: string | null | undefined;
  legacyId?: string | null | undefined;
}

/** Erases persons, and keeps prints of who was erased, so that nothing that comes in brings them back by itself. */
export class Forgetting {
  readonly #tables: Tables;
  readonly #printer: Printer;
  readonly #put: StatementSync;
  readonly #any: StatementSync;
  readonly #has: StatementSync;
  readonly #expire: StatementSync;

  constructor(database: DatabaseSync, tables: Tables, printer: Printer) {
    this.#tables = tables;
    this.#printer = printer;
    this.#put = database.prepare("INSERT OR REPLACE INTO forgotten (sync, print, until) VALUES (?, ?, ?)");
    this.#any = database.prepare("SELECT 1 AS found FROM forgotten WHERE sync = ? LIMIT 1");
    this.#has = database.prepare("SELECT 1 AS found FROM forgotten WHERE sync = ? AND print = ?");
    this.#expire = database.prepare("DELETE FROM forgotten WHERE until <= ?");
  }

  /** Erases the one person that all of the selection means; nothing changes where it means nobody, or several. */
  forget(sync: string, selection: PersonSelection, now: number): Forgotten {
    const [person, ...others] = this.#selected(sync, selection);
    if (person === undefined || others.length > 0) return { found: person === undefined ? "nobody" : "several" };
    const until = now + FORGOTTEN_FOR_MS;
    const ids = [...this.#idPrints(person), ...this.#idPrints(selection)];
    const prints = [...ids, ...this.#tables.knowledge.trustedPrints(person.id)];
    this.#erase(sync, person);
    this.expire(now);
    for (const print of prints) this.#put.run(sync, print, until);
    return { found: "one", at: now, until };
  }

  /**
   * Whether somebody forgotten would come in. Whoever has a row is somebody else, though an e-mail may be shared: the row
   * of the one who was forgotten is gone.
   */
  isForgotten(sync: string, ids: Ids, identifiers: readonly Identifier[], now: number): boolean {
    if (this.#any.get(sync) === undefined) return false;
    this.expire(now);
    if (this.#rows(sync, ids).length > 0) return false;
    const prints = [...this.#idPrints(ids), ...identifiers.map(({ print }) => print)];
    return prints.some((print) => this.#has.get(sync, print) !== undefined);
  }

  /** Prints are kept no longer than was said. */
  expire(now: number): void {
    this.#expire.run(now);
  }

  #selected(sync: string, selection: PersonSelection): Person[] {
    const { persons, knowledge } = this.#tables;
    const prints = selection.prints ?? [];
    const carriers = (["cidaas", "legacy"] as const).flatMap((side) => knowledge.find(sync, side, prints));
    const found = [...this.#rows(sync, selection), ...carriers.map(({ person }) => persons.get(person))];
    return [...new Map(found.map((person) => [person.id, person])).values()];
  }

  #rows(sync: string, { sub, legacyId }: Ids): Person[] {
    const { persons } = this.#tables;
    const rows = [sub ? persons.bySub(sync, sub) : null, legacyId ? persons.byLegacyId(sync, legacyId) : null];
    return rows.filter((row) => row !== null);
  }

  /** What waits or is in flight ends as `forgotten`; the token of a lease is worth nothing from then on. */
  #erase(sync: string, person: Person): void {
    const { effects, knowledge, leases, marks, parking, persons } = this.#tables;
    const lease = leases.byPerson(person.id);
    if (lease !== null) {
      leases.remove(lease);
      effects.count(sync, lease.lane, "forgotten", 1);
    }
    leases.eraseLost(person.id);
    for (const lane of LANES) {
      if (!marks.has(person.id, lane)) continue;
      marks.remove(sync, person.id, lane);
      effects.count(sync, lane, "forgotten", 1);
    }
    knowledge.erase(person.id);
    parking.erase(sync, person.id);
    persons.delete(sync, person);
  }

  #idPrints({ sub, legacyId }: Ids): Print[] {
    const prints: Print[] = [];
    if (sub) prints.push(this.#printer.identifier("sub", sub));
    if (legacyId) prints.push(this.#printer.identifier("legacyId", legacyId));
    return prints;
  }
}
