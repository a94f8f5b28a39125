import type { Intent, Print, RuleId, SideEntry, Write } from "./types";

/** A call that takes longer than this was held up, ms. */
const LONG_FLIGHT_MS = 5_000;

/** What is known of a side if the open intent did reach it; its write has no end yet. */
export function withIntent(own: SideEntry, intent: Intent | null, rule: RuleId): SideEntry {
  const ours = intent?.rules[rule];
  if (!intent || !ours || ours.overtaken || isProven(own, intent)) return own;
  const write: Write = {
    print: ours.target,
    before: own.print,
    at: intent.at,
    until: Number.POSITIVE_INFINITY,
    editAt: ours.editAt,
  };
  return { ...own, print: ours.target, writes: [write, ...own.writes] };
}

/** Whether the write of an open intent is in the ledger already: its echo came before its answer. */
export function isProven({ writes }: SideEntry, intent: Intent): boolean {
  return writes[0]?.at === intent.at;
}

/** Whether a value of this time may be what the write made of it, with clocks that are apart by no more than the tolerance, ms. */
export function isEchoOf(write: Write, print: Print, time: number, tolerance: number): boolean {
  return print === write.print && distance(write, time) <= tolerance;
}

/**
 * A value of a side that may be the echo of a write of ours tells when that took effect, by the clock of its side, so that
 * the order of its other values needs not to be guessed from our clock. The same entry where it tells nothing new.
 */
export function withEcho(own: SideEntry, print: Print, at: number, tolerance: number): SideEntry {
  const [likely] = own.writes
    .filter((write, index) => isEchoOf(write, print, at, tolerance) && isInOrder(own, index, at))
    .sort((a, b) => distance(a, at) - distance(b, at));
  if (!likely) return own;
  const isBetter = !isNoBetter(likely, at);
  const shownAt = shownBefore(likely, isBetter, at);
  if (!isBetter && shownAt === likely.shownAt) return own;
  const known = { ...likely, ...(isBetter ? { echoAt: at } : {}), ...(shownAt === undefined ? {} : { shownAt }) };
  const writes = own.writes.map((write) => (write === likely ? known : write));
  if (!isBetter) return { ...own, writes };
  // What was taken for the echo until now shows at least that the value was there then.
  const former = own.print === print && likely === own.writes[0] ? (likely.echoAt ?? 0) : 0;
  return former > Math.max(at, own.seenAt ?? 0) ? { ...own, writes, seenAt: former } : { ...own, writes };
}

/** The side showed what our last write replaced, no later than its likely echo: nobody has edited it, as it seems. */
export function withDismissed(own: SideEntry, print: Print, at: number): SideEntry {
  const [write] = own.writes;
  const isBefore = write?.before === print && print !== own.print && at < (write.echoAt ?? Number.POSITIVE_INFINITY);
  return isBefore && at > (own.dismissedAt ?? 0) ? { ...own, dismissedAt: at } : own;
}

/** The earliest record that showed the value of a write before its likely echo. */
function shownBefore({ echoAt, shownAt }: Write, isBetter: boolean, at: number): number | undefined {
  const [echo, other] = isBetter ? [at, echoAt] : [echoAt, at];
  if (echo === undefined || other === undefined || other >= echo) return shownAt;
  return Math.min(other, shownAt ?? other);
}

/** Whether a value of this time was put over that of a write which was shown before its likely echo. */
export function isAfterShown({ shownAt }: Write, time: number): boolean {
  return shownAt !== undefined && shownAt <= time;
}

/** Nobody can say when a write took effect that was only found, or was long under way: a person may have set its value then. */
export function isVague({ at, until, found }: Write): boolean {
  return found === true || until - at > LONG_FLIGHT_MS;
}

