import { dated } from "../../../lib/sync/dated";
import { decide } from "../../../lib/sync/decide";
import type { DecideInput, News, RulePolicy, Verdict } from "../../../lib/sync/decision";
import { type Agreed, remembered } from "../../../lib/sync/ledger";
import { type LedgerEntry, otherSide, type Side } from "../../../lib/sync/types";

export const EMAIL: RulePolicy = {
  id: "email",
  fingerprint: "f1",
  direction: "both",
  conflict: "newest",
  write: "always",
  secret: false,
};
export const HASH: RulePolicy = { ...EMAIL, id: "hash", direction: "to-cidaas", secret: true };

export const at = (time: number) => ({ first: time, last: time });

/** Both sides agreed on the value "old" at time 100, which the legacy system brought. */
export const AGREED: LedgerEntry = remembered(null, cameFrom("legacy", "old", 100));

/** What came from a side, and what it means on the other one. */
export function cameFrom(side: Side, value: string, editAt: number): Agreed {
  const target = otherSide(side);
  return { fingerprint: "f1", side, source: `${value}@${side}`, target: `${value}@${target}`, editAt };
}

export function news(value: string, time: number | null): News {
  return { source: `${value}@legacy`, target: `${value}@cidaas`, span: time === null ? null : at(time) };
}

/** Decides about the one rule of a change from the legacy system. */
export function ask(change: News, given: Partial<DecideInput> = {}, policy: RulePolicy = EMAIL): Verdict {
  const input: DecideInput = {
    source: "legacy",
    now: 1_000_000,
    policies: [policy],
    news: { [policy.id]: change },
    force: [],
    thaw: [],
    backfill: null,
    ledger: { [policy.id]: AGREED },
    intent: null,
    target: { state: "unread" },
    setAgain: [],
    late: {},
    rival: null,
    verifyAlways: false,
    firstContact: "park",
    clockTolerance: 10,
    ...given,
  };
  const verdicts = decide(dated(input));
  const verdict = verdicts[policy.id];
  if (!verdict) throw new Error("the rule has no verdict");
  return verdict;
}

export const read = (value: string, editAt: number | null = null) =>
  ({ state: "read", prints: { email: `${value}@cidaas` }, editAt }) as const;
