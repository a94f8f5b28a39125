import type { ConflictEntry, ParkedEntry, SyncStore } from "../../lib/store/types";
import type { JsonObject, Side } from "../../lib/sync/types";
import { LINKED_AFTER_MS, STRANGER } from "./lives";
import { EDITED, idOf, type World } from "./world";

const SIDES: readonly Side[] = ["cidaas", "legacy"];

/** What may be parked without a fault of the sync, where accounts come and go. */
const EXPECTED_CODES: ReadonlySet<string> = new Set([
  "LINK_REVIEW",
  "LEGACY_ID_REUSED",
  "USER_MISSING",
  "USER_COMBINED",
]);
/** Of whoever has an address that somebody else took first on the other side, or that hangs on an account merged into another. */
const ADDRESS_CODES: ReadonlySet<string> = new Set([
  // The last of many tries may fail by itself.
  "TRY_LATER",
  "EMAIL_TAKEN",
  "IDENTIFIER_TAKEN",
  "LEGACY_CONFLICT",
  "LINK_TAKEN",
]);

/** Deeds closer together than this may be taken for the other way round: two clocks, each two seconds off, and the tolerance. */
const DOUBT_MS = 10_000;

/** Judges a run in which accounts come and go. */
export async function checkLives(world: World, store: SyncStore): Promise<string[]> {
  const { items: conflicts } = await store.conflicts({ limit: 1_000 });
  const { items: parked } = await store.parked({ limit: 1_000 });
  const owners = new Set(world.owners.values());
  const isExpected = (entry: ParkedEntry) =>
    EXPECTED_CODES.has(entry.code) ||
    ((world.moved || world.combined.has(ownerOf(world, entry))) && ADDRESS_CODES.has(entry.code)) ||
    (entry.code === "CREATE_UNKNOWN" && sharesAddress(world, entry));
  const problems = parked
    .filter((entry) => !isExpected(entry))
    .map(({ lane, code, sub, legacyId }) => `${sub ?? legacyId} is parked in ${lane}: ${code}`);
  const isParked = (owner: string) =>
    parked.some(({ sub, legacyId }) => [sub, legacyId].some((id) => world.owners.get(id ?? "") === owner));
  problems.push(...world.reused, ...(await checkLinks(world, store)), ...checkValues(world, isParked));
  for (const owner of owners) {
    problems.push(...checkTwins(world, owner));
    if (!isParked(owner) && !world.combined.has(owner)) problems.push(...checkOwner(world, owner, conflicts));
  }
  return problems;
}

function ownerOf({ owners }: World, { sub, legacyId }: ParkedEntry): string {
  return owners.get(sub ?? legacyId ?? "") ?? "";
}

/** An interrupted create cannot be told from another account of the same address. */
function sharesAddress(world: World, entry: ParkedEntry): boolean {
  const owner = ownerOf(world, entry);
  const births = world.deeds.filter((deed) => deed.do === "bear" && (deed.owner === owner || deed.owner === STRANGER));
  const email = world.tenant.get(entry.sub ?? "")?.email;
  const isTaken = [...world.legacy.values()].some(
    (account) => account.email === email && world.owners.get(idOf(account)) !== owner,
  );
  return owner === STRANGER || births.length > 1 || (email !== undefined && isTaken);
}

/** Whom the sync holds for one person is one, and nobody has got a stranger's values. */
async function checkLinks(world: World, store: SyncStore): Promise<string[]> {
  const problems: string[] = [];
  for (const sub of world.tenant.keys()) {
    const legacyId = (await store.findPerson({ sub }))?.legacyId ?? null;
    const [here, there] = [world.owners.get(sub), world.owners.get(legacyId ?? "")];
    if (legacyId !== null && world.legacy.has(legacyId) && here !== there)
      problems.push(`${sub} of ${here} is linked with ${legacyId} of ${there}`);
  }
  return problems;
}

