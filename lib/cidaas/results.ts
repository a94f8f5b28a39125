import { isJsonObject } from "../mapping/json";
import type { Json, JsonObject } from "../sync/types";
import { textOf } from "./json";
import { refusedUser } from "./refusal";
import type { BulkResult } from "./types";

/** The sub that the tenant gives to users it has refused. */
const NOBODY = "ANONYMOUS";
const STATES = ["CREATED", "UPDATED", "FAILED"] as const;
type State = (typeof STATES)[number];

/** What names a user in a request as in a result, strongest first. */
const ID_KINDS = ["sub", "email", "mobile_number", "username"] as const;
type IdKind = (typeof ID_KINDS)[number];
type Ids = Partial<Record<IdKind, string>>;

/** One element of the answer, before it is known whose it is. */
interface Element {
  ids: Ids;
  /** The sub as the tenant wrote it. */
  sub: string | null;
  /** Null where the element contradicts itself or says nothing. */
  state: State | null;
  /** As it came, for the reason of a refusal. */
  raw: JsonObject;
}

/**
 * Whose an element is: the place of one user; `null` when it carries nothing to tie it by; or the places of all users
 * it touches where it does not clearly belong to one (none of them when it names a stranger).
 */
type Owner = number | null | { disputed: number[] };

/**
 * Ties the results of a bulk answer to the users of the request (reference, section 1.5): by sub, then by identifiers,
 * and by position only where nothing speaks against it. Neither the order of the results nor the name of the member that
 * carries the state is documented, so every doubt ends in `UNKNOWN`: a result tied to the wrong user would park or link
 * somebody else. One result per user, in the order of the users.
 */
export function tieResults(users: readonly JsonObject[], answer: Json): BulkResult[] {
  const elements = elementsOf(answer).map(parseElement);
  const owners = findOwners(users, elements);
  const byPosition = positionHolds(users, elements, owners);
  const unsure = unsurePlaces(owners);
  const results: BulkResult[] = users.map(() => ({ state: "UNKNOWN" }));
  for (const [at, element] of elements.entries()) {
    const owner = owners[at] ?? null;
    const place = owner === null && byPosition ? at : owner;
    const user = typeof place === "number" && !unsure.has(place) ? users[place] : undefined;
    if (typeof place !== "number" || user === undefined) continue;
    results[place] = resultOf(element, user, owner !== null || users.length === 1);
  }
  return results;
}

/** Users with two results, or with one that may as well be another user's. */
function unsurePlaces(owners: readonly Owner[]): Set<number> {
  const taken = new Set<number>();
  const unsure = new Set<number>();
  for (const owner of owners) {
    if (owner === null) continue;
    if (typeof owner === "object") for (const place of owner.disputed) unsure.add(place);
    else if (taken.has(owner)) unsure.add(owner);
    else taken.add(owner);
  }
  return unsure;
}

/** The array of results in any of the three containers; empty where there is none. */
function elementsOf(answer: Json): JsonObject[] {
  const content = isJsonObject(answer) && answer.data !== undefined ? answer.data : answer;
  const list = isJsonObject(content) ? content.process_states : content;
  return Array.isArray(list) ? list.map((element) => (isJsonObject(element) ? element : {})) : [];
}

function parseElement(element: JsonObject): Element {
  const sub = textOf(element.sub);
  const named = isJsonObject(element.identifier) ? { ...element, ...element.identifier } : element;
  return {
    ids: idsOf({ ...named, sub: sub === NOBODY ? null : sub }),
    sub: sub === NOBODY ? null : sub,
    state: judge(statesIn(element), sub, element),
    raw: element,
  };
}

/** The states that any of its texts names, save those that the user may have chosen. */
function statesIn(element: JsonObject): State[] {
  const texts = Object.entries(element).filter(([name]) => !ID_KINDS.some((kind) => kind === name));
  return STATES.filter((state) => texts.some(([, value]) => value === state));
}

