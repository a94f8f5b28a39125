import type { HistoryEntry } from "../../simulator";

/** Characters of a line's values. */
const MAX_STORY_LINE = 300;

type System = HistoryEntry["system"];

/** One human being, with every user record there ever was of it. */
export interface Person {
  /** The record that came first, as `<system> <id>`. */
  name: string;
  bornIn: System;
  ids: Record<System, Set<string>>;
  /** Whether a user deleted it on either side. */
  left: boolean;
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
 * Who is who, told by the history alone: a record that the sync created is the person's whose legacy id it carries, or
 * whose e-mail it has. No two people ever had one address.
 */
export function findPeople(history: readonly HistoryEntry[]): Person[] {
  const people: Person[] = [];
  const byId = new Map<string, Person>();
  const byEmail = new Map<string, Person>();
  const begin = (name: string, bornIn: System) => {
    const ids = { cidaas: new Set<string>(), legacy: new Set<string>() };
    const person: Person = { name, bornIn, ids, left: false, createdBySync: { cidaas: 0, legacy: 0 } };
    people.push(person);
    return person;
  };
  for (const { system, id, kind, by, fields } of history) {
    if (kind === "event" || kind === "login") continue;
    const name = `${system} ${id}`;
    const email = typeof fields.email === "string" ? fields.email.toLowerCase() : null;
    let person = byId.get(name);
    if (kind === "created") {
      const legacyId = fields["customFields.legacy_id"];
      const named = byId.get(`legacy ${legacyId}`) ?? byEmail.get(email ?? "");
      person = (by === "sync" ? (person ?? named) : undefined) ?? begin(name, system);
      if (by === "sync") person.createdBySync[system] += 1;
      person.ids[system].add(id);
      byId.set(name, person);
    }
    if (person === undefined) continue;
    if (email !== null && by !== "sync") byEmail.set(email, person);
    if (kind === "deleted" && by === "user") person.left = true;
  }
  return people;
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
