import type { HistoryEntry } from "../../simulator";

/** Characters of a line's values. */
const MAX_STORY_LINE = 300;

export type System = HistoryEntry["system"];

export const SYSTEMS = ["cidaas", "legacy"] as const;

/** One human being, with every user record there ever was of it. */
export interface Person {
  /** The record that came first, as `<system> <id>`. */
  name: string;
  bornIn: System;
  ids: Record<System, Set<string>>;
  /**
   * Whether it has to be on both sides: not a user whom the tenant had before the synchronisation and who did nothing
   * since.
   */
  isDue: boolean;
  /** Whether a user deleted it on either side. */
  left: boolean;
  /** Whether the tenant gave up the event of such a deletion: then nobody can tell it from a loss. */
  leftUnheard: boolean;
  /** How often the sync created it in each system. */
  createdBySync: Record<System, number>;
}

/** Something about a person that is not as it has to be. */
export interface Finding {
  person: Person;
  /** One sentence. */
  text: string;
}

/**
 * Who is who, told by the history alone: a record is the person's whose legacy id it carries, or whose e-mail it has. No
 * two people ever had one address.
 */
export function findPeople(history: readonly HistoryEntry[]): Person[] {
  const people: Person[] = [];
  const byId = new Map<string, Person>();
  const byEmail = new Map<string, Person>();
  for (const entry of history) {
    const { system, id, kind, by, fields } = entry;
    const name = `${system} ${id}`;
    const email = typeof fields.email === "string" ? fields.email.toLowerCase() : null;
    if (kind === "created" && !byId.has(name)) {
      const owner = byId.get(`legacy ${fields["customFields.legacy_id"]}`) ?? byEmail.get(email ?? "");
      const person = owner ?? begin(name, entry);
      if (person !== owner) people.push(person);
      person.ids[system].add(id);
      byId.set(name, person);
      if (system === "cidaas" && typeof fields["customFields.legacy_id"] === "string")
        byId.set(`legacy ${fields["customFields.legacy_id"]}`, person);
    }
    const person = byId.get(name);
    if (person === undefined) continue;
    if (kind === "created") person.ids[system].add(id);
    if (email !== null && by !== "sync") byEmail.set(email, person);
    note(person, entry);
  }
  return people;
}

function begin(name: string, { system, by }: HistoryEntry): Person {
  return {
    name,
    bornIn: system,
    ids: { cidaas: new Set(), legacy: new Set() },
    isDue: system === "legacy" || by !== "system",
    left: false,
    leftUnheard: false,
    createdBySync: { cidaas: 0, legacy: 0 },
  };
}

function note(person: Person, { system, kind, by, fields }: HistoryEntry): void {
  if (by === "sync" && kind === "created") person.createdBySync[system] += 1;
  if (by === "user" && kind !== "login") person.isDue = true;
  if (by === "user" && kind === "deleted") person.left = true;
  if (kind === "event" && fields.lost !== undefined && fields.eventtype === "ACCOUNT_DELETED") {
    person.leftUnheard = person.left;
  }
}

/** What happened to a person, one line each; times in ms since the first thing that happened to anybody. */
export function storyOf({ name, ids }: Person, history: readonly HistoryEntry[]): string {
  const begin = history[0]?.at ?? 0;
  const lines = history
    .filter(({ system, id }) => ids[system].has(id))
    .map(({ seq, at, system, id, kind, by, fields }) => {
      return `  ${seq} ${at - begin} ms ${system} ${id} ${kind} by ${by} ${JSON.stringify(fields).slice(0, MAX_STORY_LINE)}`;
    });
  return [`What happened to ${name}:`, ...lines].join("\n");
}
