import { isDeepStrictEqual } from "node:util";
import type { Json, JsonObject } from "../../lib/sync/types";

/** What the tenant knows of a password: a hash that was migrated, or its own. Never the password. */
export interface StoredPassword {
  algorithmTypeId: string;
  passwordHash: string;
  hData: Record<string, string>;
  /** True until the first login turns the migrated hash into the tenant's own. */
  migrated: boolean;
}

/** One way to log in: the tenant's own (`provider: "self"`) or a social one, with its system fields. */
export interface Identity extends JsonObject {
  identityId: string;
  provider: string;
}

/** One account. Never changed in place: each write puts a new object, so that older states can still be read. */
export interface Account {
  sub: string;
  userStatus: string;
  userStatusReason: string | null;
  customFields: JsonObject;
  roles: string[];
  groups: JsonObject[];
  consents: Json[];
  mfaEnabled: boolean;
  createdTime: number;
  updatedTime: number;
  lastLoggedInTime: number | null;
  identities: Identity[];
  password: StoredPassword | null;
}

/** The states that the guides and the bulk interface name between them. */
export const USER_STATUSES = ["VERIFIED", "PENDING", "DELETED", "DECLINED", "LOCKED", "BLOCKED", "COMBINED"];

/** Members of an identity that name its user; an account needs one of them. */
export const IDENTIFIERS = ["email", "mobile_number", "username"] as const;

/** The text members of an identity, apart from `identityId` and `provider`. */
export const IDENTITY_TEXTS: readonly string[] = [
  ...IDENTIFIERS,
  "phone_number",
  "given_name",
  "family_name",
  "middle_name",
  "nickname",
  "gender",
  "birthdate",
  "locale",
  "profile",
  "picture",
  "website",
  "zoneinfo",
  "providerUserId",
];

/** What an edit in the tenant may set beyond the bulk interface. */
export const IDENTITY_FLAGS: readonly string[] = ["email_verified", "mobile_number_verified"];

export const ADDRESS_TEXTS: readonly string[] = [
  "formatted",
  "street_address",
  "locality",
  "region",
  "postal_code",
  "country",
];

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Narrows parsed JSON; `undefined` and functions cannot come out of a parser. */
export function isJsonObject(value: unknown): value is JsonObject {
  return isObject(value);
}

/** The identity whose members stand for the account: the tenant's own, else the first. */
export function leadingIdentity(account: Account): Identity | undefined {
  return account.identities.find((identity) => identity.provider === "self") ?? account.identities[0];
}

/** The text members that identify an identity's user, present ones only. */
export function identifiersOf(identity: JsonObject): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of IDENTIFIERS) {
    const value = identity[name];
    if (typeof value === "string" && value !== "") found[name] = value;
  }
  return found;
}

/**
 * The values that differ between two states, as paths of the normal form (`email`, `customFields.tier`,
 * `address.locality`, `identities.google.email`, `password`); a value that is gone is null.
 */
export function changedValues(before: Account | null, after: Account | null): Record<string, Json> {
  const old = before === null ? new Map<string, Json>() : values(before);
  const now = after === null ? new Map<string, Json>() : values(after);
  const changed: [string, Json][] = [];
  for (const [path, value] of now) if (!isDeepStrictEqual(old.get(path), value)) changed.push([path, value]);
  for (const path of old.keys()) if (!now.has(path)) changed.push([path, null]);
  return Object.fromEntries(changed);
}

function values(account: Account): Map<string, Json> {
  const found = new Map<string, Json>([
    ["userStatus", account.userStatus],
    ["roles", account.roles],
    ["groups", account.groups],
    ["consents", account.consents],
    ["mfa_enabled", account.mfaEnabled],
  ]);
  for (const [key, value] of Object.entries(account.customFields)) found.set(`customFields.${key}`, value);
  const leading = leadingIdentity(account);
  for (const identity of account.identities) {
    const prefix = identity === leading ? "" : `identities.${identity.provider}.`;
    for (const [key, value] of Object.entries(identity)) {
      if (key === "identityId" || key === "provider") continue;
      if (key !== "address" || !isJsonObject(value)) found.set(prefix + key, value);
      else for (const [part, text] of Object.entries(value)) found.set(`${prefix}address.${part}`, text);
    }
  }
  if (account.password !== null) found.set("password", { ...account.password });
  return found;
}