/** What is still to be brought to an account waits with whoever is parked. */
function checkValues(world: World, isParked: (owner: string) => boolean): string[] {
  const held = (account: JsonObject, side: Side) =>
    EDITED.map((rule) => account[rule[side]])
      .filter((value) => value !== undefined || !isParked(world.owners.get(idOf(account)) ?? ""))
      .map(String)
      .filter((value) => !value.startsWith(`${world.owners.get(idOf(account))}-`));
  return [
    ...[...world.tenant.values()].flatMap((user) =>
      held(user, "cidaas").map((value) => wrongValue(world, user, value)),
    ),
    ...[...world.legacy.values()].flatMap((user) =>
      held(user, "legacy").map((value) => wrongValue(world, user, value)),
    ),
  ];
}

function wrongValue(world: World, account: JsonObject, value: string): string {
  return `${idOf(account)} of ${world.owners.get(idOf(account))} holds ${value}`;
}

function checkTwins(world: World, owner: string): string[] {
  return SIDES.filter((side) => world.accountsOf(side, owner).length > 1).map(
    (side) => `${owner} is ${world.accountsOf(side, owner).length} times in ${side}`,
  );
}

/** Nobody deleted is back, nobody alive is gone, and both sides agree. */
function checkOwner(world: World, owner: string, conflicts: ConflictEntry[]): string[] {
  const [user] = world.accountsOf("cidaas", owner);
  const [record] = world.accountsOf("legacy", owner);
  if (owner === STRANGER && world.deeds.some((deed) => deed.owner !== STRANGER)) return [];
  if (!user !== !record) return [`${owner} is only in ${user ? "cidaas" : "legacy"}`];
  const last = (what: string) => world.deeds.findLast((deed) => deed.owner === owner && deed.do === what)?.at ?? 0;
  const deleted = last("delete");
  const alive = Math.max(last("bear"), last("edit"));
  // Deleted in cidaas between our last look and our update, which made it anew: the tenant has no compare-and-set.
  if (world.revived.has(owner)) return [];
  if (user && deleted > alive + DOUBT_MS && !isHalfDeleted(world, owner, deleted))
    return [`${owner} was deleted, and is there again`];
  if (!user && (deleted === 0 || last("bear") > deleted + DOUBT_MS)) return [`${owner} is gone, and was not deleted`];
  if (!user || !record) return [];
  const differing = [...EDITED, { rule: "email", cidaas: "email", legacy: "email" }].filter(
    ({ cidaas, legacy }) => user[cidaas] !== record[legacy],
  );
  if (differing.length > 0)
    return differing.map(
      ({ rule, cidaas, legacy }) =>
        `${owner} ${rule}: cidaas holds ${String(user[cidaas])}, legacy ${String(record[legacy])}`,
    );
  return EDITED.flatMap(({ rule, cidaas }) => {
    const edit = world.edits.findLast((one) => one.email === owner && one.rule === rule);
    if (!edit || edit.at < last("bear") || (deleted > 0 && edit.at < deleted + DOUBT_MS)) return [];
    // An account that was edited after it was deleted on the other side is gone with that deletion.
    if (![idOf(user), idOf(record)].includes(edit.id)) return [];
    const isKept = user[cidaas] === edit.value || world.covered.has(edit);
    const isRecorded = conflicts.some(({ rule: of, winner }) => of === rule && winner !== edit.side);
    return isKept || isRecorded
      ? []
      : [`${owner} ${rule}: the last edit (${edit.side}: ${edit.value}) vanished unrecorded`];
  });
}

/** Born on both sides at once, and deleted on one before the two halves were known for one person: the other half lives on. */
function isHalfDeleted(world: World, owner: string, deleted: number): boolean {
  const births = world.deeds.filter(
    (deed) => deed.owner === owner && deed.do === "bear" && deed.at > deleted - LINKED_AFTER_MS,
  );
  return births.length > 1;
}
