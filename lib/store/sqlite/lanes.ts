import { randomUUID } from "node:crypto";
import { LANES, type Lane, laneTo, otherSide, type Person, type Side, targetOf } from "../../sync/types";
import type { Extension, Lease, Mark, Recovered, StorePolicy, Taken } from "../types";
import type { Forgetting } from "./forgetting";
import type { StoredLease } from "./leases";
import type { Linking } from "./linking";
import type { Tables } from "./tables";

/** Marks coming in, leases going out and coming back. All times are given by the caller. */
export class Lanes {
  readonly #tables: Tables;
  readonly #linking: Linking;
  readonly #forgetting: Forgetting;
  readonly #policy: StorePolicy;
  readonly #pauseReason: (sync: string, lane: Lane) => string | null;

  constructor(
    tables: Tables,
    linking: Linking,
    forgetting: Forgetting,
    policy: StorePolicy,
    pauseReason: (sync: string, lane: Lane) => string | null,
  ) {
    this.#tables = tables;
    this.#linking = linking;
    this.#forgetting = forgetting;
    this.#policy = policy;
    this.#pauseReason = pauseReason;
  }

  mark(sync: string, lane: Lane, marks: Mark[], now: number): void {
    for (const mark of marks) {
      if (this.#endsForgotten(sync, lane, mark, now)) continue;
      const person = this.personOf(sync, lane, mark, now);
      // Whoever comes under the legacy id of a deleted user has yet to prove to be that one: what named it stays.
      const identifiers = person.deletedAt === null ? mark.change.identifiers : [];
      const { knowledge } = this.#tables;
      const source = sourceOf(lane);
      // Known from now on, not from the settle: whoever is born on the other side meanwhile has to find this person. One
      // that is not linked may be the outcome of an interrupted create, which knows it by what it was made with.
      if (identifiers.length > 0 && person.sub !== null && person.legacyId !== null)
        knowledge.putIdentifiers(sync, person.id, source, identifiers);
      else if (identifiers.length > 0) knowledge.addIdentifiers(sync, person.id, source, identifiers);
      this.#tables.marks.arrive(sync, person.id, lane, mark.change, now);
    }
  }

  /** The person a change is about, seen on the side the change comes from. */
  personOf(sync: string, lane: Lane, mark: Mark, now: number): Person {
    if (!mark.sub && !mark.legacyId) throw new TypeError("a mark needs a sub or a legacy id");
    const person = this.#linking.resolve(sync, lane, mark, now);
    return mark.change.kind === "delete" ? person : this.#linking.seen(sync, person, sourceOf(lane), now);
  }

  /** Parks a record that never reached the lane; one without any id belongs to no person. */
  park(sync: string, lane: Lane, mark: Mark, reason: { code: string; message: string }, now: number): void {
    if (this.#endsForgotten(sync, lane, mark, now)) return;
    const person = mark.sub || mark.legacyId ? this.personOf(sync, lane, mark, now).id : null;
    const { code, message } = reason;
    this.#tables.effects.count(sync, lane, "in", 1);
    this.#tables.parking.add(sync, { lane, person, code, message, attempts: 0, change: mark.change }, now);
  }

  take(sync: string, lane: Lane, n: number, now: number): Taken {
    this.takeBackExpired(sync, now);
    const { marks, leases, effects } = this.#tables;
    const due = this.#pauseReason(sync, lane) === null ? marks.due(sync, lane, now, Math.max(0, Math.floor(n))) : [];
    const handedOut = due.map(({ person, mark }) => {
      const lease: StoredLease = {
        ...mark,
        person,
        token: randomUUID(),
        sync,
        lane,
        until: this.#deadline(now),
        settlesBefore: effects.value(sync, lane, "settles"),
      };
      leases.add(lease);
      marks.remove(sync, person, lane);
      return this.view(lease);
    });
    return { leases: handedOut, expiredInRow: effects.value(sync, lane, "expiredInRow") };
  }

  /** What the holder of a lease sees. */
  view(lease: StoredLease): Lease {
    const { persons, knowledge, marks } = this.#tables;
    return {
      token: lease.token,
      lane: lease.lane,
      until: lease.until,
      person: persons.get(lease.person),
      change: lease.change,
      version: lease.version,
      attempt: lease.attempt + 1,
      ledger: knowledge.ledger(lease.sync, lease.person),
      intents: knowledge.intents(lease.sync, lease.person),
      other: marks.get(lease.person, laneTo(otherSide(targetOf(lease.lane))))?.change ?? null,
    };
  }

  renew(lease: StoredLease, now: number): StoredLease {
    return this.#tables.leases.renew(lease, this.#deadline(now));
  }

  /** @returns the tokens still held; a lease that ran out but was given to nobody yet is renewed too */
  extend(sync: string, extensions: Extension[], now: number): string[] {
    const held: string[] = [];
    for (const { token, intent, ledger } of extensions) {
      const lease = this.#tables.leases.byToken(sync, token);
      if (lease === null) continue;
      this.renew(lease, now);
      if (intent) this.#tables.knowledge.putIntent(sync, lease.person, intent);
      if (ledger) this.#tables.knowledge.putLedger(sync, lease.person, ledger);
      held.push(token);
    }
    return held;
  }

  release(sync: string, tokens: string[], now: number): void {
    for (const token of tokens) {
      const lease = this.#tables.leases.byToken(sync, token);
      if (lease) this.#giveBack(lease, lease.attempt, now);
    }
  }

  /** At the start: whoever held these leases is gone, by no fault of the persons. */
  releaseAll(now: number): void {
    for (const lease of this.#tables.leases.all()) {
      this.#giveBack(lease, lease.attempt, now);
      this.#tables.effects.reset(lease.sync, lease.lane, "expiredInRow");
    }
  }

  /**
   * Begins a new generation, see `lib/store/generation`. What is in flight was planned from what is no base any more: it is
   * given back, and whoever still writes it is fenced.
   */
  recover(sync: string, now: number): Recovered {
    const { effects, leases } = this.#tables;
    for (const lease of leases.all()) if (lease.sync === sync) this.#giveBack(lease, lease.attempt, now);
    effects.countOverall(sync, "generation", 1);
    const waiting = LANES.reduce((sum, lane) => sum + effects.value(sync, lane, "waiting"), 0);
    return { persons: effects.overall(sync, "persons"), waiting };
  }

  /**
   * Takes back what ran out, in both lanes. It counts as an attempt only if somebody settles leases of that lane:
   * otherwise it is the taker that is missing, and no person's fault.
   */
  takeBackExpired(sync: string, now: number): void {
    const { leases, effects } = this.#tables;
    for (const lease of leases.expired(sync, now)) {
      effects.count(sync, lease.lane, "expiredInRow", 1);
      const counts = effects.value(sync, lease.lane, "settles") > lease.settlesBefore;
      const attempt = lease.attempt + (counts ? 1 : 0);
      if (counts && attempt >= this.#policy.maxAttempts) this.#parkExpired(lease, attempt, now);
      else this.#giveBack(lease, attempt, now);
    }
  }

  /** The change waits again, due at once. */
  #giveBack(lease: StoredLease, attempt: number, now: number): void {
    this.#tables.leases.revoke(lease, now);
    this.#tables.marks.putBack(lease.sync, lease.person, lease.lane, { ...lease, attempt, dueAt: now });
    this.#tables.marks.announceWaiting(lease.sync, lease.person);
  }

  #parkExpired(lease: StoredLease, attempt: number, now: number): void {
    this.#tables.leases.revoke(lease, now);
    this.#tables.parking.add(
      lease.sync,
      {
        lane: lease.lane,
        person: lease.person,
        code: "RETRIES_EXHAUSTED",
        message:
          "The change was handed out again and again and never confirmed; look where the flow loses the message.",
        attempts: attempt,
        change: lease.change,
      },
      now,
    );
    this.#tables.marks.announceWaiting(lease.sync, lease.person);
  }

  /** Counts a change of somebody forgotten, whose row it would bring back. */
  #endsForgotten(sync: string, lane: Lane, mark: Mark, now: number): boolean {
    const forgotten = this.#forgetting.isForgotten(sync, mark, mark.change.identifiers, now);
    if (!forgotten) return false;
    this.#tables.effects.count(sync, lane, "in", 1);
    this.#tables.effects.count(sync, lane, "forgotten", 1);
    return true;
  }

  #deadline(now: number): number {
    return now + this.#policy.leaseSeconds * 1000;
  }
}

function sourceOf(lane: Lane): Side {
  return otherSide(targetOf(lane));
}
