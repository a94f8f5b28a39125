import type { CarriedRule, CarriedValue, Intent, Ledger, RuleId, Side, SideEntry, Write } from "./types";

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
 * The values that a change really brings. Where the newest value of a rule is the echo of our own write, a value that
 * waited before it may be somebody's edit which that write covered unseen: then it takes the echo's place, marked as
 * covered, and `decide` treats it as the conflict that it is.
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
      const value =
        own && carried.earlier?.find((earlier) => isCovered(earlier, carried, own, intentWrite(intent, rule)));
      return [rule, value ? { ...value, covered: true } : carried];
    }),
  );
}

/** The write of an open intent, as the ledger will note it once it is proven. */
export function intentWrite(intent: Intent | null, rule: RuleId): Write | null {
  const ours = intent?.rules[rule];
  if (!intent || !ours) return null;
  return { print: ours.target, at: intent.at, until: Number.POSITIVE_INFINITY, editAt: ours.editAt };
}

function isCovered(value: CarriedValue, newest: CarriedValue, own: SideEntry, open: Write | null): boolean {
  const writes = open ? [open, ...own.writes] : own.writes;
  const [last] = writes;
  const isEcho = last !== undefined && writes.some(({ print }) => print === newest.source);
  if (!isEcho || value.at === null || value.at >= last.until || (newest.at !== null && value.at > newest.at))
    return false;
  const replaced = open ? own.print : own.before;
  return value.source !== replaced && !writes.some(({ print }) => print === value.source);
}

function earliest(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}
