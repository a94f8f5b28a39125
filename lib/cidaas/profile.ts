import { CallError } from "../errors";
import { isJsonObject } from "../mapping/json";
import type { Json, JsonObject } from "../sync/types";
import { safeCopy, textOf } from "./json";
import type { CidaasUser } from "./types";

const DEEPEST_USER = 20;
/** Containers of a layout, which the normal form does not have or fills itself. */
const CONTAINERS: ReadonlySet<string> = new Set([
  "userAccount",
  "identity",
  "identities",
  "customFields",
  "groups",
  "roles",
]);
/** Of an identity these describe the identity; the user has its own. */
const ACCOUNT_MEMBERS: ReadonlySet<string> = new Set(["sub", "_id", "className", "createdTime", "updatedTime"]);

/**
 * The user in the answer to a read, in normal form; null for empty `data`, which means that there is no such user.
 * Accepts the three layouts of the reference (section 5.1): flat, `userAccount` with `identity`, and `identities`.
 *
 * @throws CallError `TENANT_ANSWER_INVALID` for anything else: what cannot be read must never look like a deleted user.
 */
export function readProfile(body: Json): CidaasUser | null {
  if (!isJsonObject(body) || body.success === false) throw invalidAnswer("It is no user profile.");
  if (body.data === undefined) return normaliseUser(body);
  return isEmpty(body.data) ? null : normaliseUser(body.data);
}

/**
 * One user in normal form, whatever layout it has.
 *
 * @throws CallError `TENANT_ANSWER_INVALID` when it has no sub or is nested too deep.
 */
export function normaliseUser(raw: Json): CidaasUser {
  const data = safeCopy(raw, DEEPEST_USER);
  if (data === undefined) throw invalidAnswer(`The user is nested deeper than ${DEEPEST_USER} levels.`);
  if (!isJsonObject(data)) throw invalidAnswer("A user is not an object.");
  const identities = identitiesOf(data);
  const account = accountOf(data);
  const leading = leadingIdentity(identities, account.lastUsedIdentity);
  const merged = mergeMembers(account, leading);
  const sub = textOf(account.sub) ?? textOf(leading.sub);
  if (sub === null) throw invalidAnswer("A user has no sub.");
  return {
    ...merged,
    sub,
    customFields: unwrapFields(data.customFields),
    identities,
    groups: groupsOf(data.groups),
    roles: Array.isArray(data.roles) ? data.roles.filter((role) => typeof role === "string") : [],
  };
}

/** An answer of the tenant that cannot be understood. Repeated, because a proxy's page may stand in for a moment. */
export function invalidAnswer(detail: string): CallError {
  return new CallError(
    "TENANT_ANSWER_INVALID",
    `The tenant gave an answer that cannot be understood. ${detail} Check the base URL and what stands in front of the tenant.`,
    { failure: "transient" },
  );
}

function isEmpty(data: Json): boolean {
  if (data === null || data === "") return true;
  return typeof data === "object" && Object.keys(data).length === 0;
}

function accountOf(data: JsonObject): JsonObject {
  const account: JsonObject = {};
  for (const [name, value] of Object.entries(data)) if (!CONTAINERS.has(name)) account[name] = value;
  return isJsonObject(data.userAccount) ? { ...account, ...data.userAccount } : account;
}

function identitiesOf(data: JsonObject): JsonObject[] {
  const list = Array.isArray(data.identities) ? data.identities : [data.identity];
  return list.filter(isJsonObject).map(withMobileNumber);
}

function leadingIdentity(identities: readonly JsonObject[], lastUsed: Json | undefined): JsonObject {
  const own = identities.find((identity) => identity.provider === "self");
  const last = identities.find((identity) => textOf(identity.identityId) !== null && identity.identityId === lastUsed);
  return own ?? last ?? identities[0] ?? {};
}

/** The identity's values over those of the account, where it has any; the time of change is the later of the two. */
function mergeMembers(account: JsonObject, identity: JsonObject): JsonObject {
  const merged: JsonObject = { ...account };
  for (const [name, value] of Object.entries(identity)) {
    if (!ACCOUNT_MEMBERS.has(name) && (value !== null || merged[name] === undefined)) merged[name] = value;
  }
  const updated = latest(account.updatedTime, identity.updatedTime);
  if (updated !== null) merged.updatedTime = updated;
  const created = textOf(account.createdTime) ?? textOf(identity.createdTime);
  if (created !== null) merged.createdTime = created;
  return withMobileNumber(merged);
}

function latest(a: Json | undefined, b: Json | undefined): string | null {
  const [first, second] = [textOf(a), textOf(b)];
  if (first === null || second === null) return first ?? second;
  return Date.parse(second) > Date.parse(first) ? second : first;
}

function withMobileNumber(identity: JsonObject): JsonObject {
  if (textOf(identity.mobile_number) !== null || !isJsonObject(identity.mobile_number_obj)) return identity;
  const number = textOf(identity.mobile_number_obj.E164_format);
  return number === null ? identity : { ...identity, mobile_number: number };
}

/** Older endpoints wrap each value as `{ value, fieldKey }`. */
function unwrapFields(fields: Json | undefined): JsonObject {
  const plain: JsonObject = {};
  if (!isJsonObject(fields)) return plain;
  for (const [name, field] of Object.entries(fields)) {
    plain[name] = isJsonObject(field) && field.value !== undefined ? field.value : field;
  }
  return plain;
}

function groupsOf(groups: Json | undefined): JsonObject[] {
  if (!Array.isArray(groups)) return [];
  return groups.flatMap((group) => {
    if (typeof group === "string") return [{ groupId: group }];
    return isJsonObject(group) ? [group] : [];
  });
}
