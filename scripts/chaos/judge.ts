import type { JsonObject } from "../../lib/sync/types";
import type { HistoryEntry, RunningSimulator } from "../../simulator";
import { at } from "../../test/support/answers";
import { compareSides } from "../demo/compare";
import type { Conflict } from "./admin";
import { type Finding, findPeople, type Person, storyOf } from "./people";
import { findVanished } from "./vanished";

/** What is not as it has to be. */
export interface Judgement {
  lost: Finding[];
  madeTwice: Finding[];
  differing: Finding[];
  vanished: Finding[];
  /** Edits that vanished within the window that no algorithm can close. */
  vanishedInWindow: Finding[];
  /** Whom a user deleted on one side, and who is still there on the other. */
  halfLeft: Finding[];
  /** What happened to the first few of them. */
  stories: string[];
}

const MAX_STORIES = 5;

export interface JudgeOptions {
  simulator: RunningSimulator;
  conflicts: readonly Conflict[];
  /** The password that each legacy user chose last. */
  passwords: ReadonlyMap<string, string>;
  windowMs: number;
}

/** Judges by the history and the users of the two systems; of the sync only its list of conflicts is believed. */
export function judge({ simulator, conflicts, passwords, windowMs }: JudgeOptions): Judgement {
  const history = [...simulator.history.entries()];
  const people = findPeople(history);
  const users = {
    cidaas: new Map(simulator.tenant.snapshot().map((user) => [String(user.sub), user])),
    legacy: new Map(simulator.legacy.snapshot().map((user): [string, JsonObject] => [String(user.id), { ...user }])),
  };
  const staying = people.filter(({ left }) => !left);
  const vanished = findVanished({ history, people, conflicts, users, windowMs });
  const findings = {
    lost: staying.flatMap((person) => missingSides(person, users)),
    madeTwice: staying.filter((person) => isTwice(person, users)).map((person) => ({ person, text: person.name })),
    differing: [...differences(staying, users), ...wrongPasswords(staying, users.cidaas, passwords, simulator)],
    vanished: vanished.filter(({ inWindow }) => !inWindow),
    vanishedInWindow: vanished.filter(({ inWindow }) => inWindow),
    halfLeft: people
      .filter(({ left }) => left)
      .filter((person) => sidesOf(person, users).length === 1)
      .map((person) => ({ person, text: person.name })),
  };
  const concerned = new Set(Object.values(findings).flatMap((list) => list.map(({ person }) => person)));
  return { ...findings, stories: [...concerned].slice(0, MAX_STORIES).map((person) => storyOf(person, history)) };
}

type Users = Record<HistoryEntry["system"], Map<string, JsonObject>>;
const SYSTEMS = ["cidaas", "legacy"] as const;

function idsNow({ ids }: Person, users: Users, system: HistoryEntry["system"]): string[] {
  return [...ids[system]].filter((id) => users[system].has(id));
}

function sidesOf(person: Person, users: Users) {
  return SYSTEMS.filter((system) => idsNow(person, users, system).length > 0);
}

function missingSides(person: Person, users: Users): Finding[] {
  const sides = sidesOf(person, users);
  return SYSTEMS.filter((system) => !sides.includes(system)).map((system) => ({
    person,
    text: `${person.name} is missing in ${system}`,
  }));
}

function isTwice(person: Person, users: Users): boolean {
  return SYSTEMS.some((system) => person.createdBySync[system] > 1 || idsNow(person, users, system).length > 1);
}

function differences(people: readonly Person[], users: Users): Finding[] {
  const found: Finding[] = [];
  for (const person of people) {
    const [sub] = idsNow(person, users, "cidaas");
    const [legacyId] = idsNow(person, users, "legacy");
    const cidaasUser = users.cidaas.get(sub ?? "");
    const legacyUser = users.legacy.get(legacyId ?? "");
    if (cidaasUser === undefined || legacyUser === undefined) continue;
    if (at(cidaasUser, "customFields.legacy_id") !== legacyId) {
      found.push({ person, text: `${person.name}: cidaas does not hold the legacy id ${legacyId}` });
      continue;
    }
    for (const { field, cidaas, legacy } of compareSides([cidaasUser], [legacyUser])) {
      found.push({ person, text: `${person.name}: ${field} is "${cidaas}" in cidaas and "${legacy}" in legacy` });
    }
  }
  return found;
}

/**
 * Who changed the password in the legacy system must get into cidaas with it, if verified: others cannot log in. Not
 * judged are those who came from cidaas: a first contact never puts a hash over an existing account.
 */
function wrongPasswords(
  people: readonly Person[],
  cidaasUsers: ReadonlyMap<string, JsonObject>,
  passwords: ReadonlyMap<string, string>,
  simulator: RunningSimulator,
): Finding[] {
  const wrong: Finding[] = [];
  for (const person of people.filter(({ bornIn }) => bornIn === "legacy")) {
    const { name, ids } = person;
    const password = [...ids.legacy].map((id) => passwords.get(id)).find((one) => one !== undefined);
    const sub = [...ids.cidaas].find((id) => cidaasUsers.get(id)?.userStatus === "VERIFIED");
    if (password === undefined || sub === undefined) continue;
    if (simulator.tenant.login(sub, password) !== null) continue;
    wrong.push({ person, text: `${name}: the new password does not work in cidaas` });
  }
  return wrong;
}
