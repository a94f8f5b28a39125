import type { Json, JsonObject } from "../../lib/sync/types";
import { generateUsers } from "../../simulator/legacy/people";
import { PEOPLE_SEED } from "../../simulator/legacy/system";

/** So many legacy users are in the tenant already, as after an earlier attempt at the migration. */
const KNOWN = 10;
/** And so many others are in the tenant only. */
const OWN = 5;

/** The users whom the tenant has before the synchronisation begins, so that there is somebody to adopt. */
export function firstUsers(legacyUsers: number): JsonObject[] {
  const known = [...generateUsers(Math.min(KNOWN, legacyUsers), PEOPLE_SEED)].map(({ fields }, index) => ({
    email: fields.email,
    email_verified: fields.email_verified === 1,
    given_name: fields.first_name,
    family_name: fields.last_name,
    mobile_number: fields.phone === null ? null : `+49${fields.phone.replace(/\D/g, "").slice(1)}`,
    birthdate: fields.birth_date === null ? null : fields.birth_date.split(".").reverse().join("-"),
    address: { locality: fields.city },
    userStatus: fields.status === "active" ? "VERIFIED" : "LOCKED",
    customFields: { newsletter: fields.newsletter === "J", tier: fields.tier, legacy_id: String(index + 1) },
  }));
  const own = Array.from({ length: OWN }, (_, index) => ({
    email: `first${index}@example.org`,
    email_verified: true,
    given_name: "Früh",
    family_name: `Cidaas ${index}`,
    customFields: { tier: "basic", newsletter: false },
  }));
  return [...known.map(withoutEmpty), ...own];
}

function withoutEmpty(user: Record<string, Json>): JsonObject {
  return Object.fromEntries(Object.entries(user).filter(([, value]) => value !== null));
}
