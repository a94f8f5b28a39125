import { dated } from "./dated";
import { decide } from "./decide";
import type { DecideInput, News, RulePolicy, Verdict } from "./decision";
import { type Agreed, editedAt, type Flight, refused, remembered, seenAgain, withLateWrite, written } from "./ledger";
import type { ConflictRecord, IntendedRule, Intent, Ledger, LedgerEntry, Print, RuleId, Side } from "./types";
import { otherSide } from "./types";
import { isProven } from "./writes";

/** What to do with one person, once every rule has its verdict. */
export type Plan =
  /** The target has to be read before anything can be said. */
  | { do: "read" }
  /** The source has to be read again, a little later. */
  | { do: "again" }
  | { do: "park"; code: string; message: string }
  | Settleable;

/** What a plan is made of. */
export interface PlanInput extends DecideInput {
  /** Entries of the ledger that are to be kept whatever the verdict. */
  learned: Ledger;
  /** The longest time from an intent to the moment at which its write takes effect, ms. */
  flightMs: number;
}

export interface Settleable {
  do: "settle";
  source: Side;
  create: boolean;
  /** Rules to be written; none means that the lease can be settled at once. */
  write: RuleId[];
  /** Rules refused, which decides between the outcomes `refused` and `unchanged` when nothing is written. */
  refused: RuleId[];
  /** Rules that both sides write over each other: set aside for a person, while the others go on. */
  frozen: RuleId[];
  /** Rules that the other lane has to bring back to the source, by force. */
  heal: RuleId[];
  /** Rules of one way that the same lane has to bring once more, by force: a person has set anew what the source held before. */
  again: RuleId[];
  conflicts: ConflictRecord[];
  /** Rules of the open intent on the source side; see `IntendedRule`. */
  overtaken: RuleId[];
  /** Entries that hold whether or not the write succeeds. */
  ledger: Ledger;
  /** Those of them that the open intent is proven to have written: to be kept before another takes its place. */
  proven: Ledger;
  /** Base of the entries of the write. */
  previous: Ledger;
  news: Record<RuleId, News>;
  fingerprints: Record<RuleId, string>;
}

/** The plan of what writes no rule, such as a delete. */
export const NOTHING_TO_WRITE: Settleable = {
  do: "settle",
  source: "legacy",
  create: false,
  write: [],
  refused: [],
  frozen: [],
  heal: [],
  again: [],
  conflicts: [],
  overtaken: [],
  ledger: {},
  proven: {},
  previous: {},
  news: {},
  fingerprints: {},
};

/** Asks `decide` and sums up its verdicts. */
export function planFor(given: PlanInput): Plan {
  const input = dated(given);
  const verdicts = decide(input);
  const list = Object.values(verdicts);
  if (list.some((verdict) => verdict.do === "again")) return { do: "again" };
  if (list.some((verdict) => verdict.do === "read")) return { do: "read" };
  if (list.some((verdict) => verdict.do === "park")) {
    return {
      do: "park",
      code: "FIRST_CONTACT",
      message: "Both sides already have this user with different values. Choose which side wins a first contact.",
    };
  }
  const plan: Settleable = {
    do: "settle",
    source: input.source,
    create: input.target.state === "absent",
    write: [],
    refused: [],
    frozen: [],
    heal: [],
    again: [],
    conflicts: [],
    overtaken: overtakenRules(input),
    ledger: { ...input.learned },
    proven: {},
    previous: { ...input.ledger },
    news: input.news,
    fingerprints: Object.fromEntries(input.policies.map((policy) => [policy.id, policy.fingerprint])),
  };
  for (const [rule, verdict] of Object.entries(verdicts)) note(plan, rule, verdict, input);
  return plan;
}

function overtakenRules({ intent, news, flightMs, clockTolerance }: PlanInput): RuleId[] {
  if (!intent || intent.create) return [];
  const over = intent.at + flightMs + clockTolerance;
  return Object.entries(intent.rules).flatMap(([rule, ours]) => {
    const own = news[rule];
    const isSeen = own?.seenAt !== undefined && own.seenAt > over;
    return isSeen && own.source !== ours.target && !ours.overtaken ? [rule] : [];
  });
}

function note(plan: Settleable, rule: RuleId, verdict: Verdict, input: PlanInput): void {
  const agreed = agreedOf(plan, rule);
  if (!agreed) return;
  const previous = plan.previous[rule] ?? null;
  if (verdict.do === "nothing" || verdict.do === "seen") plan.conflicts.push(...(verdict.conflicts ?? []));
  if (verdict.do === "seen" && previous) {
    const seen = seenFrom(previous, agreed, plan.news[rule], verdict.at, input.clockTolerance);
    if (seen !== previous) plan.ledger[rule] = seen;
    if (verdict.setAt !== undefined) {
      plan.ledger[rule] = editedAt(seen, plan.source, verdict.setAt);
      // Nobody follows what is edited on the target of a rule of one way, which may hold anything.
      const policy = input.policies.find(({ id }) => id === rule);
      if (policy?.direction !== "both") plan.again.push(rule);
    }
    // The record that shows what the late write has made is still to come.
    const late = input.late[rule];
    if (late && late.print !== agreed.source)
      plan.ledger[rule] = withLateWrite(plan.ledger[rule] ?? previous, plan.source, late);
  }
  const intended = input.intent?.rules[rule];
  if (verdict.do === "proven" && input.intent && intended) {
    const taken = provenWrite(input.intent, intended, agreed.fingerprint, previous, input);
    plan.ledger[rule] =
      verdict.at === null ? taken : seenFrom(taken, agreed, plan.news[rule], verdict.at, input.clockTolerance);
    if (verdict.lost && previous) {
      const lost = { ...plan.ledger[rule], [otherSide(plan.source)]: previous[otherSide(plan.source)] };
      for (const known of [plan.ledger, plan.proven, plan.previous]) known[rule] = lost;
      plan.write.push(rule);
      plan.conflicts.push(...verdict.lost);
    }
  }
  if (verdict.do === "remember") {
    plan.ledger[rule] = remembered(previous, { ...agreed, ...verdict });
    plan.conflicts.push(...(verdict.conflicts ?? []));
  }
  if (verdict.do === "write") plan.write.push(rule);
  if (verdict.do === "freeze") plan.frozen.push(rule);
  if (verdict.do === "refuse") {
    plan.refused.push(rule);
    if (!verdict.keep && previous) plan.ledger[rule] = refused(previous, agreed);
    if (verdict.late && previous) plan.ledger[rule] = withLateWrite(previous, plan.source, verdict.late);
  }
  if (verdict.do === "write" || verdict.do === "refuse") {
    if (verdict.heal) plan.heal.push(rule);
    plan.conflicts.push(...verdict.conflicts);
  }
}

