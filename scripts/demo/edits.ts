import type { Json, JsonObject } from "../../lib/sync/types";
import { at } from "../../test/support/answers";
import type { Systems } from "./systems";

/** What has to hold on the side of an edit when everything is quiet: no edit may vanish. */
export interface Expectation {
  side: "cidaas" | "legacy";
  /** Id of the user on that side. */
  id: string;
  path: string;
  value: Json;
}

export interface PasswordChange {
  email: string;
  before: string;
  after: string;
}

export interface Edits {
  expectations: Expectation[];
  passwords: PasswordChange[];
}

export interface EditPlan {
  /** Edits on each side, new users and password changes among them. */
  perSide: number;
  newUsers: number;
  /** In the legacy system only: cidaas gives no password out. */
  passwords: number;
  /** Users edited on both sides at once, on different fields. */
  shared: number;
  /** Password that a legacy user has at the start. */
  startPassword(id: number): string;
}

/** Edits users on both sides at the same time, as their own edits. Users must be linked before. */
export async function makeEdits(systems: Systems, plan: EditPlan): Promise<Edits> {
  const linked = await linkedUsers(systems);
  const editsOfLegacy = plan.perSide - plan.newUsers - plan.passwords;
  const editsOfCidaas = plan.perSide - plan.newUsers;
  const firstOfCidaas = editsOfLegacy - plan.shared;
  const needed = firstOfCidaas + editsOfCidaas + plan.passwords;
  if (linked.length < needed) throw new Error(`${needed} linked users are needed, there are ${linked.length}`);

  const legacyPart = linked.slice(0, editsOfLegacy);
  const cidaasPart = linked.slice(firstOfCidaas, firstOfCidaas + editsOfCidaas);
  const passwordPart = linked.filter((user) => user.active).slice(-plan.passwords);
  const [legacy, cidaas, passwords, newLegacy, newCidaas] = await Promise.all([
    inTurn(legacyPart, (user, index) => editLegacy(systems, user, index)),
    inTurn(cidaasPart, (user, index) => editCidaas(systems, user, index)),
    inTurn(passwordPart, (user) => changePassword(systems, user, plan.startPassword(Number(user.legacyId)))),
    inTurn(range(plan.newUsers), (index) => createLegacy(systems, index)),
    inTurn(range(plan.newUsers), (index) => registerCidaas(systems, index)),
  ]);
  return { expectations: [...legacy, ...cidaas, ...newLegacy, ...newCidaas], passwords };
}

/** The edits that did not survive. */
export function lostEdits(edits: Edits, cidaasUsers: JsonObject[], legacyUsers: JsonObject[]): Expectation[] {
  const users = {
    cidaas: new Map(cidaasUsers.map((user) => [String(user.sub), user])),
    legacy: new Map(legacyUsers.map((user) => [String(user.id), user])),
  };
  return edits.expectations.filter(({ side, id, path, value }) => at(users[side].get(id), path) !== value);
}

interface LinkedUser {
  legacyId: string;
  sub: string;
  email: string;
  active: boolean;
}

async function linkedUsers(systems: Systems): Promise<LinkedUser[]> {
  const subs = new Map<string, string>();
  for (const user of await systems.cidaasUsers())
    subs.set(String(at(user, "customFields.legacy_id")), String(user.sub));
  const linked: LinkedUser[] = [];
  for (const user of await systems.legacyUsers()) {
    const legacyId = String(user.id);
    const sub = subs.get(legacyId);
    if (sub !== undefined) linked.push({ legacyId, sub, email: String(user.email), active: user.status === "active" });
  }
  return linked;
}

/** Every field that can be edited gets its turn; those of the two sides differ for every shared user. */
async function editLegacy(systems: Systems, user: LinkedUser, index: number): Promise<Expectation> {
  const choices: [string, Json][] = [
    ["last_name", `Legacy-${user.legacyId}`],
    ["phone", `0171 ${String(5_000_000 + Number(user.legacyId))}`],
    ["email", `legacy.${user.legacyId}@example.net`],
    ["birth_date", "29.02.1984"],
  ];
  const [path, value] = pick(choices, index);
  await systems.editLegacy(user.legacyId, { [path]: value });
  return { side: "legacy", id: user.legacyId, path, value };
}

async function editCidaas(systems: Systems, user: LinkedUser, index: number): Promise<Expectation> {
  const choices: [string, JsonObject, Json][] = [
    ["given_name", { given_name: `Cidaas-${user.legacyId}` }, `Cidaas-${user.legacyId}`],
    ["address.locality", { address: { locality: "Görlitz" } }, "Görlitz"],
    ["customFields.tier", { customFields: { tier: "gold" } }, "gold"],
    ["customFields.newsletter", { customFields: { newsletter: true } }, true],
  ];
  const [path, fields, value] = pick(choices, index);
  await systems.editCidaas(user.sub, fields);
  return { side: "cidaas", id: user.sub, path, value };
}

async function changePassword(systems: Systems, user: LinkedUser, before: string): Promise<PasswordChange> {
  const after = `Changed-${user.legacyId}!`;
  await systems.changeLegacyPassword(user.legacyId, after);
  return { email: user.email, before, after };
}

async function createLegacy(systems: Systems, index: number): Promise<Expectation> {
  const email = `new.legacy.${index}@example.org`;
  const user = {
    email,
    email_verified: 1,
    first_name: "Neu",
    last_name: `Legacy ${index}`,
    city: "Jena",
    tier: "silver",
  };
  return { side: "legacy", id: await systems.createLegacy(user), path: "email", value: email };
}

async function registerCidaas(systems: Systems, index: number): Promise<Expectation> {
  const email = `new.cidaas.${index}@example.org`;
  const names = { given_name: "Neu", family_name: `Cidaas ${index}` };
  const customFields = { tier: "silver", newsletter: true };
  const user = { email, ...names, mobile_number: `+49151${70_000_000 + index}`, customFields };
  return { side: "cidaas", id: await systems.registerCidaas(user), path: "email", value: email };
}

/** One after the other, as one person would; the two sides run beside each other. */
async function inTurn<T, R>(items: readonly T[], work: (item: T, index: number) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const [index, item] of items.entries()) results.push(await work(item, index));
  return results;
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

function pick<T>(choices: readonly T[], index: number): T {
  const choice = choices[index % choices.length];
  if (choice === undefined) throw new Error("There is nothing to choose from");
  return choice;
}
