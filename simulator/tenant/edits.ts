import { randomUUID } from "node:crypto";
import { SyncError } from "../../lib/errors";
import type { Json, JsonObject } from "../../lib/sync/types";
import { type Account, type Identity, identifiersOf, isJsonObject, leadingIdentity, USER_STATUSES } from "./account";
import type { Accounts } from "./accounts";
import { findConflict, findIdentity, isEmpty, mergeIdentity, readMembers } from "./identity";

function refusal(reason: string): SyncError {
  return new SyncError("EDIT_REFUSED", `Change the edit: ${reason}.`);
}

/** An account without content. */
export function emptyAccount(sub: string, now: number): Account {
  return {
    sub,
    userStatus: "VERIFIED",
    userStatusReason: null,
    customFields: {},
    roles: [],
    groups: [],
    consents: [],
    mfaEnabled: false,
    createdTime: now,
    updatedTime: now,
    lastLoggedInTime: null,
    identities: [],
    password: null,
  };
}

export function newIdentity(provider: string): Identity {
  return { identityId: randomUUID(), provider };
}

/** An account as a person registers it. Throws `EDIT_REFUSED`, as `patchAccount` does. */
export function registerAccount(accounts: Accounts, user: JsonObject, now: number): Account {
  const sub = typeof user.sub === "string" && user.sub !== "" ? user.sub : randomUUID();
  if (accounts.get(sub) !== null) throw refusal("the sub is taken");
  const provider = typeof user.provider === "string" ? user.provider : "self";
  return patchAccount(accounts, { ...emptyAccount(sub, now), identities: [newIdentity(provider)] }, user);
}

/**
 * The account with a patch in flat form applied: what is left out stays, null and the empty text clear. `customFields`
 * merges key by key. Throws `EDIT_REFUSED` where a value is invalid, an identifier belongs to another account, or none
 * would be left.
 */
export function patchAccount(accounts: Accounts, account: Account, patch: JsonObject): Account {
  const identity = patchedIdentity(account, patch);
  if (findConflict(accounts, identity, account.sub) !== null) throw refusal("an identifier belongs to another account");
  const identities = account.identities.map((other) => (other.identityId === identity.identityId ? identity : other));
  if (!identities.some((other) => Object.keys(identifiersOf(other)).length > 0)) {
    throw refusal("no identifier would be left");
  }
  return {
    ...account,
    identities,
    userStatus: patchedStatus(patch.userStatus, account.userStatus),
    userStatusReason: textOr(patch.user_status_reason, account.userStatusReason),
    customFields: patchedFields(account.customFields, patch.customFields),
    roles: patch.roles === undefined ? account.roles : readTexts(patch.roles, "roles"),
    groups: patch.groups === undefined ? account.groups : readObjects(patch.groups, "groups"),
    mfaEnabled: typeof patch.mfa_enabled === "boolean" ? patch.mfa_enabled : account.mfaEnabled,
  };
}

function patchedIdentity(account: Account, patch: JsonObject): Identity {
  const identity =
    typeof patch.provider === "string"
      ? findIdentity(account.identities, patch.provider, patch)
      : leadingIdentity(account);
  if (identity === undefined) throw refusal("there is no such identity");
  const read = readMembers(patch);
  if (!read.ok) throw refusal(read.message);
  return mergeIdentity(identity, read.members);
}

function patchedStatus(status: Json | undefined, present: string): string {
  if (status === undefined) return present;
  if (typeof status !== "string" || !USER_STATUSES.includes(status)) throw refusal("there is no such userStatus");
  return status;
}

function textOr(value: Json | undefined, present: string | null): string | null {
  if (value === null) return null;
  return typeof value === "string" ? value : present;
}

function patchedFields(fields: JsonObject, patch: Json | undefined): JsonObject {
  if (patch === undefined) return fields;
  if (!isJsonObject(patch)) throw refusal("customFields is not an object");
  return Object.fromEntries(Object.entries({ ...fields, ...patch }).filter(([, value]) => !isEmpty(value)));
}

export function readTexts(value: Json, name: string): string[] {
  if (!Array.isArray(value)) throw refusal(`${name} is no list`);
  return value.map((item) => {
    if (typeof item !== "string") throw refusal(`${name} holds more than texts`);
    return item;
  });
}

export function readObjects(value: Json, name: string): JsonObject[] {
  if (!Array.isArray(value)) throw refusal(`${name} is no list`);
  return value.map((item) => {
    if (!isJsonObject(item)) throw refusal(`${name} holds more than objects`);
    return item;
  });
}