/** A value that several records of a side have shown, from the first of them on. */
function seenFrom(
  entry: LedgerEntry,
  agreed: Agreed,
  news: News | undefined,
  last: number,
  tolerance: number,
): LedgerEntry {
  const times = [...new Set([news?.span?.last ?? last, last])];
  return times.reduce((known, at) => seenAgain(known, { ...agreed, at }, tolerance) ?? known, entry);
}

function agreedOf(plan: Settleable, rule: RuleId): Agreed | null {
  const news = plan.news[rule];
  const fingerprint = plan.fingerprints[rule];
  if (!news || fingerprint === undefined) return null;
  const { source, target } = news;
  const editAt = editTimeOf(plan, rule, news);
  // A look at cidaas is of our own clock, and never of an older state than the one before.
  const isLater = plan.source === "legacy" && news.seenAt !== undefined && news.seenAt > (editAt ?? 0);
  return { fingerprint, side: plan.source, source, target, editAt, ...(isLater ? { seenAt: news.seenAt } : {}) };
}

/** When a value was edited: of one that we have written ourselves, and write again by force, what that write carried. */
function editTimeOf(
  { previous, source: side }: Settleable,
  rule: RuleId,
  { source, state, span }: News,
): number | null {
  const own = previous[rule]?.[side];
  const [write] = own?.writes ?? [];
  const isOurs = own?.print === source && write?.print === source && state === undefined;
  return isOurs ? write.editAt : (span?.last ?? null);
}

/** The ledger once the plan's write was taken. */
export function ledgerAfter(plan: Settleable, flight: Flight): Ledger {
  const entries = { ...plan.ledger };
  for (const rule of plan.write) {
    const agreed = agreedOf(plan, rule);
    if (agreed) entries[rule] = written(plan.previous[rule] ?? null, agreed, flight);
  }
  return entries;
}

/**
 * What is committed before the write, so that a crash does not make it look like a user's edit.
 *
 * @param apart rules that need a call of their own; see `IntendedRule`
 */
export function intentOf(
  plan: Settleable,
  now: number,
  identifiers: Intent["identifiers"],
  apart: ReadonlySet<RuleId> = new Set(),
): Intent {
  const rules: Intent["rules"] = {};
  for (const rule of plan.write) {
    const news = plan.news[rule];
    if (!news) continue;
    rules[rule] = { source: news.source, target: news.target, editAt: editTimeOf(plan, rule, news) };
    if (apart.has(rule)) rules[rule].apart = true;
  }
  const { create, conflicts, heal } = plan;
  return { side: otherSide(plan.source), create, at: now, identifiers, rules, conflicts, heal };
}

/** So many rules as we were about to write them are no chance: a user may well set one of them alike. */
const PROOFS = 2;

/**
 * The ledger as it stands if the open intent did reach the target. One call takes effect as a whole: where the target holds
 * several of its rules as we were about to write them, and did not before, all of them were written, and whatever the others
 * hold now was put there later by somebody else. A create proves itself by the user that it made.
 */
export function ledgerProvenBy(
  intent: Intent,
  ledger: Ledger,
  present: Record<RuleId, Print>,
  policies: readonly RulePolicy[],
  { now, flightMs }: Pick<PlanInput, "now" | "flightMs">,
): Ledger {
  const proven: Ledger = { ...ledger };
  const proofs = Object.entries(intent.rules).filter(
    ([rule, { target, overtaken, apart }]) =>
      !overtaken && !apart && present[rule] === target && ledger[rule]?.[intent.side].print !== target,
  );
  const isTaken = proofs.length >= PROOFS;
  for (const { id, fingerprint } of policies) {
    const intended = intent.rules[id];
    if (!intended) continue;
    const isMade = intent.create && !intended.overtaken && (present[id] === undefined || !ledger[id]);
    const isThere = present[id] === intended.target && !intended.overtaken;
    if (!(isTaken && !intended.apart) && !isMade && !isThere) continue;
    if (ledger[id] && isProven(ledger[id][intent.side], intent)) continue;
    proven[id] = provenWrite(intent, intended, fingerprint, ledger[id] ?? null, { now, flightMs });
  }
  return proven;
}

function provenWrite(
  intent: Intent,
  { source, target, editAt }: IntendedRule,
  fingerprint: string,
  previous: LedgerEntry | null,
  { now, flightMs }: Pick<PlanInput, "now" | "flightMs">,
): LedgerEntry {
  const agreed: Agreed = { fingerprint, side: otherSide(intent.side), source, target, editAt };
  return written(previous, agreed, { at: intent.at, until: Math.min(now, intent.at + flightMs), found: true });
}
