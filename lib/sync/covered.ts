import type { CarriedRule, CarriedValue, Intent, Ledger, Print, RuleId, Side, SideEntry, Write } from "./types";

/** As many as the ledger keeps writes: before each of them somebody may have edited. */
const EARLIER_KEPT = 4;

/**
 * Two changes of one rule while it waits: the newer *edit* stays, whichever arrived later, and a value that arrives
 * again keeps the time of the change that carried it first. What was replaced is kept beside it for `uncover`.
 */
export function mergeCarried(older: CarriedRule, newer: CarriedRule): CarriedRule {
  const isOverdue = older.at !== null && newer.at !== null && newer.at < older.at;
  const [newest, other] = isOverdue ? [older, newer] : [newer, older];
  const { at, source, values } = newest;
  const earlier = [other, ...(newest.earlier ?? []), ...(other.earlier ?? [])]
    .filter(
      (value, index, all) => value.source !== source && all.findIndex((one) => one.source === value.source) === index,
    )
    .slice(0, EARLIER_KEPT)
    .map(({ at, source, values }): CarriedValue => ({ at, source, values }));
  return {
    at: other.source === source ? earliest(at, other.at) : at,
    source,
    values,
    ...(earlier.length > 0 ? { earlier } : {}),
  };
}

/**
 * The values that a change really brings, as the values that waited before them tell:
 * - the newest is the echo of our own write, and before it came an edit which that write covered unseen: the edit takes
 *   its place, `covered`
 * - the newest is what was agreed, but before it came an edit, or the echo of a write of ours that is not settled yet: a
 *   person has set it again, `restored`
 *
 * @param side the side that the change comes from
 * @param intent the open intent on that side, whose write has no place in the ledger yet
 */
export function uncover(
  rules: Record<RuleId, CarriedRule>,
  side: Side,
  ledger: Ledger,
  intent: Intent | null,
): Record<RuleId, CarriedRule> {
  return Object.fromEntries(
    Object.entries(rules).map(([rule, carried]) => {
      const own = ledger[rule]?.[side];
      return [rule, own && carried.earlier ? uncoverRule(carried, carried.earlier, own, intent, rule) : carried];
    }),
  );
}

function uncoverRule(
  newest: CarriedRule,
  earlier: readonly CarriedValue[],
  own: SideEntry,
  intent: Intent | null,
  rule: RuleId,
): CarriedRule {
  const known = withIntent(own, intent, rule);
  const [last] = known.writes;
  const edits = earlier.filter(({ source, at }) => {
    const isBefore = at !== null && (newest.at === null || at <= newest.at);
    return isBefore && !heldAt(known, at).includes(source);
  });
  const isEcho = known.writes.some(({ print }) => print === newest.source);
  const covered = isEcho && last ? edits.find(({ at }) => at !== null && at < last.until) : undefined;
  if (covered) return { ...covered, state: "covered" };
  const wasOpenEcho = known !== own && earlier.some(({ source }) => source === known.print);
  const isSetAgain = newest.source === own.print && (edits.length > 0 || wasOpenEcho);
  return isSetAgain ? { ...newest, state: "restored" } : newest;
}

/** What is known of a side if the open intent did reach it; its write has no end yet. */
export function withIntent(own: SideEntry, intent: Intent | null, rule: RuleId): SideEntry {
  const ours = intent?.rules[rule];
  if (!intent || !ours) return own;
  const write: Write = {
    print: ours.target,
    before: own.print,
    at: intent.at,
    until: Number.POSITIVE_INFINITY,
    editAt: ours.editAt,
  };
  return { ...own, print: ours.target, writes: [write, ...own.writes] };
}

/**
 * What a side may have held at a time, as far as we know: what our last write before it made of it, what the next one
 * replaced, and while a write was on its way both. Anything else was put there by somebody else.
 */
export function heldAt(own: SideEntry, time: number): (Print | null)[] {
  let next: Print | null = own.print;
  for (const { print, before, at, until } of own.writes) {
    if (at <= time) return time <= until ? [print, next, before] : [print, next];
    next = before;
  }
  return [next];
}

function earliest(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}
