import type { RuleId, Side } from "./types";

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
