import type { CarriedRule, CarriedValue, Intent, Ledger, RuleId, Side, SideEntry, Write } from "./types";
import {
  distance,
  flightOf,
  heldAt,
  isEchoOf,
  isInOrder,
  isOvertaken,
  isVague,
  isWrittenBetween,
  withDismissed,
  withEcho,
  withIntent,
} from "./writes";

/** Whether what a change brings is gone from its source, by a write of ours or, it may be, by a person. */
export function isGone({ state }: Pick<CarriedRule, "state">): boolean {
  return state === "covered" || state === "doubtful";
}

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
 * @param tolerance how far the clocks may be apart, ms
 */
export function uncover(
  rules: Record<RuleId, CarriedRule>,
  side: Side,
  ledger: Ledger,
  intent: Intent | null,
  tolerance: number,
): Record<RuleId, CarriedRule> {
  return Object.fromEntries(
    Object.entries(rules).map(([rule, carried]) => {
      const own = ledger[rule]?.[side];
      return [rule, own ? uncoverRule(carried, withIntent(own, intent, rule), own, tolerance) : carried];
    }),
  );
}

/**
 * Entries of the ledger that know more of our writes to a side now, by the values of a change from it; see `withEcho`.
 *
 * @param brought what the change really brings, see `uncover`: of that `decide` itself makes what is to be made
 */
export function learnedFrom(
  rules: Record<RuleId, CarriedRule>,
  brought: Record<RuleId, CarriedRule>,
  side: Side,
  ledger: Ledger,
  tolerance: number,
): Ledger {
  const learned: Ledger = {};
  for (const [rule, carried] of Object.entries(rules)) {
    const entry = ledger[rule];
    const others = pointsOf(carried).filter(({ source }) => source !== brought[rule]?.source);
    const own = entry && withSightings(withEchoes(entry[side], others, tolerance), others);
    if (own && own !== entry[side]) learned[rule] = { ...entry, [side]: own };
  }
  return learned;
}

/** @param unechoed what is known of the side, as if the open intent did reach it */
function uncoverRule(carried: CarriedRule, unechoed: SideEntry, own: SideEntry, tolerance: number): CarriedRule {
  const known = withEchoes(unechoed, pointsOf(carried), tolerance);
  const [newest, ...before] = setTwice(carried, known);
  const earlier = [...before, ...(carried.earlier ?? []).flatMap((value) => setTwice(value, known))];
  const edits = editsAmong(earlier, newest.at, known, tolerance);
  const echoed = known.writes.find(
    ({ print }, index) => print === newest.source && (newest.at === null || isInOrder(known, index, newest.at)),
  );
  // Whatever came before the value right before it, and before echoes of ours, is gone by the hands of others.
  const isEcho = ({ source, at }: CarriedValue) =>
    at !== null && known.writes.some((write) => isEchoOf(write, source, at, tolerance));
  const previous = earlier.find((value) => edits.includes(value) || !isEcho(value));
  const isEdit = previous !== undefined && edits.includes(previous);
  const fate = echoed && previous ? fateOf(previous, carried, echoed, tolerance) : undefined;
  // What comes too late for the echo may repeat it, unless the echo was seen before the edit.
  const isTooLate = echoed && newest.at !== null && !isEchoOf(echoed, newest.source, newest.at, tolerance);
  const isSetAgain = fate === "doubtful" && isTooLate && previous && echoedBefore(previous, carried, echoed, tolerance);
  const state = isSetAgain ? "restored" : fate;
  if (isEdit && state && state !== "restored") {
    if (previous.source !== own.print) return { ...previous, state };
    // What our write has set meanwhile tells nothing of the newest value, which may be a person's.
    if (state === "doubtful" && own.writes[0]?.print === own.print) return { ...newest, state };
    // An edit that was accepted already is known to `decide`, which takes the echo for what it is.
    return newest;
  }
  const wasOpenEcho = unechoed !== own && earlier.some(({ source }) => source === known.print);
  const isSet = isSetByPerson(newest, earlier[0], known, tolerance);
  const isAgreedAgain = newest.source === own.print && (edits.length > 0 || wasOpenEcho || isSet);
  // Another value after our write: then this is not its echo, however close the times.
  return isAgreedAgain || state === "restored" ? { ...newest, state: "restored" } : newest;
}

/** What became of a value that stood there before the newest one, which may be the echo of our write. */
function fateOf(
  previous: CarriedValue,
  carried: CarriedRule,
  write: Write,
  tolerance: number,
): "covered" | "doubtful" | "restored" {
  if (isSetOrWritten(carried, write)) return "doubtful";
  const likely = coveredBy(write, previous.at ?? 0, tolerance);
  return likely === "covered" && echoedBefore(previous, carried, write, tolerance) ? "doubtful" : likely;
}

