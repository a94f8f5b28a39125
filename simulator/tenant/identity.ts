import type { JsonObject } from "../../lib/sync/types";
import { ADDRESS_TEXTS, IDENTIFIERS, IDENTITY_FLAGS, IDENTITY_TEXTS, type Identity, isJsonObject } from "./account";
import type { Accounts } from "./accounts";

/** Some members of an identity, or what is wrong with them. Null and the empty text stand for "no value". */
export type MembersRead = { ok: true; members: JsonObject } | { ok: false; message: string };

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const MOBILE_NUMBER = /^\+[1-9]\d{6,14}$/;
const BIRTHDATE = /^\d{4}-\d\d-\d\d$/;

/** Reads the members of an identity that the tenant has fields for; others are disabled fields, and are skipped. */
export function readMembers(source: JsonObject): MembersRead {
  const members: JsonObject = {};
  for (const name of IDENTITY_TEXTS) {
    const value = source[name];
    if (value === undefined) continue;
    if (value !== null && typeof value !== "string") return refuse(`invalid data type of ${name}`);
    members[name] = value;
  }
  for (const name of IDENTITY_FLAGS) {
    const value = source[name];
    if (value === undefined) continue;
    if (typeof value !== "boolean") return refuse(`invalid data type of ${name}`);
    members[name] = value;
  }
  if (source.address !== undefined) {
    const address = readAddress(source.address);
    if (address === undefined) return refuse("invalid data type of address");
    members.address = address;
  }
  const invalid = invalidFormat(members);
  return invalid === null ? { ok: true, members } : refuse(invalid);
}

function refuse(message: string): MembersRead {
  return { ok: false, message };
}

function readAddress(source: unknown): JsonObject | null | undefined {
  if (source === null) return null;
  if (!isJsonObject(source)) return undefined;
  const address: JsonObject = {};
  for (const name of ADDRESS_TEXTS) {
    const value = source[name];
    if (value === undefined) continue;
    if (value !== null && typeof value !== "string") return undefined;
    address[name] = value;
  }
  return address;
}

function invalidFormat(members: JsonObject): string | null {
  const { email, mobile_number: mobileNumber, birthdate } = members;
  if (breaks(email, EMAIL)) return "invalid email passed";
  if (breaks(mobileNumber, MOBILE_NUMBER)) return "invalid mobile number passed";
  if (breaks(birthdate, BIRTHDATE)) return "invalid birthdate passed";
  return null;
}

function breaks(value: unknown, format: RegExp): boolean {
  return typeof value === "string" && value !== "" && !format.test(value);
}

/** The identity with the given members laid over it; empty ones are removed. An e-mail counts as verified unless told otherwise. */
export function mergeIdentity(identity: Identity, members: JsonObject): Identity {
  const merged: Identity = { ...identity };
  if (typeof members.email === "string" && members.email !== identity.email) merged.email_verified = true;
  for (const [name, value] of Object.entries(members)) {
    if (isEmpty(value)) delete merged[name];
    else if (name === "address" && isJsonObject(value)) merged.address = mergeAddress(identity.address, value);
    else merged[name] = value;
  }
  if (merged.email === undefined) delete merged.email_verified;
  return merged;
}

function mergeAddress(old: unknown, parts: JsonObject): JsonObject {
  const merged = Object.entries({ ...(isJsonObject(old) ? old : {}), ...parts });
  return Object.fromEntries(merged.filter(([, text]) => !isEmpty(text)));
}

export function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === "";
}

/** The identity that an entry means: by its id, else by provider and id there, else by provider. */
export function findIdentity(
  identities: readonly Identity[],
  provider: string,
  entry: JsonObject,
): Identity | undefined {
  const { identityId, providerUserId } = entry;
  return (
    identities.find((identity) => identity.identityId === identityId) ??
    identities.find(
      (identity) =>
        identity.provider === provider &&
        (isEmpty(providerUserId) || isEmpty(identity.providerUserId) || identity.providerUserId === providerUserId),
    )
  );
}

/** The first identifier in the identity that belongs to another account, with its owner. */
export function findConflict(
  accounts: Accounts,
  identity: JsonObject,
  sub: string,
): { kind: (typeof IDENTIFIERS)[number]; value: string; owner: string } | null {
  for (const kind of IDENTIFIERS) {
    const value = identity[kind];
    if (typeof value !== "string" || value === "") continue;
    const owner = accounts.findBy(kind, value);
    if (owner !== null && owner.sub !== sub) return { kind, value, owner: owner.sub };
  }
  return null;
}
