import { conflictRecord } from "./conflict";
import type { DecideInput, News, RulePolicy, Verdict } from "./decision";
import { NOTHING_KNOWN } from "./ledger";
import { point } from "./times";
import type { ConflictRecord, Intent, Ledger, RuleId, Write } from "./types";

/*
 * An opaque edit: cidaas tells that a password was changed, and never to what. It is known by its time alone.
 */

const EVENTS: readonly string[] = ["PASSWORD_CHANGED", "PASSWORD_RESET"];
const TIMES_KEPT = 4;

/** What an event adds to its change: its time, or that of its arrival, where it tells of an opaque edit. */
export function opaqueTime(eventtype: string, createTime: number | null, now: number): { opaque?: number[] } {
  return EVENTS.includes(eventtype) ? { opaque: [createTime ?? now] } : {};
}

/** The times of two changes as those of one. */
export function mergeOpaque(a: readonly number[] = [], b: readonly number[] = []): { opaque?: number[] } {
  const times = [...new Set([...a, ...b])].sort((one, other) => one - other);
  return times.length === 0 ? {} : { opaque: times.slice(-TIMES_KEPT) };
}

/**
 * The refusal of a legacy hash that is not later than the password which was set in cidaas: it wins only if its own time says
 * so. Null where it does, and where no password was set.
 */
export function underOpaqueEdit(input: DecideInput, policy: RulePolicy, news: News): Verdict | null {
  const editAt = input.ledger[policy.id]?.cidaas.editAt ?? null;
  if (!policy.opaque || input.source !== "legacy" || editAt === null) return null;
  const own = policy.opaque.ownTime ? news : { ...news, span: null };
  const conflict = conflictRecord(input, "newest", policy, own, point(editAt));
  return conflict.winner === "cidaas" ? { do: "refuse", conflicts: [conflict], heal: false, keep: false } : null;
}

interface OpaqueInput {
  policies: readonly RulePolicy[];
  /** The times of a change's opaque edits, in order. */
  times: readonly number[];
  ledger: Ledger;
  /** Open intent on the side of cidaas. */
  intent: Intent | null;
  /** The longest time from an intent to the moment at which its write takes effect, ms. */
  flightMs: number;
  now: number;
  /** ms */
  clockTolerance: number;
}

export interface OpaqueEdits {
  /** Rules that the flow is told of. */
  told: RuleId[];
  /** Entries with the time of the edit. */
  ledger: Ledger;
  /** Edits that a write of ours has replaced unseen. */
  conflicts: ConflictRecord[];
}

/** What the opaque edits of a change mean for the rules that hold a password. */
export function opaqueEdits(input: OpaqueInput): OpaqueEdits {
  const { policies, times, ledger, intent, flightMs, now, clockTolerance } = input;
  const found: OpaqueEdits = { told: [], ledger: {}, conflicts: [] };
  for (const { id, fingerprint, opaque } of policies) {
    const entry = ledger[id];
    const open = intent?.rules[id] ? [{ at: intent.at, until: intent.at + flightMs }] : [];
    const ours = [...(entry?.cidaas.writes ?? []), ...open];
    const time = opaque ? times.findLast((edit) => !isWithinAny(ours, edit, clockTolerance)) : undefined;
    const known = entry?.cidaas.editAt ?? Number.NEGATIVE_INFINITY;
    if (time === undefined || time < known) continue;
    const [replacing] = entry?.cidaas.writes ?? [];
    if (replacing && time < replacing.at) {
      // What was known when it was replaced was decided then.
      if (time === known) continue;
      const legacyTime = replacing.editAt;
      const ambiguous = legacyTime === null || legacyTime <= time + clockTolerance;
      found.conflicts.push({ rule: id, winner: "legacy", at: now, cidaasTime: time, legacyTime, ambiguous });
    } else {
      // What is known may stem from this very change, taken before and not settled.
      const base = entry ?? { fingerprint, cidaas: NOTHING_KNOWN, legacy: NOTHING_KNOWN };
      found.told.push(id);
      found.ledger[id] = { ...base, cidaas: { ...base.cidaas, editAt: time } };
    }
  }
  return found;
}

function isWithinAny(flights: readonly Pick<Write, "at" | "until">[], time: number, tolerance: number): boolean {
  return flights.some(({ at, until }) => at - tolerance <= time && time <= until + tolerance);
}
