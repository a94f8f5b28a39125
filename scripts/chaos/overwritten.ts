import type { JsonObject } from "../../lib/sync/types";
import type { HistoryEntry } from "../../simulator";
import { at } from "../../test/support/answers";
import type { Conflict } from "./admin";
import { comparable, FIELDS, type Field } from "./fields";
import type { Finding, Person, System } from "./people";

/** A user's edit that an older value replaced, though nobody recorded a conflict. */
export interface Overwritten extends Finding {
  /**
   * Ms from our last look at the user in cidaas to the bulk call that replaced the edit, where the edit came in between:
   * the one window that cannot be closed. Null where the sync had every chance to see the edit.
   */
  coveredMs: number | null;
}

export interface OverwrittenOptions {
  history: readonly HistoryEntry[];
  people: readonly Person[];
  conflicts: readonly Conflict[];
  /** The users of a system by id. */
  users: Record<System, ReadonlyMap<string, JsonObject>>;
  /** When the tenant answered reads of a user, by sub, in ms since the epoch. */
  looks: ReadonlyMap<string, readonly number[]>;
  /** So old is what the tenant answers to a read, ms. */
  readLagMs: number;
  /** The longest time from a look to its call, had the process not stood still between `from` and `to`. */
  mostBetweenMs: number;
  /** An edit, its record and the event that tells of it get their times one after the other, so far apart at the most, ms. */
  momentMs: number;
  frozen: readonly { from: number; to: number }[];
}

/**
 * The newest edit of each field by a person, on whichever side, has to be there in the end or to be recorded as the loser
 * of a conflict. An older edit may have been replaced on its way by any newer one, so that nothing can be said of it.
 * Whoever left is not counted.
 */
export function findOverwritten(options: OverwrittenOptions): Overwritten[] {
  const overwritten: Overwritten[] = [];
  for (const person of options.people.filter(({ left }) => !left)) {
    const own = options.history.filter(({ system, id }) => person.ids[system].has(id));
    for (const field of FIELDS) {
      const edit = own.findLast((entry) => entry.by !== "sync" && heldIn(entry, field) !== undefined);
      if (edit === undefined || isThere(edit, field, options) || isRecorded(edit, field, person, options)) continue;
      const replacement = replacementOf(edit, field, own, options);
      overwritten.push({ person, ...describe(person, field, edit, replacement, options) });
    }
  }
  return overwritten;
}

function describe(
  { name }: Person,
  field: Field,
  edit: HistoryEntry,
  replacement: Replacement | null,
  options: OverwrittenOptions,
): Pick<Overwritten, "text" | "coveredMs"> {
  const path = field.paths[edit.system];
  const text = `${name}: the edit of ${path} to "${edit.fields[path]}" in ${edit.system} (${edit.seq}) is gone`;
  if (replacement === null) return { text, coveredMs: null };
  const { call, look } = replacement;
  const after = `${text}, replaced ${call.at - edit.at} ms later (${call.seq})`;
  if (look === null) return { text: after, coveredMs: null };
  const told = `${after}; the last look showed the state of ${call.at - look} ms before that`;
  return { text: told, coveredMs: coveredMs(edit, call, look, options) };
}

function heldIn({ system, kind, fields }: HistoryEntry, field: Field) {
  return kind === "created" || kind === "updated" ? fields[field.paths[system]] : undefined;
}

function isThere(edit: HistoryEntry, field: Field, { users }: OverwrittenOptions): boolean {
  const user = users[edit.system].get(edit.id);
  return comparable(field, heldIn(edit, field)) === comparable(field, at(user, field.paths[edit.system]));
}

/** A conflict that the edit's side lost, noticed after the edit and not about an earlier one. */
function isRecorded(
  edit: HistoryEntry,
  field: Field,
  { ids }: Person,
  { conflicts, momentMs }: OverwrittenOptions,
): boolean {
  return conflicts.some((conflict) => {
    const { sub, legacyId, rule, winner } = conflict;
    if (rule !== field.rule || winner === edit.system || conflict.at < edit.at) return false;
    const lost = edit.system === "cidaas" ? conflict.cidaasTime : conflict.legacyTime;
    const isOfPerson = ids.cidaas.has(String(sub)) || ids.legacy.has(String(legacyId));
    return isOfPerson && (lost === null || lost >= edit.at - momentMs);
  });
}

/** The write of the sync that replaced an edit, and the time whose state the sync knew from its last look before. */
interface Replacement {
  call: HistoryEntry;
  look: number | null;
}

function replacementOf(
  edit: HistoryEntry,
  field: Field,
  own: readonly HistoryEntry[],
  { looks, readLagMs }: OverwrittenOptions,
): Replacement | null {
  const call = own.find((entry) => {
    const isLater = entry.system === edit.system && entry.id === edit.id && entry.seq > edit.seq;
    return isLater && entry.by === "sync" && heldIn(entry, field) !== undefined;
  });
  if (call === undefined) return null;
  const look = edit.system === "cidaas" ? looks.get(edit.id)?.findLast((time) => time <= call.at) : undefined;
  return { call, look: look === undefined ? null : look - readLagMs };
}

function coveredMs(
  edit: HistoryEntry,
  call: HistoryEntry,
  look: number,
  { readLagMs, mostBetweenMs, frozen }: OverwrittenOptions,
): number | null {
  const stoodStill = frozen.map(({ from, to }) => Math.max(0, Math.min(to, call.at) - Math.max(from, look)));
  const most = mostBetweenMs + readLagMs + stoodStill.reduce((sum, time) => sum + time, 0);
  const between = call.at - look;
  return edit.at >= look && between <= most ? between : null;
}
