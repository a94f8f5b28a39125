import type { Json, JsonObject } from "../../lib/sync/types";
import { type Account, identifiersOf, isJsonObject, type StoredPassword, USER_STATUSES } from "./account";
import type { Accounts } from "./accounts";
import { findIdentity, isEmpty, readMembers } from "./identity";
import { parsePasswordHash } from "./passwords";

export const MAX_BATCH = 1000;

/** One user of a bulk call, checked. What was left out is undefined. */
export interface BulkEntry {
  sub: string | undefined;
  identities: { provider: string; identityId: string | undefined; members: JsonObject }[];
  userStatus: string | undefined;
  userStatusReason: string | undefined;
  customFields: JsonObject | undefined;
  password: StoredPassword | undefined;
  mfaEnabled: boolean | undefined;
  roles: string[] | undefined;
  groups: JsonObject[] | undefined;
  consents: Json[] | undefined;
  createdTime: number | undefined;
  lastLoggedInTime: number | undefined;
}

/** Why a user fails; goes into the `message` of its result. */
export class BulkRefusal extends Error {}

type BatchRead = { ok: true; users: JsonObject[] } | { ok: false; status: number; error: string };

/** Checks what concerns the call as a whole: form, size, and one identifier per user. */
export function readBatch(body: unknown): BatchRead {
  if (!Array.isArray(body) || body.length === 0)
    return { ok: false, status: 400, error: "an array of users is expected" };
  if (body.length > MAX_BATCH) return { ok: false, status: 413, error: `at most ${MAX_BATCH} users per request` };
  const users: JsonObject[] = [];
  for (const user of body) {
    if (!isJsonObject(user)) return { ok: false, status: 400, error: "a user is not an object" };
    if (Object.keys(identifiersIn(user)).length === 0) {
      return { ok: false, status: 400, error: "user identifier is missing" };
    }
    users.push(user);
  }
  const nested = users.filter(isNested).length;
  if (nested > 0 && nested < users.length) return { ok: false, status: 400, error: "flat and nested users are mixed" };
  return { ok: true, users };
}

function isNested(user: JsonObject): boolean {
  return user.identities !== undefined;
}

/** The identities of a user in either form; in the flat form the user itself is the only one. */
function identitySources(user: JsonObject): JsonObject[] {
  if (!isNested(user)) return [user];
  return Array.isArray(user.identities) ? user.identities.filter(isJsonObject) : [];
}

/** The identifiers of the first identity that has any. */
export function identifiersIn(user: JsonObject): Record<string, string> {
  for (const identity of identitySources(user)) {
    const found = identifiersOf(identity);
    if (Object.keys(found).length > 0) return found;
  }
  return {};
}

/** Every e-mail a user of the call brings, in lower case. */
export function emailsIn(user: JsonObject): string[] {
  return identitySources(user).flatMap(({ email }) => (typeof email === "string" ? [email.toLowerCase()] : []));
}

/** Reads one user. Throws `BulkRefusal`. */
export function readEntry(user: JsonObject): BulkEntry {
  const sub = optional(user.sub, "sub", isText);
  const groups = optional(user.groups, "groups", isObjects);
  if (groups?.some((group) => !isText(group.groupId) || group.sub !== sub)) {
    throw new BulkRefusal("groups need sub and groupId, and the sub in the user");
  }
  const userStatus = optional(user.userStatus, "userStatus", isText);
  if (userStatus !== undefined && !USER_STATUSES.includes(userStatus)) throw new BulkRefusal("invalid userStatus");
  return {
    sub,
    identities: identitySources(user).map(readIdentity),
    userStatus,
    userStatusReason: optional(user.user_status_reason, "user_status_reason", isText),
    customFields: optional(user.customFields, "customFields", isJsonObject),
    password: readPassword(user.password_hash_info),
    mfaEnabled: optional(user.mfa_enabled, "mfa_enabled", (value) => typeof value === "boolean"),
    roles: optional(user.roles, "roles", isTexts),
    groups,
    consents: optional(user.consents, "consents", isObjects),
    createdTime: readTime(user.createdTime, "createdTime"),
    lastLoggedInTime: readTime(user.lastLoggedInTime, "lastLoggedInTime"),
  };
}

function readIdentity(source: JsonObject): BulkEntry["identities"][number] {
  const read = readMembers(source);
  if (!read.ok) throw new BulkRefusal(read.message);
  // Empty members count as left out: bulk is not documented to clear a field.
  const members = Object.fromEntries(Object.entries(read.members).filter(([, value]) => !isEmpty(value)));
  return {
    provider: optional(source.provider, "provider", isText) ?? "self",
    identityId: optional(source.identityId, "identityId", isText),
    members,
  };
}

function optional<T extends Json>(value: Json | undefined, name: string, accepts: (value: Json) => value is T) {
  if (value === undefined || isEmpty(value)) return undefined;
  if (!accepts(value)) throw new BulkRefusal(`invalid data type of ${name}`);
  return value;
}

function isText(value: Json | undefined): value is string {
  return typeof value === "string" && value !== "";
}

function isTexts(value: Json): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function isObjects(value: Json): value is JsonObject[] {
  return Array.isArray(value) && value.every(isJsonObject);
}

function readPassword(value: Json | undefined): StoredPassword | undefined {
  if (value === undefined || value === null) return undefined;
  const password = parsePasswordHash(value);
  if (typeof password === "string") throw new BulkRefusal(password);
  return password;
}

function readTime(value: Json | undefined, name: string): number | undefined {
  const text = optional(value, name, isText);
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new BulkRefusal(`invalid data type of ${name}`);
  return time;
}

/**
 * The account that an entry means: by `sub`, else by identifier together with provider; null for a new one. Throws
 * `BulkRefusal` where the identifier belongs to an account without that provider.
 */
export function matchAccount(accounts: Accounts, entry: BulkEntry): Account | null {
  if (entry.sub !== undefined) return accounts.get(entry.sub);
  for (const { provider, members } of entry.identities) {
    for (const [kind, value] of Object.entries(identifiersOf(members))) {
      const account = accounts.findBy(kind, value);
      if (account === null) continue;
      if (findIdentity(account.identities, provider, members) === undefined) {
        throw new BulkRefusal("the identifier belongs to an account without this provider; sub is needed");
      }
      return account;
    }
  }
  return null;
}
