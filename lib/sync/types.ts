/**
 * The words of the package as types. All of them are plain JSON, so that they travel through a message, the store and
 * a test alike. Times are milliseconds since the epoch; `null` means "not known", never zero.
 */

export type Side = "cidaas" | "legacy";

/** The durable set of persons waiting to be brought to one side. */
export type Lane = "to-legacy" | "to-cidaas";

export const LANES: readonly Lane[] = ["to-legacy", "to-cidaas"];

export type ChangeKind = "upsert" | "delete";

/** What a write may lose: the user, its access, or values that it had. */
export type BrakeKind = "delete" | "deactivation" | "blanking";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export type RuleId = string;

/** Keyed hash of one rule's canonical value on one side; the empty text stands for "has no value". */
export type Print = string;

/** First and last edit that a change stands for. */
export interface Span {
  first: number;
  last: number;
}

/** Priorities of marks; the lower number goes first. */
export const LIVE = 0;
export const ECHO = 1;
export const BACKFILL = 2;

/** A value that travels with a change (to-cidaas: a legacy record is not read again). */
export interface CarriedValue {
  /** Time of the last change that carried it too, where there were several with no other value between. */
  seen?: number;
  /** Time of the first change that carried this value. */
  at: number | null;
  /** Print of the value on the source side. */
  source: Print;
  /**
   * The mapped value, ready for the target: one entry per target path of the rule. In the clear inside a lease and the
   * store's interface (the store encrypts it), sealed inside a message when the rule is secret.
   */
  values: Json[];
}

/** One rule's news inside a change. */
export interface CarriedRule extends CarriedValue {
  /** Other values that waited before this one, newest first: this one may be the echo of our own write. */
  earlier?: CarriedValue[];
  /**
   * What the values that waited before it tell, see `uncover`:
   * - `covered`: the source does not hold it any more, a write of ours has replaced it
   * - `doubtful`: the same, or a person has set what our write brought once more; the clocks cannot tell
   * - `restored`: it is what was agreed, or what we once wrote, but a person has set it again after something else
   */
  state?: "covered" | "doubtful" | "restored";
}

/** The news that a user is, or may be, different on one side. What a mark of a lane holds. */
export interface Change {
  kind: ChangeKind;
  /** The edits merged into this change; null when no source told a time. */
  span: Span | null;
  /** When the first of the merged changes reached us. */
  receivedAt: number;
  /** `LIVE`, `ECHO` (expected echo of our own write) or `BACKFILL`. */
  priority: number;
  /** Names of the tenant's events, newest last, without repeats, 20 at the most; empty for legacy changes. */
  events: string[];
  /**
   * to-legacy: when a password was changed in cidaas, which tells no more than that; in order, the newest four. Absent when
   * none was.
   */
  opaque?: number[];
  /** to-cidaas: what the legacy records carried. Empty in to-legacy, where the user is read. */
  rules: Record<RuleId, CarriedRule>;
  /** Rules whose winner is written even if the ledger says that the target has it (a refusal heals). */
  force: RuleId[];
  /** Rules to be written although the sides fight over them; only of a change that was set aside for that, and retried. */
  thaw?: RuleId[];
  /** Time of the export a backfill record stems from; null for live changes. */
  backfill: number | null;
  /** Identifier prints of the source's record, for linking; see `lib/sync/identity`. */
  identifiers: Identifier[];
  /**
   * to-cidaas: the legacy record is read before the carried values are used. They stay what is brought where it cannot
   * be read, or does not say.
   */
  reread?: true;
  /** Late writes of ours to the source, see `lib/sync/late`: what it shows may be theirs. */
  late?: Record<RuleId, Write>;
  /** Losses that the brake has let pass: counted with an earlier try, or retried by a person after it was parked for them. */
  passesBrake?: BrakeKind[];
}

/** A value that names a person on both sides: e-mail, mobile number or user name, as a print in cidaas form. */
export interface Identifier {
  kind: "email" | "mobile_number" | "username";
  print: Print;
  verified: boolean;
}

/** One write of ours to one side. */
export interface Write {
  print: Print;
  /** What it replaced, as far as we knew; null when nothing was known. */
  before: Print | null;
  /** When it was sent, and when we knew that it was taken: it took effect at some time between. */
  at: number;
  until: number;
  /** The time of its likely echo: when it took effect, by the clock of its side. */
  echoAt?: number;
  /** The time of a record before that which showed the value too: a person's, or the echo itself. */
  shownAt?: number;
  /** The edit it carried; null when that had no time. */
  editAt: number | null;
  /** It left after its lease was lost, and what it replaced is still to be brought back; see `lib/sync/late`. */
  late?: true;
  /** It was never answered: its value was found on its side, where a person may have set the same one. */
  found?: true;
  /**
   * Of an update of a cidaas user in one call: the events of what we saw of the user before it are of no later time. Absent
   * where events do not tell an edit from the call.
   */
  over?: number;
  /** The call carried every rule that cidaas can show, not only those that it was about. */
  whole?: true;
}

