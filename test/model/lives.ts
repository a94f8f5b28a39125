import type { Side } from "../../lib/sync/types";
import type { Chance } from "./scheduler";
import { EDITED, type EditedRule, idOf, type World } from "./world";

/** Who makes an account with the e-mail of somebody else. */
export const STRANGER = "mallory";
const PEOPLE = ["p1", "p2"] as const;
const NEWCOMER = "p3";
/** Who gets the legacy id of somebody deleted. */
const HEIR = "heir";
const SIDES: readonly Side[] = ["cidaas", "legacy"];
const VALUES = ["a", "b", "c"];

/** What somebody does with an account. Where it cannot be done, nothing happens. */
export type LiveDeed =
  | { what: "bear"; side: Side; owner: string }
  /** A stranger registers in cidaas with the e-mail of another, and cannot verify it. */
  | { what: "claim"; of: string }
  | { what: "edit"; side: Side; owner: string; rule: EditedRule; value: string }
  | { what: "delete"; side: Side; owner: string }
  | { what: "move"; side: Side; owner: string; to: string }
  | { what: "combine"; owner: string }
  | { what: "reuse"; of: string }
  /** An event says that somebody was deleted who is there: a deletion taken back, or somebody else who knows how to send it. */
  | { what: "cry"; side: Side; owner: string };

/** The accounts that a history begins with: mostly each on one side, some on both at once, some claimed by a stranger. */
export function drawBirths(chance: Chance): LiveDeed[] {
  return PEOPLE.slice(0, chance.between(1, 2)).flatMap((owner): LiveDeed[] => {
    const side = chance.pick(SIDES);
    const born: LiveDeed = { what: "bear", side, owner };
    if (chance.happens(0.2)) return [born, { what: "bear", side: side === "cidaas" ? "legacy" : "cidaas", owner }];
    return chance.happens(0.15) ? [born, { what: "claim", of: owner }] : [born];
  });
}

/** Nobody gets an id so soon that the news of the deletion may still be under way: whoever it names could not be told. */
export const REUSED_AFTER_MS = 1_200_000;

export const SETTLED_AFTER_MS = 15_000;
/** The longest that two freezes in a row keep the lanes from linking. */
export const LINKED_AFTER_MS = 300_000;

/** One deed, or the three by which two people take over each other's address. */
export function drawDeeds(chance: Chance): LiveDeed[] {
  if (!chance.happens(0.03)) return [drawDeed(chance)];
  const side = chance.pick(SIDES);
  const [one, other] = PEOPLE;
  return [
    { what: "move", side, owner: one, to: "between@example.org" },
    { what: "move", side, owner: other, to: addressOf(one) },
    { what: "move", side, owner: one, to: addressOf(other) },
  ];
}

function drawDeed(chance: Chance): LiveDeed {
  const owner = chance.pick(PEOPLE);
  const side = chance.pick(SIDES);
  const drawn = chance.next();
  if (drawn < 0.22) return { what: "delete", side, owner };
  if (drawn < 0.42) return { what: "bear", side, owner };
  if (drawn < 0.5) return { what: "move", side, owner, to: `${owner}-${chance.pick(["new", "other"])}@example.org` };
  if (drawn < 0.53) return { what: "combine", owner };
  if (drawn < 0.57) return { what: "reuse", of: owner };
  if (drawn < 0.62) return { what: "claim", of: owner };
  const { rule } = chance.pick(EDITED);
  const editor = chance.happens(0.1) ? STRANGER : owner;
  return { what: "edit", side, owner: editor, rule, value: `${editor}-${chance.pick(VALUES)}` };
}

/** Somebody new, who changes the e-mail soon. */
export function drawMoveOfNew(chance: Chance): { born: LiveDeed; goes: LiveDeed } {
  const owner = NEWCOMER;
  const side = chance.pick(SIDES);
  return { born: { what: "bear", side, owner }, goes: { what: "move", side, owner, to: `${owner}-new@example.org` } };
}

/** Somebody new, who is deleted in cidaas, where the sync has just made the account; there the id is known before. */
export const DELETED_NEW: { born: LiveDeed; goes: LiveDeed } = {
  born: { what: "bear", side: "legacy", owner: NEWCOMER },
  goes: { what: "delete", side: "cidaas", owner: NEWCOMER },
};

export function drawCry(chance: Chance): LiveDeed {
  return { what: "cry", side: chance.pick(SIDES), owner: chance.pick(PEOPLE) };
}