/** A lone reason without a sub is the reason of a refusal; nothing at all says nothing. */
function judge(said: State[], sub: string | null, element: JsonObject): State | null {
  const [only] = said;
  if (said.length > 1) return null;
  if (only === undefined) {
    if (sub === null) return element.message === undefined && element.error === undefined ? null : "FAILED";
    return sub === NOBODY ? "FAILED" : "UPDATED";
  }
  return only !== "FAILED" && sub === NOBODY ? null : only;
}

function idsOf(named: JsonObject): Ids {
  const ids: Ids = {};
  for (const kind of ID_KINDS) {
    const value = normal(kind, textOf(named[kind]) ?? "");
    if (value !== "") ids[kind] = value;
  }
  return ids;
}

/** E-mail addresses compare without case, telephone numbers by their digits. */
function normal(kind: IdKind, text: string): string {
  if (kind === "mobile_number") return text.replace(/\D/g, "").replace(/^00/, "");
  return kind === "email" ? text.trim().toLowerCase() : text.trim();
}

function findOwners(users: readonly JsonObject[], elements: readonly Element[]): Owner[] {
  const idsOfUsers = users.map(idsOf);
  const places = new Map<string, number[]>();
  for (const [place, ids] of idsOfUsers.entries()) {
    for (const key of keysOf(ids)) places.set(key, [...(places.get(key) ?? []), place]);
  }
  return elements.map((element) => {
    const keys = keysOf(element.ids);
    if (keys.length === 0) return null;
    const touched = [...new Set(keys.flatMap((key) => places.get(key) ?? []))];
    const fitting = touched.filter((place) => fits(element.ids, idsOfUsers[place] ?? {}, places));
    const [owner] = fitting;
    if (owner !== undefined && fitting.length === 1) return owner;
    return touched.length === 0 && isNewSubOnly(element.ids) ? null : { disputed: touched };
  });
}

/** Every id of the element is the user's, or one the request did not give for this user and no other user has. */
function fits(ids: Ids, own: Ids, places: ReadonlyMap<string, number[]>): boolean {
  return ID_KINDS.every((kind) => {
    const value = ids[kind];
    if (value === undefined || value === own[kind]) return true;
    return own[kind] === undefined && !places.has(`${kind}:${value}`);
  });
}

/** A sub that the tenant has just chosen names no user of the request, and so does not tie but contradicts nothing. */
function isNewSubOnly(ids: Ids): boolean {
  return ID_KINDS.every((kind) => kind === "sub" || ids[kind] === undefined);
}

function keysOf(ids: Ids): string[] {
  return ID_KINDS.flatMap((kind) => (ids[kind] === undefined ? [] : [`${kind}:${ids[kind]}`]));
}

/**
 * Position may tie what carries no id: as many results as users, every result that is tied lies at its user's place,
 * the others contradict nobody, and all of them say the same, so that not even an unseen shuffle among them could give
 * a user another one's state.
 */
function positionHolds(users: readonly JsonObject[], elements: readonly Element[], owners: readonly Owner[]): boolean {
  if (elements.length !== users.length) return false;
  const states = new Set<string>();
  for (const [at, owner] of owners.entries()) {
    if (owner === at) continue;
    const element = elements[at];
    if (owner !== null || !element || element.state === null) return false;
    if (element.sub !== null && textOf(users[at]?.sub) !== null) return false;
    states.add(element.state);
  }
  return states.size <= 1;
}

/** A sub that was learned by position alone is left out (`teachesSub` false): it would link two users by hope. */
function resultOf(element: Element, user: JsonObject, teachesSub: boolean): BulkResult {
  if (element.state === null) return { state: "UNKNOWN" };
  if (element.state === "FAILED") return refusedUser(user, { status: 200, body: element.raw });
  return { state: element.state, sub: textOf(user.sub) ?? (teachesSub ? element.sub : null) };
}
