import { retriedChange } from "../../sync/change";
import { type Lane, type Person, type Side, targetOf } from "../../sync/types";
import type { Tables } from "./tables";

interface Ids {
  sub?: string | null | undefined;
  legacyId?: string | null | undefined;
  /** See `LearnedIds`. */
  anew?: true;
}

/** Finds the person behind ids, and makes one person of two rows. */
export class Linking {
  readonly #tables: Tables;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  /**
   * The person of a change; a row is made where nobody has these ids. If both ids are known they are linked; ids that
   * belong to two linked persons are left apart, and the change goes to the one named by the source's id.
   */
  resolve(sync: string, lane: Lane, ids: Ids, now: number): Person {
    const sub = ids.sub || null;
    const legacyId = ids.legacyId || null;
    const bySub = sub === null ? null : this.#tables.persons.bySub(sync, sub);
    const byLegacyId = legacyId === null ? null : this.#tables.persons.byLegacyId(sync, legacyId);
    const [named, other] = targetOf(lane) === "legacy" ? [bySub, byLegacyId] : [byLegacyId, bySub];
    for (const person of [named, other]) {
      if (person === null || this.#contradicts(sync, person, sub, legacyId)) continue;
      const linked = this.link(sync, person, { sub, legacyId }, now);
      if (linked) return linked;
    }
    return named ?? this.#tables.persons.insert(sync, bySub ? null : sub, byLegacyId ? null : legacyId);
  }

  /**
   * Gives the person these ids, and merges the rows that had them into it.
   *
   * @returns the person as it is then; null, and nothing changed, if an id belongs to somebody linked to
   *   something else
   */
  link(sync: string, person: Person, ids: Ids, now: number): Person | null {
    let sub = ids.sub || person.sub;
    let legacyId = ids.legacyId || person.legacyId;
    if (sub === person.sub && legacyId === person.legacyId) return person;
    const others = this.#holders(sync, ids).filter((other) => other.id !== person.id);
    if (others.length > 0 && this.#losesId(person, sub, legacyId, ids.anew)) return null;
    for (const other of others) {
      if (this.#contradicts(sync, other, sub, legacyId)) return null;
      legacyId ??= other.legacyId;
      sub ??= other.sub;
    }
    const after = { ...person, sub, legacyId };
    for (const other of others) {
      this.#absorb(sync, person, other, now);
      after.inCidaas ||= other.inCidaas;
      after.inLegacy ||= other.inLegacy;
      // Of another user of cidaas, whose legacy id the person gets, the deletion says nothing of this one.
      if (other.sub === null || other.sub === sub) after.deletedAt ??= other.deletedAt;
    }
    this.#tables.persons.update(sync, person, after);
    this.#takeBack(sync, after, now);
    return after;
  }

  /** See `Persons.seen`. */
  seen(sync: string, person: Person, side: Side, now: number): Person {
    const after = this.#tables.persons.seen(sync, person, side);
    if (after !== person) this.#takeBack(sync, after, now);
    return after;
  }

  /** See `Persons.present`. */
  present(sync: string, person: Person, present: Partial<Record<Side, boolean>>, now: number): void {
    const after = this.#tables.persons.present(sync, person, present, now);
    if (after.inCidaas !== person.inCidaas) this.#takeBack(sync, after, now);
  }

  /**
   * Whoever was parked because nobody could say who it is on the other side comes again once that is known: it has both ids,
   * and its user is in cidaas, since a sub may be chosen long before.
   */
  #takeBack(sync: string, { id, inCidaas, legacyId }: Person, now: number): void {
    if (!inCidaas || legacyId === null) return;
    const { marks, parking } = this.#tables;
    for (const { lane, change, code } of parking.unlinked(sync, id))
      marks.arriveAgain(sync, id, lane, retriedChange(lane, change, code), now);
  }

  /** The rows that have these ids, each once. */
  #holders(sync: string, ids: Ids): Person[] {
    const bySub = ids.sub ? this.#tables.persons.bySub(sync, ids.sub) : null;
    const byLegacyId = ids.legacyId ? this.#tables.persons.byLegacyId(sync, ids.legacyId) : null;
    const rows = bySub?.id === byLegacyId?.id ? [bySub] : [bySub, byLegacyId];
    return rows.filter((row) => row !== null);
  }

  /** Whether a merge would take an id from the person that names a user. */
  #losesId(person: Person, sub: string | null, legacyId: string | null, anew = false): boolean {
    const losesSub = person.sub !== null && person.sub !== sub && person.inCidaas;
    const isGoneFromLegacy = anew || (person.deletedAt !== null && !person.inLegacy);
    return losesSub || (person.legacyId !== null && person.legacyId !== legacyId && !isGoneFromLegacy);
  }

  /** Whether the row is linked to something else than these ids. */
  #contradicts(sync: string, row: Person, sub: string | null, legacyId: string | null): boolean {
    if (row.legacyId !== null && legacyId !== null && row.legacyId !== legacyId) return true;
    return row.sub !== null && sub !== null && row.sub !== sub && this.#subInUse(sync, row);
  }

  /** A sub may be chosen long before the user is made; it counts once a create may have been sent. */
  #subInUse(sync: string, person: Person): boolean {
    return (
      person.inCidaas || this.#tables.knowledge.intents(sync, person.id).some((intent) => intent.side === "cidaas")
    );
  }

  /** Moves all that hangs on the other row to the person; a lease on it is revoked, its change waits again. */
  #absorb(sync: string, person: Person, other: Person, now: number): void {
    const { leases, marks, knowledge, parking, persons } = this.#tables;
    const lease = leases.byPerson(other.id);
    if (lease) {
      leases.revoke(lease, now);
      marks.putBack(sync, other.id, lease.lane, { ...lease, dueAt: now });
    }
    marks.move(sync, other.id, person.id);
    knowledge.move(other.id, person.id);
    parking.move(other.id, person.id);
    leases.moveLost(other.id, person.id);
    persons.delete(sync, other);
  }
}
