import type { Json, JsonObject } from "../../lib/sync/types";
import { at } from "../../test/support/answers";

/** One field that is not the same on both sides, or a user that one side lacks. */
export interface Difference {
  legacyId: string;
  field: string;
  cidaas: string;
  legacy: string;
}

/**
 * What has to be equal, written down a second time and in another way than the field map of the flow, so that an error
 * of the mapping is not repeated by its judge. Each function gives a notation that both sides share.
 */
const FIELDS: { field: string; cidaas: (user: JsonObject) => Json; legacy: (user: JsonObject) => Json }[] = [
  { field: "e-mail", cidaas: (user) => lower(at(user, "email")), legacy: (user) => lower(at(user, "email")) },
  { field: "first name", cidaas: (user) => at(user, "given_name"), legacy: (user) => at(user, "first_name") },
  { field: "last name", cidaas: (user) => at(user, "family_name"), legacy: (user) => at(user, "last_name") },
  { field: "phone", cidaas: (user) => german(at(user, "mobile_number")), legacy: (user) => german(at(user, "phone")) },
  { field: "birth date", cidaas: (user) => at(user, "birthdate"), legacy: (user) => isoDate(at(user, "birth_date")) },
  {
    field: "newsletter",
    cidaas: (user) => (at(user, "customFields.newsletter") === true ? "yes" : "no"),
    legacy: (user) => (at(user, "newsletter") === "J" ? "yes" : "no"),
  },
  { field: "tier", cidaas: (user) => at(user, "customFields.tier"), legacy: (user) => at(user, "tier") },
  { field: "city", cidaas: (user) => at(user, "address.locality"), legacy: (user) => at(user, "city") },
  {
    field: "status",
    cidaas: (user) => (at(user, "userStatus") === "VERIFIED" ? "active" : "locked"),
    legacy: (user) => at(user, "status"),
  },
];

/** Compares both sides user by user and field by field; users belong together by the legacy id that cidaas holds. */
export function compareSides(cidaasUsers: readonly JsonObject[], legacyUsers: readonly JsonObject[]): Difference[] {
  const differences: Difference[] = [];
  const byLegacyId = new Map<string, JsonObject>();
  for (const user of cidaasUsers) {
    const legacyId = text(at(user, "customFields.legacy_id"));
    if (legacyId === "") differences.push(missing("none", text(at(user, "email")), "no legacy id"));
    else if (byLegacyId.has(legacyId)) differences.push(missing(legacyId, "two users", "one user"));
    else byLegacyId.set(legacyId, user);
  }
  for (const legacyUser of legacyUsers) {
    const legacyId = text(at(legacyUser, "id"));
    const cidaasUser = byLegacyId.get(legacyId);
    byLegacyId.delete(legacyId);
    if (cidaasUser === undefined) differences.push(missing(legacyId, "missing", "there"));
    else differences.push(...differentFields(legacyId, cidaasUser, legacyUser));
  }
  for (const legacyId of byLegacyId.keys()) differences.push(missing(legacyId, "there", "missing"));
  return differences;
}

function differentFields(legacyId: string, cidaasUser: JsonObject, legacyUser: JsonObject): Difference[] {
  const differences: Difference[] = [];
  for (const { field, cidaas, legacy } of FIELDS) {
    const [left, right] = [text(cidaas(cidaasUser)), text(legacy(legacyUser))];
    if (left !== right) differences.push({ legacyId, field, cidaas: left, legacy: right });
  }
  return differences;
}

function missing(legacyId: string, cidaas: string, legacy: string): Difference {
  return { legacyId, field: "user", cidaas, legacy };
}

/** No value, null and empty text are the same to the comparison. */
function text(value: Json): string {
  return value === null ? "" : String(value);
}

function lower(value: Json): string {
  return text(value).toLowerCase();
}

/** "0151 2345678" and "+491512345678" are one number. */
function german(value: Json): string {
  return text(value)
    .replace(/[^+\d]/g, "")
    .replace(/^\+49/, "0");
}

function isoDate(value: Json): string {
  return text(value).split(".").reverse().join("-");
}
