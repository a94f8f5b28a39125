import { emptyChange } from "../../sync/change";
import { lateWrites, mergeLate } from "../../sync/late";
import { type Change, ECHO, laneTo, otherSide, type Person, type Side, targetOf } from "../../sync/types";
import { backoffDelay } from "../backoff";
import { LINK_TAKEN } from "../codes";
import type { LearnedIds, Lease, Settlement, SettleResult, StorePolicy } from "../types";
import type { Lanes } from "./lanes";
import type { StoredLease } from "./leases";
import type { Linking } from "./linking";
import type { Tables } from "./tables";

/** How leases end. */
export class Settling {
  readonly #tables: Tables;
  readonly #linking: Linking;
  readonly #lanes: Lanes;
  readonly #policy: StorePolicy;
  readonly #random: () => number;

  constructor(tables: Tables, linking: Linking, lanes: Lanes, policy: StorePolicy, random: () => number) {
    this.#tables = tables;
    this.#linking = linking;
    this.#lanes = lanes;
    this.#policy = policy;
    this.#random = random;
  }

  settle(sync: string, settlement: Settlement, now: number): SettleResult {
    const { leases, effects, persons, knowledge, marks } = this.#tables;
    const lease = leases.byToken(sync, settlement.token);
    if (lease === null) {
      this.#repairFenced(sync, settlement, now);
      return "fenced";
    }
    if (!settlement.beforeSender) {
      effects.count(sync, lease.lane, "settles", 1);
      effects.reset(sync, lease.lane, "expiredInRow");
    }
    leases.remove(lease);
    const keepsIntent = settlement.keepIntent ?? settlement.outcome === "retry";
    if (!keepsIntent) knowledge.removeIntent(lease.person, targetOf(lease.lane));
    if (settlement.overtaken?.length)
      knowledge.overtake(sync, lease.person, otherSide(targetOf(lease.lane)), settlement.overtaken);

    const person = persons.get(lease.person);
    const linked = settlement.link ? this.#linking.link(sync, person, settlement.link, now) : person;
    // Whoever only wanted to go on with that id tries again; what is done already must not be done twice.
    if (linked === null && settlement.outcome === "retry")
      this.#retry(lease, { token: settlement.token, outcome: "retry", reason: LINK_TAKEN }, now);
    else if (linked === null) this.#park(lease, LINK_TAKEN, lease.attempt + 1, now);
    else {
      this.#learn(sync, linked, settlement, now);
      this.#setAside(lease, linked.id, settlement, now);
      this.#finish(lease, settlement, now);
    }
    marks.announceWaiting(sync, lease.person);
    return "settled";
  }

  /** Commits ids under a lease that goes on; null when the lease is lost or an id is taken. */
  link(sync: string, token: string, ids: LearnedIds, now: number): Lease | null {
    const lease = this.#tables.leases.byToken(sync, token);
    if (lease === null) return null;
    const person = this.#tables.persons.get(lease.person);
    if (this.#linking.link(sync, person, ids, now) === null) return null;
    return this.#lanes.view(this.#lanes.renew(lease, now));
  }

  /** The write behind a lost lease may have covered a newer one: both sides are read and compared. */
  #repairFenced(sync: string, { token, beforeSender, ledger = {} }: Settlement, now: number): void {
    const lost = this.#tables.leases.claimLost(sync, token);
    if (lost === null) return;
    // Late, but an answer.
    if (!beforeSender) this.#tables.effects.reset(sync, lost.lane, "expiredInRow");
    const { inCidaas, legacyId } = this.#tables.persons.get(lost.person);
    const written = targetOf(lost.lane);
    const late = lateWrites(ledger, this.#tables.knowledge.ledger(sync, lost.person), written);
    const lookAt = (side: Side) => {
      const change: Change = {
        ...emptyChange("upsert", now),
        priority: ECHO,
        ...(side === written ? mergeLate(late) : {}),
      };
      this.#tables.marks.arrive(sync, lost.person, laneTo(otherSide(side)), change, now);
    };
    // A sub may be chosen for a user that is still to be made: of such a one there is nothing to read yet.
    if (inCidaas) lookAt("cidaas");
    if (legacyId !== null) lookAt("legacy");
  }

  #learn(sync: string, person: Person, settlement: Settlement, now: number): void {
    const { knowledge, parking, marks } = this.#tables;
    if (settlement.ledger) knowledge.putLedger(sync, person.id, settlement.ledger);
    if (settlement.present) this.#linking.present(sync, person, settlement.present, now);
    if (settlement.present?.cidaas === false || settlement.present?.legacy === false)
      parking.forgetWhereabouts(sync, person.id);
    if (settlement.identifiers)
      knowledge.putIdentifiers(sync, person.id, settlement.identifiers.side, settlement.identifiers.list);
    for (const conflict of settlement.conflicts ?? []) parking.addConflict(sync, person.id, conflict);
    for (const { lane, change } of settlement.marks ?? []) marks.arrive(sync, person.id, lane, change, now);
  }

  #finish(lease: StoredLease, settlement: Settlement, now: number): void {
    const { outcome, reason } = settlement;
    if (outcome === "retry") this.#retry(lease, settlement, now);
    else if (outcome === "parked") this.#park(lease, reason ?? NO_REASON, lease.attempt + 1, now);
    else this.#tables.effects.count(lease.sync, lease.lane, outcome, 1);
  }

  #setAside({ sync, lane }: StoredLease, person: number, { aside }: Settlement, now: number): void {
    if (!aside) return;
    const { parking, effects } = this.#tables;
    const { change, reason } = aside;
    parking.forget(sync, person, { lane, code: reason.code });
    effects.count(sync, lane, "in", 1);
    parking.add(sync, { lane, person, ...pick(reason), attempts: 0, change }, now);
  }

  #retry(lease: StoredLease, settlement: Settlement, now: number): void {
    const counts = settlement.counts !== false;
    const attempt = lease.attempt + (counts ? 1 : 0);
    if (counts && attempt >= this.#policy.maxAttempts) {
      this.#park(lease, settlement.reason ?? RETRIES_EXHAUSTED, attempt, now);
      return;
    }
    const dueAt = Math.ceil(settlement.notBefore ?? now + backoffDelay(attempt, this.#random));
    this.#tables.marks.putBack(lease.sync, lease.person, lease.lane, { ...lease, attempt, dueAt });
  }

  #park(lease: StoredLease, reason: { code: string; message: string }, attempts: number, now: number): void {
    const { person, lane, change } = lease;
    this.#tables.parking.add(lease.sync, { lane, person, ...pick(reason), attempts, change }, now);
  }
}

const RETRIES_EXHAUSTED = {
  code: "RETRIES_EXHAUSTED",
  message: "The target did not take the change in any of the tries; clear the fault, then retry.",
};

const NO_REASON = { code: "PARKED", message: "The change was set aside without a reason." };

function pick(reason: { code: string; message: string }): { code: string; message: string } {
  return { code: reason.code, message: reason.message };
}