/** What the ledger knows of one rule on one side. */
export interface SideEntry {
  /** The print last agreed. */
  print: Print;
  /** Time of the newest edit accepted from this side. */
  editAt: number | null;
  /** When a record of this side last showed the print, by its own time; absent where the edit or a write tells as much. */
  seenAt?: number;
  /** Time of the last record that showed what our last write replaced, and that seemed to be from before the write. */
  dismissedAt?: number;
  /** Our last four writes to this side, newest first. */
  writes: Write[];
}

/** What the ledger knows of one rule of one person. */
export interface LedgerEntry {
  /** The rule as it was when this was agreed; an entry of another fingerprint is no valid base. */
  fingerprint: string;
  cidaas: SideEntry;
  legacy: SideEntry;
}

export type Ledger = Record<RuleId, LedgerEntry>;

/** One edit that lost to an edit of the other side, without its values. */
export interface ConflictRecord {
  rule: RuleId;
  winner: Side;
  at: number;
  cidaasTime: number | null;
  legacyTime: number | null;
  /** The times could not tell which edit was the later one. */
  ambiguous: boolean;
}

/** What is about to be written, committed before the write, and removed when its outcome is settled. */
export interface Intent {
  side: Side;
  create: boolean;
  at: number;
  /** Identifiers of a create, so that nobody creates the same person meanwhile. */
  identifiers: Identifier[];
  /** What a create of no known id was sent with, as far as its user can be looked for by it; the store encrypts it. */
  sent?: JsonObject;
  /** Per rule to be written: the prints on both sides, and the time of the edit it carries. */
  rules: Record<RuleId, IntendedRule>;
  /** What the write decides: recorded with its settlement, or when it is proven after a crash between the two. */
  conflicts: ConflictRecord[];
  /** Rules that the other lane has to bring back to the source then. */
  heal: RuleId[];
}

export interface IntendedRule {
  source: Print;
  target: Print;
  editAt: number | null;
  /**
   * Its side was seen with another value when the write could not take effect any more: it never did, or it was replaced.
   * Whoever brings this value now is a user.
   */
  overtaken?: true;
  /** Written by a call of its own: whether that was made, the rest of the write does not tell, nor the other way round. */
  apart?: true;
}

export interface Person {
  /** Row of the store. */
  id: number;
  sub: string | null;
  legacyId: string | null;
  /** Seen in cidaas: adopted, named by an event, or created by us. A sub may be chosen long before. */
  inCidaas: boolean;
  /** Seen in the legacy system. */
  inLegacy: boolean;
  /** When the user was deleted (the tombstone); null while alive. */
  deletedAt: number | null;
}

/** How a mark was settled (guarantee 2 of the design). */
export type Outcome = "delivered" | "unchanged" | "refused" | "skipped" | "parked" | "discarded" | "forgotten";

/** One item of the envelope: the record of the same place in `payload`. */
export interface Item {
  /** The person in the store once leased; before that the legacy id. */
  key: string;
  kind: ChangeKind;
  /** Time of the newest edit. */
  occurredAt: number | null;
  /** Version of the mark, for people who read the debug sidebar. */
  version: number;
  /** Token of the lease; null before a gate has taken the person. */
  lease: string | null;
  attempt: number;
  sub: string | null;
  legacyId: string | null;
  /** When the user was read from cidaas. */
  readAt?: number;
  /** What field-mapper found in the source's record: prints and edit times per rule, and identifiers. */
  source?: {
    rules: Record<RuleId, { print: Print; at: number | null }>;
    identifiers: Identifier[];
    updatedAt: number | null;
  };
  backfill?: number | null;
}

/** `msg.sync`: plain JSON, written by our nodes and never touched by the flow, save `skip`. */
export interface Envelope {
  v: 1;
  lane: Lane;
  items: Item[];
  skip?: string;
  /** Rules that changed without a value we could carry, such as a password set in cidaas. */
  opaque?: RuleId[];
  /** Output 2 of `legacy-out`: what the flow is asked to do. */
  op?: "create" | "update" | "delete" | "read" | "find";
}

export function otherSide(side: Side): Side {
  return side === "cidaas" ? "legacy" : "cidaas";
}

export function laneTo(side: Side): Lane {
  return side === "cidaas" ? "to-cidaas" : "to-legacy";
}

export function targetOf(lane: Lane): Side {
  return lane === "to-cidaas" ? "cidaas" : "legacy";
}
