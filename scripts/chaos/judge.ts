import type { JsonObject } from "../../lib/sync/types";
import type { HistoryEntry } from "../../simulator";
import { at } from "../../test/support/answers";
import { compareSides } from "../demo/compare";
import type { Parked } from "./admin";
import { findOverwritten, type Overwritten, type OverwrittenOptions } from "./overwritten";
import { type Finding, findPeople, type Person, SYSTEMS, type System, storyOf } from "./people";

/** What is not as it has to be. */
export interface Judgement {
  lost: Finding[];
  madeTwice: Finding[];
  differing: Finding[];
  /** Newer edits that an older value replaced, without a record. */
  stale: Overwritten[];
  /** Such edits within the window that no algorithm can close. */
  covered: Overwritten[];
  /** Whom a user deleted on one side, and who is still there on the other. */
  halfLeft: Finding[];
  /** Who is parked though neither the faults nor a deletion that nobody was told of explain it. */
  unexplained: Parked[];
  /** What happened to the first few of them. */
  stories: string[];
}

const MAX_STORIES = 5;

/** Of the sync only its list of conflicts and of those who are parked is believed. */
export interface Evidence
  extends Pick<OverwrittenOptions, "conflicts" | "looks" | "readLagMs" | "mostBetweenMs" | "momentMs" | "frozen"> {
  history: readonly HistoryEntry[];
  /** Everybody that the two systems hold in the end. */
  users: Record<System, readonly JsonObject[]>;
  /** Who is parked in the end. */
  parked: readonly Parked[];
  /** The password that each legacy user chose last. */
  passwords: ReadonlyMap<string, string>;
  /** Whether a password lets a user into cidaas. */
  canLogIn(sub: string, password: string): boolean;
}

/** Judges by what happened to the users of the two systems, and by what both hold in the end. */
export function judge(evidence: Evidence): Judgement {
  const { history, parked } = evidence;
  const people = findPeople(history);
  const users: Users = {
    cidaas: new Map(evidence.users.cidaas.map((user) => [String(user.sub), user])),
    legacy: new Map(evidence.users.legacy.map((user) => [String(user.id), user])),
  };
  const staying = people.filter(({ left }) => !left);
  const overwritten = findOverwritten({ ...evidence, people, users });
  const unexplained = parked.filter((one) => !isUnheard(one, people));
  const findings = {
    lost: staying.filter(({ isDue }) => isDue).flatMap((person) => missingSides(person, users)),
    madeTwice: people.filter((person) => isTwice(person, users)).map((person) => ({ person, text: person.name })),
    differing: [...differences(people, users), ...wrongPasswords(staying, users.cidaas, evidence)],
    stale: overwritten.filter(({ coveredMs }) => coveredMs === null),
    covered: overwritten.filter(({ coveredMs }) => coveredMs !== null),
    halfLeft: people
      .filter(({ left, leftUnheard }) => left && !leftUnheard)
      .filter((person) => sidesOf(person, users).length === 1)
      .map((person) => ({ person, text: person.name })),
  };
  const concerned = new Set([
    ...Object.values(findings).flatMap((list) => list.map(({ person }) => person)),
    ...unexplained.flatMap((one) => people.filter((person) => isOf(one, person))),
  ]);
  const stories = [...concerned].slice(0, MAX_STORIES).map((person) => storyOf(person, history));
  return { ...findings, unexplained, stories };
}

/** Without the event of a deletion its user is missing to the sync, and that is for a person to decide. */
function isUnheard(parked: Parked, people: readonly Person[]): boolean {
  return parked.code === "USER_MISSING" && people.some((person) => person.leftUnheard && isOf(parked, person));
}

function isOf({ sub, legacyId }: Parked, { ids }: Person): boolean {
  return ids.cidaas.has(String(sub)) || ids.legacy.has(String(legacyId));
}

type Users = Record<System, ReadonlyMap<string, JsonObject>>;

function idsNow({ ids }: Person, users: Users, system: System): string[] {
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

/** Whoever left may have come back by a newer edit on the other side. */
function isTwice(person: Person, users: Users): boolean {
  return SYSTEMS.some((system) => {
    const madeAgain = !person.left && person.createdBySync[system] > 1;
    return madeAgain || idsNow(person, users, system).length > 1;
  });
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
  { passwords, canLogIn }: Evidence,
): Finding[] {
  const wrong: Finding[] = [];
  for (const person of people.filter(({ bornIn }) => bornIn === "legacy")) {
    const { name, ids } = person;
    const password = [...ids.legacy].map((id) => passwords.get(id)).find((one) => one !== undefined);
    const sub = [...ids.cidaas].find((id) => cidaasUsers.get(id)?.userStatus === "VERIFIED");
    if (password === undefined || sub === undefined) continue;
    if (canLogIn(sub, password)) continue;
    wrong.push({ person, text: `${name}: the new password does not work in cidaas` });
  }
  return wrong;
}