/** Whether the write may have been seen already before an edit. */
function echoedBefore(edit: CarriedValue, { earlier = [] }: CarriedRule, write: Write, tolerance: number): boolean {
  const editAt = edit.at ?? 0;
  const isSeen = write.echoAt !== undefined && write.echoAt < editAt;
  return (
    isSeen || earlier.some(({ source, at }) => at !== null && at < editAt && isEchoOf(write, source, at, tolerance))
  );
}

/** Where the value of a write of unknown time was seen more than once, one of the sights may be that of a person's edit. */
function isSetOrWritten({ seen }: CarriedRule, write: Write): boolean {
  return seen !== undefined && Number.isFinite(write.until) && isVague(write);
}

/** What became of an edit of this time, where the value of the write was seen after it. */
function coveredBy({ until }: Write, at: number, tolerance: number): "covered" | "doubtful" | "restored" {
  if (at < until) return "covered";
  return at <= until + tolerance ? "doubtful" : "restored";
}

/** Of the values, those that are the echoes of our writes tell when these took effect; see `withEcho`. */
function withEchoes(own: SideEntry, values: readonly CarriedValue[], tolerance: number): SideEntry {
  const points = values.flatMap(({ source, at }) => (at === null ? [] : [{ source, at }]));
  let known = own;
  for (const write of [...own.writes].reverse()) {
    const likely = points
      .filter(({ source, at }) => isEchoOf(write, source, at, tolerance))
      .sort((a, b) => distance(write, a.at) - distance(write, b.at));
    for (const { source, at } of likely.slice(0, 1)) known = withEcho(known, source, at, tolerance);
  }
  return known;
}

/** When a side was last seen with what it was known to hold: whatever is older than that is gone. */
function withSightings(own: SideEntry, values: readonly CarriedValue[]): SideEntry {
  const sights = values.flatMap(({ source, at }) =>
    at !== null && heldAt(own, at).includes(source) ? [{ source, at }] : [],
  );
  const known = sights.reduce((entry, { source, at }) => withDismissed(entry, source, at), own);
  const seenAt = Math.max(own.seenAt ?? 0, ...sights.map(({ at }) => at));
  return seenAt > Math.max(own.seenAt ?? 0, own.editAt ?? 0) ? { ...known, seenAt } : known;
}

/** Those of the values that stood there before, newest first, which a person has set, as far as they have a time. */
function editsAmong(
  earlier: readonly CarriedValue[],
  until: number | null,
  known: SideEntry,
  tolerance: number,
): CarriedValue[] {
  const edits: CarriedValue[] = [];
  let edited: number | null = null;
  let before: CarriedValue | undefined;
  for (const value of [...earlier].reverse()) {
    const { at, source } = value;
    if (at === null || (until !== null && at > until) || isOvertaken(known, at, tolerance)) continue;
    // A later edit of the same side was taken already: that is what a write of ours has covered, if any.
    if (known.editAt !== null && at < known.editAt) continue;
    // What follows an edit, with no write of ours between, is another one, though we once knew that value.
    const followsEdit: boolean = edited !== null && !isWrittenBetween(known, edited, at);
    const isEdit: boolean =
      followsEdit || !heldAt(known, at).includes(source) || isSetByPerson(value, before, known, tolerance);
    if (isEdit) edits.push(value);
    edited = isEdit ? at : null;
    before = value;
  }
  return edits;
}

/** Whether no write of ours can have brought a value that a record showed after one with another value. */
function isSetByPerson(
  { source, at }: CarriedValue,
  before: CarriedValue | undefined,
  { writes }: SideEntry,
  tolerance: number,
): boolean {
  const since = before?.seen ?? before?.at ?? null;
  if (at === null || since === null) return false;
  return !writes.some((write) => {
    const flight = flightOf(write);
    const isBetween = since <= flight.until && flight.at <= at;
    return write.print === source && (isBetween || isEchoOf(write, source, at, tolerance));
  });
}

/** A value seen both before and after another one, of ours or of a person, was set again in between: two values, newest first. */
function setTwice<Value extends CarriedValue>(
  value: Value,
  { print, editAt, seenAt, writes }: SideEntry,
): [Value, ...CarriedValue[]] {
  const { at, seen, source, values } = value;
  if (at === null || seen === undefined) return [value];
  const known = [editAt, seenAt ?? null].flatMap((time) => (time === null ? [] : [{ at: time, until: time }]));
  const others = [
    ...(print === source ? [] : known),
    ...writes.filter((write) => write.print !== source).map(flightOf),
  ];
  const isSetTwice = others.some((other) => at < other.at && seen > other.until);
  return isSetTwice
    ? [
        { ...value, at: seen },
        { source, values, at },
      ]
    : [value];
}
