import type { CarriedRule, CarriedValue, Intent, Ledger, Print, RuleId, Side, SideEntry, Write } from "./types";

/** As many as the ledger keeps writes: before each of them somebody may have edited. */
const EARLIER_KEPT = 4;

/**
 * Two changes of one rule while it waits, as one: the value of the newer *edit* stays, whichever arrived later, under the
 * time of the change that carried it first. What stood there before is kept beside it for `uncover`, in the order of the
 * times: a record carries all of its values, so that one may be seen again after another one has come and gone.
 */
export function mergeCarried(older: CarriedRule, newer: CarriedRule): CarriedRule {
  const points = [...pointsOf(older), ...pointsOf(newer)];
  // Where a time is unknown, the order of arrival has to do.
  if (points.every(({ at }) => at !== null)) points.sort((a, b) => (a.at ?? 0) - (b.at ?? 0));
  const runs: CarriedValue[] = [];
  for (const { source, values, at } of points) {
    const run = runs.at(-1);
    if (run?.source !== source) runs.push({ source, values, at });
    else if (at !== null && run.at !== null && at > run.at) run.seen = at;
    else run.at ??= at;
  }
  const [newest, ...earlier] = runs.reverse();
  return { ...(newest ?? newer), ...(earlier.length > 0 ? { earlier: earlier.slice(0, EARLIER_KEPT) } : {}) };
}

/** Every time at which a value was carried, as far as they are kept; the earliest first. */
function pointsOf({ earlier = [], ...newest }: CarriedRule): CarriedValue[] {
  return [newest, ...earlier].reverse().flatMap(({ source, values, at, seen }) => {
    const first = { source, values, at };
    return seen === undefined ? [first] : [first, { source, values, at: seen }];
  });
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
      return [rule, own ? uncoverRule(carried, own, intent, rule) : carried];
    }),
  );
}

function uncoverRule(carried: CarriedRule, own: SideEntry, intent: Intent | null, rule: RuleId): CarriedRule {
  const known = withIntent(own, intent, rule);
  const [last] = known.writes;
  const newest = last ? seenAfter(carried, last) : carried;
  const earlier = carried.earlier ?? [];
  const edits = editsAmong(earlier, newest.at, known);
  const echoed = known.writes.find(({ print }) => print === newest.source);
  // Whatever came before the value right before it is gone by the hands of others.
  const [previous] = earlier;
  const isCovered = echoed && previous && edits.includes(previous) && (previous.at ?? 0) < echoed.until;
  if (isCovered) return { ...previous, state: "covered" };
  const wasOpenEcho = known !== own && earlier.some(({ source }) => source === known.print);
  const isAgreedAgain = newest.source === own.print && (edits.length > 0 || wasOpenEcho);
  // Another value after our write: then this is not its echo, however close the times.
  const isNoEcho = echoed && previous && (previous.at ?? 0) > echoed.until;
  return isAgreedAgain || isNoEcho ? { ...newest, state: "restored" } : newest;
}

/** Those of the values that stood there before, newest first, which a person has set, as far as they have a time. */
function editsAmong(earlier: readonly CarriedValue[], until: number | null, known: SideEntry): CarriedValue[] {
  const edits: CarriedValue[] = [];
  let edited: number | null = null;
  for (const value of [...earlier].reverse()) {
    const { at, source } = value;
    if (at === null || (until !== null && at > until)) continue;
    // What follows an edit, with no write of ours between, is another one, though we once knew that value.
    const followsEdit: boolean = edited !== null && !isWrittenBetween(known, edited, at);
    const isEdit: boolean = followsEdit || !heldAt(known, at).includes(source);
    if (isEdit) edits.push(value);
    edited = isEdit ? at : null;
  }
  return edits;
}

function isWrittenBetween({ writes }: SideEntry, from: number, to: number): boolean {
  return writes.some(({ at, until }) => from <= until && at <= to);
}

/** A value seen before our write, which replaced it, and after it too was set again in between: that is its edit. */
function seenAfter(carried: CarriedRule, write: Write): CarriedRule {
  const { at, seen, source } = carried;
  if (at === null || seen === undefined || source === write.print) return carried;
  return at < write.at && seen > write.until ? { ...carried, at: seen } : carried;
}

/** What is known of a side if the open intent did reach it; its write has no end yet. */
export function withIntent(own: SideEntry, intent: Intent | null, rule: RuleId): SideEntry {
  const ours = intent?.rules[rule];
  if (!intent || !ours || ours.overtaken) return own;
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
 * What a side may have held at a time, as far as we know: what our last write before it made of it, unless an edit was
 * accepted since, what the next one replaced, and while a write was on its way both. Anything else was put there by somebody
 * else.
 */
export function heldAt(own: SideEntry, time: number): (Print | null)[] {
  let next: Print | null = own.print;
  for (const { print, before, at, until } of own.writes) {
    if (at <= time && time <= until) return [print, next, before];
    const isEdited = own.editAt !== null && until < own.editAt && own.editAt <= time;
    if (at <= time) return isEdited ? [next] : [print, next];
    next = before;
  }
  return [next];
}
