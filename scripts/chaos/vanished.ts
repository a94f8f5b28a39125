import type { JsonObject } from "../../lib/sync/types";
import type { HistoryEntry } from "../../simulator";
import { at } from "../../test/support/answers";
import type { Conflict } from "./admin";
import { comparable, FIELDS, type Field } from "./fields";
import type { Finding, Person } from "./people";

export interface Vanished extends Finding {
  /** In cidaas, so shortly before a bulk call that the sync could not see it: the window the design names. */
  inWindow: boolean;
}

export interface VanishedOptions {
  history: readonly HistoryEntry[];
  people: readonly Person[];
  conflicts: readonly Conflict[];
  /** The users of a system by id. */
  users: Record<HistoryEntry["system"], ReadonlyMap<string, JsonObject>>;
  /** Longest time from the sync's last look to the end of its call, ms. */
  windowMs: number;
}

/**
 * Edits of people that are neither there in the end, nor overwritten by a later edit of a person on either side, nor
 * recorded as the loser of a conflict. Whoever left is not counted.
 */
export function findVanished(options: VanishedOptions): Vanished[] {
  const vanished: Vanished[] = [];
  for (const person of options.people.filter(({ left }) => !left)) {
    const own = options.history.filter(({ system, id }) => person.ids[system].has(id));
    for (const field of FIELDS) {
      const edit = own.findLast((entry) => entry.by !== "sync" && fieldOf(entry, field) !== undefined);
      if (edit === undefined || isThere(edit, field, options) || isRecorded(edit, field, person, options)) continue;
      const path = field.paths[edit.system];
      vanished.push({
        person,
        text: `${person.name}: the edit of ${path} to "${edit.fields[path]}" in ${edit.system} (${edit.seq}) is gone`,
        inWindow: isInWindow(edit, field, own, options.windowMs),
      });
    }
  }
  return vanished;
}

function fieldOf({ system, kind, fields }: HistoryEntry, field: Field) {
  return kind === "created" || kind === "updated" ? fields[field.paths[system]] : undefined;
}

function isThere(edit: HistoryEntry, field: Field, { users }: VanishedOptions): boolean {
  const user = users[edit.system].get(edit.id);
  return comparable(field, fieldOf(edit, field)) === comparable(field, at(user, field.paths[edit.system]));
}

function isRecorded({ system }: HistoryEntry, field: Field, { ids }: Person, { conflicts }: VanishedOptions): boolean {
  return conflicts.some(
    ({ sub, legacyId, rule, winner }) =>
      rule === field.rule && winner !== system && (ids.cidaas.has(String(sub)) || ids.legacy.has(String(legacyId))),
  );
}

function isInWindow(edit: HistoryEntry, field: Field, own: readonly HistoryEntry[], windowMs: number): boolean {
  const isOverwriting = (entry: HistoryEntry) =>
    entry.system === "cidaas" && entry.by === "sync" && entry.seq > edit.seq && fieldOf(entry, field) !== undefined;
  const overwriting = own.find(isOverwriting);
  return edit.system === "cidaas" && overwriting !== undefined && overwriting.at - edit.at <= windowMs;
}
