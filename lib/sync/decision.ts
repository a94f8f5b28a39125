import type { ConflictRecord, Intent, Ledger, Print, RuleId, Side, Span, Write } from "./types";

/** What decide needs to know of a rule. */
export interface RulePolicy {
  id: RuleId;
  fingerprint: string;
  direction: "both" | "to-cidaas" | "to-legacy";
  conflict: "newest" | Side;
  write: "always" | "create";
  /** A secret cannot be read back, and is never put over an existing account by a first contact. */
  secret: boolean;
  /** A password: cidaas tells that it was changed, and not to what. `ownTime`: the legacy record tells when its own was. */
  opaque?: { ownTime: boolean };
}

/** One rule's news from the source. */
export interface News {
  source: Print;
  /** Print of the mapped value on the target side. */
  target: Print;
  /** When it was edited; a point for legacy. */
  span: Span | null;
  /** When it reached us; of news without a time of their own. */
  receivedAt?: number;
  /** When the source was last seen to hold it, where that is known. */
  seenAt?: number;
  /** When its record was last edited by its own word, by us or by somebody; absent where that is not known. */
  latest?: number;
  /** See `CarriedRule`. */
  state?: "covered" | "doubtful" | "restored";
}

/** What is known of the target right now. */
export type TargetView =
  | { state: "unread" }
  | { state: "absent" }
  /** A rule missing in `prints` cannot be read (a hash). `editAt`: when the target last changed, per its own record. */
  | { state: "read"; prints: Record<RuleId, Print>; editAt: number | null };

/** What waits for the same person in the other lane. */
export interface Rival {
  /** Edits waiting there. */
  span: Span | null;
  /**
   * Values known without reading (a legacy change carries them); a cidaas change has none. A `restored` one is an edit
   * though it is what was agreed.
   */
  prints: Record<RuleId, { print: Print; at: number | null; restored: boolean }> | null;
  /** When a person may have set what was agreed, after an edit that our write may have replaced as well. */
  doubtful?: Record<RuleId, number>;
}

export interface DecideInput {
  source: Side;
  now: number;
  policies: readonly RulePolicy[];
  /** Only rules that the change carries. */
  news: Record<RuleId, News>;
  force: readonly RuleId[];
  /** Rules written although the sides fight over them: a person has said so. */
  thaw: readonly RuleId[];
  /** Time of the export that a backfill record stems from; null for live changes. */
  backfill: number | null;
  ledger: Ledger;
  /** Open intent on the source side: a write of ours of which no outcome is known. */
  intent: Intent | null;
  target: TargetView;
  /** Rules that somebody on the target side has set again to what was agreed, after a write of ours that is not settled. */
  setAgain: readonly RuleId[];
  rival: Rival | null;
  /** Late writes of ours to the source. */
  late: Readonly<Record<RuleId, Write>>;
  /** Look at the target before every write, not only when a change waits in the other lane. */
  verifyAlways: boolean;
  firstContact: "park" | "newest" | Side;
  /** ms */
  clockTolerance: number;
}

export type Verdict =
  | { do: "nothing"; conflicts?: ConflictRecord[] }
  /**
   * Nothing new: a legacy record of this time showed what was agreed, or what is known to be gone. `setAt`: what was agreed was
   * set once more by a person, by then at the latest.
   */
  | { do: "seen"; at: number; setAt?: number; conflicts?: ConflictRecord[] }
  /**
   * The echo, of this time, of the open intent's write. `lost`: a write of ours has replaced the value on the target, where it came
   * from, so that it has to be written there again; with what is to be recorded of that.
   */
  | { do: "proven"; at: number | null; lost?: ConflictRecord[] }
  /** `targetEditAt`: when the target came to the value by an edit of its own. */
  | { do: "remember"; target: Print; targetEditAt?: number | null; conflicts?: ConflictRecord[] }
  /** `heal`: the source lost this value to a write of ours meanwhile, so it has to be written there again too. */
  | { do: "write"; conflicts: ConflictRecord[]; heal: boolean }
  /** `keep`: the ledger does not take the value: the source does not hold it any more, or by our late write. */
  | { do: "refuse"; conflicts: ConflictRecord[]; heal: boolean; keep: boolean; late?: Write }
  /** The sides write the rule back and forth: it is left as it is, and a person is told. */
  | { do: "freeze" }
  | { do: "read" }
  /** The source was read so soon after a write of ours that it may have shown what stood there before: to be read again. */
  | { do: "again" }
  | { do: "park"; code: "FIRST_CONTACT" };