/** Of two that are as likely, the first record that showed the value tells more; the end of a vague flight is no measure. */
function isNoBetter(write: Write, at: number): boolean {
  const { echoAt } = write;
  if (echoAt === undefined) return false;
  const gained = isVague(write) ? 0 : distance(write, echoAt) - distance(write, at);
  return gained < 0 || (gained === 0 && echoAt <= at);
}

/** Whether a write can have taken effect at this time: between those before and after it, and after the edit it replaced. */
export function isInOrder({ print, editAt, writes }: SideEntry, index: number, at: number): boolean {
  const isAfterEdit = index > 0 || print !== writes[0]?.print || editAt === null || at > editAt;
  const isAfterOlder = at > (writes[index + 1]?.echoAt ?? 0);
  return isAfterEdit && isAfterOlder && isBeforeNewer({ writes }, index, at);
}

/** Whether the write after this one has taken effect later than this, as far as its echo tells. */
export function isBeforeNewer({ writes }: Pick<SideEntry, "writes">, index: number, at: number): boolean {
  return at < (writes[index - 1]?.echoAt ?? Number.POSITIVE_INFINITY);
}

/** How far a time of the other clock is from the flight of a write, ms. */
export function distance({ at, until }: Write, time: number): number {
  return Math.max(at - time, time - until, 0);
}

/** Whether a value of a time was replaced by a write. The echo is a guess where it is not within the flight: older than either. */
export function isReplacedBy({ at, echoAt }: Write, time: number): boolean {
  return time < Math.max(at, echoAt ?? 0);
}

/** When a write took effect: at some time between these two, by the clock of its side as far as its echo tells. */
export function flightOf({ at, until, echoAt }: Write): { at: number; until: number } {
  return echoAt === undefined ? { at, until } : { at: echoAt, until: echoAt };
}

/** Whether a write of ours may have taken effect between two times. */
export function isWrittenBetween({ writes }: Pick<SideEntry, "writes">, from: number, to: number): boolean {
  return writes.map(flightOf).some(({ at, until }) => from <= until && at <= to);
}

/** Whether a side was seen later than this time, with no write of ours in between: a person has replaced what it showed then. */
export function isOvertaken(own: SideEntry, time: number, tolerance: number): boolean {
  const { seenAt } = own;
  if (seenAt === undefined || time >= seenAt || isSeenEcho(own, tolerance)) return false;
  return !isWrittenBetween(own, time, seenAt);
}

/** Whether another record of the very same time has shown what is agreed: which of the two the side holds, nobody knows. */
export function isOfSameMoment(own: SideEntry, print: Print, time: number): boolean {
  return print !== own.print && (own.editAt === time || isEchoMoment(own, time));
}

/** Whether the echo of our last write, which the side was agreed to hold, is of this very time. */
export function isEchoMoment({ print, writes: [last] }: SideEntry, time: number): boolean {
  return last !== undefined && last.print === print && last.echoAt === time;
}

/** Whether what a side was last seen with may be our last write. */
export function isSeenEcho({ print, seenAt, writes: [last] }: SideEntry, tolerance: number): boolean {
  return last !== undefined && seenAt !== undefined && isEchoOf(last, print, seenAt, tolerance);
}

/**
 * What a side may have held at a time, as far as we know: what our last write before it made of it, unless an edit was
 * accepted since, what the next one replaced, and while a write was on its way both. Anything else was put there by somebody
 * else.
 */
export function heldAt(own: SideEntry, time: number): (Print | null)[] {
  let next: Print | null = own.print;
  for (const [index, write] of own.writes.entries()) {
    const { print, before, shownAt } = write;
    const { at, until } = flightOf(write);
    if (at <= time && time <= until) return [print, next, before];
    const isEdited = own.editAt !== null && until < own.editAt && own.editAt <= time;
    if (at <= time) return isEdited ? [next] : [print, next];
    const older = { writes: own.writes.slice(index + 1) };
    if (shownAt !== undefined && shownAt <= time && !isWrittenBetween(older, shownAt, time)) return [print];
    next = before;
  }
  return [next];
}
