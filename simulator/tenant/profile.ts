import type { Json, JsonObject } from "../../lib/sync/types";
import { type Account, type Identity, isJsonObject, leadingIdentity } from "./account";

export type ProfileLayout = "flat" | "account" | "identities";

/** The `data` of a profile read, in one of the layouts that are seen in use. No layout has a password in it. */
export function renderProfile(account: Account, layout: ProfileLayout): JsonObject {
  if (layout === "account") return accountLayout(account);
  if (layout === "identities") return identitiesLayout(account);
  return flatLayout(account);
}

function flatLayout(account: Account): JsonObject {
  return { ...leadingIdentity(account), ...accountMembers(account), ...sharedMembers(account) };
}

/** The normal form of `lib/cidaas`, for tests: the flat layout with all identities. */
export function renderSnapshot(account: Account): JsonObject {
  return { ...flatLayout(account), identities: account.identities.map((identity) => ({ ...identity })) };
}

function accountLayout(account: Account): JsonObject {
  const leading = leadingIdentity(account);
  return {
    userAccount: { ...accountMembers(account), lastUsedIdentity: leading?.identityId ?? null },
    identity: leading === undefined ? null : { sub: account.sub, ...withNumberObject(leading) },
    ...sharedMembers(account),
    customFields: wrapped(account.customFields),
    groups: account.groups.length === 0 ? null : account.groups,
  };
}

function identitiesLayout(account: Account): JsonObject {
  return {
    ...accountMembers(account),
    ...sharedMembers(account),
    customFields: wrapped(account.customFields),
    identities: account.identities.map((identity) => ({ sub: account.sub, ...identity })),
  };
}

function accountMembers(account: Account): JsonObject {
  return {
    sub: account.sub,
    userStatus: account.userStatus,
    ...(account.userStatusReason === null ? {} : { user_status_reason: account.userStatusReason }),
    createdTime: toIso(account.createdTime),
    updatedTime: toIso(account.updatedTime),
    lastLoggedInTime: account.lastLoggedInTime === null ? null : toIso(account.lastLoggedInTime),
    mfa_enabled: account.mfaEnabled,
  };
}

function sharedMembers(account: Account): JsonObject {
  return { customFields: { ...account.customFields }, roles: [...account.roles], groups: [...account.groups] };
}

function withNumberObject(identity: Identity): JsonObject {
  const { mobile_number: number, ...members } = identity;
  return typeof number === "string" ? { ...members, mobile_number_obj: { E164_format: number } } : members;
}

function wrapped(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, { value }]));
}

function toIso(time: number): string {
  return new Date(time).toISOString();
}

/** The value at a dotted path of a JSON object; undefined where there is none. */
export function valueAt(object: JsonObject, path: string): Json | undefined {
  let value: Json | undefined = object;
  for (const part of path.split(".")) {
    if (!isJsonObject(value) || !Object.hasOwn(value, part)) return undefined;
    value = value[part];
  }
  return value;
}