export function live(world: World, deed: LiveDeed): void {
  switch (deed.what) {
    case "bear":
      bear(world, deed.side, deed.owner);
      break;
    case "claim":
      if (world.accountsOf("cidaas", STRANGER).length === 0)
        world.bear("cidaas", { ...entryOf(STRANGER, "cidaas"), email: addressOf(deed.of), verified: false });
      break;
    case "edit":
      world.edit(deed.side, deed.owner, deed.rule, deed.value);
      break;
    case "delete":
      remove(world, deed.side, deed.owner);
      break;
    case "move":
      move(world, deed.side, deed.owner, deed.to);
      break;
    case "combine":
      combine(world, deed.owner);
      break;
    case "reuse":
      reuse(world, deed.of);
      break;
    case "cry":
      cry(world, deed.side, deed.owner);
  }
}

export function addressOf(owner: string): string {
  return `${owner}@example.org`;
}

function entryOf(owner: string, side: Side) {
  return { owner, email: addressOf(owner), first: `${owner}-${side}`, last: `${owner}-${side}`, verified: true };
}

/** Whoever has an account under another address would be a second person by it. */
function bear(world: World, side: Side, owner: string): void {
  const accounts = [...world.accountsOf("cidaas", owner), ...world.accountsOf("legacy", owner)];
  if (accounts.every(({ email }) => email === addressOf(owner))) world.bear(side, entryOf(owner, side));
}

function remove(world: World, side: Side, owner: string): void {
  const [account] = world.accountsOf(side, owner);
  if (!account) return;
  world.note(`${owner} is deleted in ${side}`);
  world.did("delete", owner);
  if (side === "cidaas") world.deleteTenant(idOf(account));
  else world.deleteLegacy(idOf(account));
}

function move(world: World, side: Side, owner: string, email: string): void {
  const [account] = world.accountsOf(side, owner);
  const taken = side === "cidaas" ? world.tenantUser(email) : world.legacyUser(email);
  if (!account || taken || !isSettled(world, owner)) return;
  world.note(`${side}: ${owner} moves to ${email}`);
  world.did("edit", owner);
  world.moved = true;
  if (side === "legacy") world.putLegacy(idOf(account), { email });
  else world.putTenant(idOf(account), { email, email_verified: true }, "EMAIL_CHANGED");
}

/** Before the two accounts of a person are known for one, nothing but the address could tell it. */
function isSettled(world: World, owner: string): boolean {
  const addresses = SIDES.flatMap((side) => world.accountsOf(side, owner).map(({ email }) => email));
  const births = world.deeds.filter((deed) => deed.do === "bear" && deed.owner === owner);
  const settledAfter = births.length > 1 ? LINKED_AFTER_MS : SETTLED_AFTER_MS;
  return addresses.length === SIDES.length && !world.hasLately("bear", owner, settledAfter);
}

function combine(world: World, owner: string): void {
  const [account] = world.accountsOf("cidaas", owner);
  if (!account) return;
  world.note(`cidaas: the account of ${owner} is merged into another one`);
  world.combined.add(owner);
  world.putTenant(idOf(account), { userStatus: "COMBINED" }, "COMBINED");
}

/** The legacy system gives the id of somebody who was deleted to somebody else. */
function reuse(world: World, of: string): void {
  const ids = [...world.owners].filter(([id, owner]) => owner === of && id.startsWith("L"));
  const free = ids.map(([id]) => id).find((id) => world.isLongGone(id, REUSED_AFTER_MS));
  if (free === undefined || world.legacyUser(addressOf(HEIR))) return;
  world.note(`legacy: ${HEIR} gets the id ${free}, which was ${of}'s`);
  world.did("bear", HEIR);
  const { first, last, email } = entryOf(HEIR, "legacy");
  world.createLegacy(HEIR, { email, first, last, verified: true }, free);
}

function cry(world: World, side: Side, owner: string): void {
  const [account] = world.accountsOf(side, owner);
  if (!account) return;
  world.note(`an event says that ${owner} was deleted in ${side}`);
  const id = idOf(account);
  if (side === "cidaas")
    world.onTenantChange({ sub: id, eventtype: "ACCOUNT_DELETED", createTime: world.timeOn("cidaas") });
  else world.onLegacyDelete({ id, updated: new Date(world.timeOn("legacy")).toISOString() });
}
