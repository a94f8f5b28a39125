import type { BrakeDecision, BrakeLimit, BrakeVerdict } from "../sync/brake";
import type {
  BrakeKind,
  Change,
  ConflictRecord,
  Identifier,
  Intent,
  Lane,
  Ledger,
  Outcome,
  Person,
  Print,
  RuleId,
  Side,
} from "../sync/types";

/**
 * What every engine offers. One `Engine` per database and process; one `SyncStore` per `user-sync` key in it.
 *
 * Every method that changes something resolves only after its transaction is committed durably, and either happened as
 * a whole or not at all. Calls made within the same few milliseconds share one commit. Any method may reject with a
 * `StoreError`: `STORE_FULL`, `STORE_LOCKED`, `STORE_KEY_WRONG`, `STORE_NEWER`, `STORE_UNAVAILABLE`, `STORE_CLOSED`.
 *
 * Change values are in the clear here and encrypted on disk.
 */
export interface Engine {
  /** The lanes of one pair of systems. The same key gives the same object. */
  sync(key: string): SyncStore;
  /** Random key of all prints of this database, 32 bytes; lies in the store wrapped by the encryption key. */
  readonly printKey: Buffer;
  /**
   * Copies the database into a new file while work goes on; what was acknowledged before the call is in it. Its values
   * are encrypted as in the store itself, and the key is not in it.
   */
  backup(path: string): Promise<void>;
  /** Resolves when everything handed in before is committed and the database is closed. */
  close(): Promise<void>;
}

/** One change of one person; at least one of the ids is there. */
export interface Mark {
  sub?: string | null;
  legacyId?: string | null;
  change: Change;
}

/** A person handed out for work until `until`, under a token that is worth nothing once it has run out. */
export interface Lease {
  token: string;
  lane: Lane;
  until: number;
  person: Person;
  change: Change;
  /** Grows with every change merged into the mark. */
  version: number;
  /** 1 at the first try. */
  attempt: number;
  ledger: Ledger;
  /** Open intents: a write of which no outcome is known. */
  intents: Intent[];
  /** What waits for the same person in the other lane. */
  other: Change | null;
}

export interface Taken {
  leases: Lease[];
  /** Leases of this lane that ran out in a row, with none settled between: nobody answers. */
  expiredInRow: number;
}

export interface Extension {
  token: string;
  /** Replaces the open intent of that side. */
  intent?: Intent;
  /** Entries to put in place of the present ones: what the intent replaced is proven to have written, or what an event told. */
  ledger?: Ledger;
}

/** A write under a lease that is about to lose something. */
export interface LeasedLoss {
  token: string;
  kinds: BrakeKind[];
}

/** Ids that a sender has learned of a person. */
export interface LearnedIds {
  sub?: string;
  legacyId?: string;
  /** The user of the former legacy id is gone, and this one was made in its place. */
  anew?: true;
}

/** How one lease ends. Outcome, ledger, link, conflicts and new marks are committed together. */
export interface Settlement {
  token: string;
  outcome: Outcome | "retry";
  /** For `retry`: not before this time, instead of the back-off; `counts` false = no attempt (throttled, breaker open). */
  notBefore?: number;
  counts?: boolean;
  /** Entries to put in place of the present ones, per rule. */
  ledger?: Ledger;
  /**
   * Ids learned; a second row of the same person is merged into this one. Taken by somebody else: a retry without them, any other
   * outcome parked (`LINK_TAKEN`).
   */
  link?: LearnedIds;
  /** Whether the user now exists on a side. `false` sets the tombstone, and ends what is parked as `USER_MISSING` or for want of a link. */
  present?: Partial<Record<Side, boolean>>;
  /** Replaces the identifier prints of that side. */
  identifiers?: { side: Side; list: Identifier[] };
  /** One of the same person, rule, winner and known times as one recorded before completes that (see `mergeConflicts`). */
  conflicts?: ConflictRecord[];
  /** Further marks for the same person: heals, the write-back of the legacy id. */
  marks?: { lane: Lane; change: Change }[];
  /** A part of the change that is parked while the rest goes on: a new `in`. It takes the place of an earlier one of its code. */
  aside?: { change: Change; reason: { code: string; message: string } };
  /** For `parked`. The sentence holds no value of the record. */
  reason?: { code: string; message: string; rule?: RuleId };
  /** Settled on the way to the sender: it says nothing of whether anybody answers. */
  beforeSender?: boolean;
  /** Rules of the open intent on the source side that are known to be overtaken; see `IntendedRule`. */
  overtaken?: readonly RuleId[];
  /** Whether the open intent of the target side stays (outcome unknown); by default with `retry` only. */
  keepIntent?: boolean;
}

/** `fenced`: the lease was no longer ours, nothing was settled; the person is marked for read-and-compare. */
export type SettleResult = "settled" | "fenced";

/** A person found by an identifier print. */
export interface Match {
  person: Person;
  verified: boolean;
  /** An open create intent carries the identifier; the person is about to be born. */
  intent: boolean;
}

export interface LaneCounters {
  in: number;
  delivered: number;
  merged: number;
  unchanged: number;
  refused: number;
  skipped: number;
  parked: number;
  discarded: number;
  forgotten: number;
}

export interface LaneStatus {
  waiting: number;
  inFlight: number;
  paused: false | string;
  lateConfirmations: number;
  parkedNow: number;
  counters: LaneCounters;
}

export interface StoreStatus {
  lanes: Record<Lane, LaneStatus>;
  persons: number;
  linked: number;
}

export interface ParkedEntry {
  id: string;
  lane: Lane;
  sub: string | null;
  legacyId: string | null;
  code: string;
  message: string;
  since: number;
  attempts: number;
  change: Change;
}

export type ParkedSelection = { ids: string[] } | { lane: Lane; code?: string };

export interface ConflictEntry extends ConflictRecord {
  sub: string | null;
  legacyId: string | null;
}

export interface Page<T> {
  items: T[];
  /** Pass as `after` to go on; null at the end. */
  next: string | null;
}

/** Names one person; all that is given has to mean the same one. */
export interface PersonSelection {
  sub?: string;
  legacyId?: string;
  /** Prints of identifiers. */
  prints?: Print[];
}

/** Whom `forget` has erased, until when a return is noticed, or that the selection meant no single person. */
export type Forgotten = { found: "one"; at: number; until: number } | { found: "nobody" | "several" };

/** Whom a recovery is about: the persons of the store, and the marks that wait in both lanes. */
export interface Recovered {
  persons: number;
  waiting: number;
}

/** How long prints of a forgotten person are kept: exports of a migration that are older than this are not imported again. */
export const FORGOTTEN_FOR_MS = 90 * 24 * 60 * 60 * 1000;

/** A user that the tenant already has, as adoption found it. */
export interface AdoptedUser {
  sub: string;
  /** What stands in `legacyKeyInCidaas`. */
  legacyId: string | null;
  identifiers: Identifier[];
}

export interface SyncStore {
  /**
   * Merges each change into the waiting mark of its person (see `mergeChanges`); unknown persons get a row. The
   * identifiers of a change replace those known of the person on the side it comes from; a person that is not linked keeps
   * those it had as well, unverified. A change of somebody forgotten is counted, and nothing of it is kept.
   */
  mark(lane: Lane, marks: Mark[]): Promise<void>;

  /**
   * Leases up to `n` due persons, live marks first, then the longest waiting. A person leased in either lane is left
   * out. Leases that ran out are taken back first.
   */
  take(lane: Lane, n: number): Promise<Taken>;

  /** Renews leases and commits intents. Resolves with the tokens still held; the others must not be worked on. */
  extend(extensions: Extension[]): Promise<string[]>;

  /** Commits ids learned under a lease and gives the renewed view; null when the lease is lost or an id is taken. */
  link(token: string, ids: LearnedIds): Promise<Lease | null>;

  settle(settlements: Settlement[]): Promise<SettleResult[]>;

  /** Gives leases back unworked; no attempt is counted. Unknown tokens are passed over. */
  release(tokens: string[]): Promise<void>;

  /** Parks a record that never reached a lane (counted as `in` and `parked`); not one of somebody forgotten. */
  park(lane: Lane, mark: Mark, reason: { code: string; message: string }): Promise<void>;

  /** Persons that carry one of these identifier prints on that side. */
  findByIdentifier(side: Side, prints: string[]): Promise<Match[]>;

  /** The person with this id, without a lease. */
  findPerson(ids: { sub: string } | { legacyId: string }): Promise<Person | null>;

  /** What waits or is in flight in a lane for the person with this id, without a lease; null when nothing does. */
  peek(lane: Lane, ids: { sub: string } | { legacyId: string }): Promise<Change | null>;

  /** Makes the tenant's users known, save those with the id of somebody forgotten. */
  adopt(users: AdoptedUser[]): Promise<void>;

  /** Small durable notes of this sync: positions of adoption and catch-up. JSON text. */
  getNote(name: string): Promise<string | null>;
  setNote(name: string, value: string): Promise<void>;

  pause(lane: Lane, reason: string | null): Promise<void>;
  /**
   * Asks the brake for writes that lose something, before their leases are extended; one verdict each, in their order. Counts
   * those that may go, once per change; pauses the lane with the first that may not.
   */
  brake(lane: Lane, losses: LeasedLoss[], limit: BrakeLimit): Promise<BrakeVerdict[]>;
  /** A person's decision on what the brake holds; ends its pause. False where there was nothing to decide. */
  decideBrake(lane: Lane, decision: BrakeDecision): Promise<boolean>;
  /** Makes due at once what backs off in a lane. Resolves with the number of marks. */
  hurry(lane: Lane): Promise<number>;
  countLateConfirmation(lane: Lane): Promise<void>;

  status(): Promise<StoreStatus>;
  parked(filter: { lane?: Lane; code?: string; after?: string; limit?: number }): Promise<Page<ParkedEntry>>;
  conflicts(filter: { after?: string; limit?: number }): Promise<Page<ConflictEntry>>;
  /**
   * Brings parked changes back into their lane (see `retriedChange`), due at once; each is a new `in`. Where a change of
   * the person waits there, the newer one stays, rule by rule. Resolves with how many were moved, per lane.
   */
  retryParked(selection: ParkedSelection): Promise<Record<Lane, number>>;
  discardParked(selection: ParkedSelection): Promise<Record<Lane, number>>;

  /**
   * Erases the one person that the selection means, with all that waits (counted as `forgotten`), is parked or known of
   * it. A lease on it is worth nothing then, and its settle repairs nothing. Until `until` a change of a person without a
   * row ends as `forgotten` if it has an id of the erased one, or an identifier that the legacy system knew it by, or that
   * was verified in cidaas: what is not, anybody may have claimed, and it must not keep out whom it belongs to.
   */
  forget(selection: PersonSelection): Promise<Forgotten>;

  /**
   * To be called once after an older backup was put in the place of the store: nothing in it counts as agreed any more, so that
   * every person's next change is a first contact. What waits is brought as a parked change that is retried, from the present
   * state of the user. Leases are given back and fenced.
   */
  recover(): Promise<Recovered>;

  /** Called after every commit that may have made work for a lane. Returns the way to stop listening. */
  onWork(listener: (lane: Lane) => void): () => void;
}

/** Policy an engine needs, from `user-sync-store`. */
export interface StorePolicy {
  leaseSeconds: number;
  maxAttempts: number;
}
