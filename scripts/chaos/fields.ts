import type { Json, JsonObject } from "../../lib/sync/types";

/** A field that users edit on both sides: how each system names it, and values by number. */
export interface Field {
  /** Id of its rule in the field map of the example. */
  rule: string;
  /** Path in the history of cidaas, and column of the legacy table. */
  paths: { cidaas: string; legacy: string };
  cidaas(number: number): JsonObject;
  legacy(number: number): JsonObject;
}

const TIERS = ["basic", "silver", "gold"];
const day = (number: number) => String(1 + (number % 28)).padStart(2, "0");

export const FIELDS: readonly Field[] = [
  {
    rule: "email",
    paths: { cidaas: "email", legacy: "email" },
    // No address is used twice: it tells whose user a record was made for.
    cidaas: (number) => ({ email: `c${number}@example.org` }),
    legacy: (number) => ({ email: `l${number}@example.org` }),
  },
  {
    rule: "given_name",
    paths: { cidaas: "given_name", legacy: "first_name" },
    cidaas: (number) => ({ given_name: `Anna ${number}` }),
    legacy: (number) => ({ first_name: `Bert ${number}` }),
  },
  {
    rule: "family_name",
    paths: { cidaas: "family_name", legacy: "last_name" },
    cidaas: (number) => ({ family_name: `Meier ${number}` }),
    legacy: (number) => ({ last_name: `Huber ${number}` }),
  },
  {
    rule: "mobile_number",
    paths: { cidaas: "mobile_number", legacy: "phone" },
    cidaas: (number) => ({ mobile_number: `+491511${2_000_000 + number}` }),
    legacy: (number) => ({ phone: `01512 ${3_000_000 + number}` }),
  },
  {
    rule: "birthdate",
    paths: { cidaas: "birthdate", legacy: "birth_date" },
    cidaas: (number) => ({ birthdate: `1980-05-${day(number)}` }),
    legacy: (number) => ({ birth_date: `${day(number)}.06.1981` }),
  },
  {
    rule: "newsletter",
    paths: { cidaas: "customFields.newsletter", legacy: "newsletter" },
    cidaas: (number) => ({ customFields: { newsletter: number % 2 === 0 } }),
    legacy: (number) => ({ newsletter: number % 2 === 0 ? "J" : "N" }),
  },
  {
    rule: "tier",
    paths: { cidaas: "customFields.tier", legacy: "tier" },
    cidaas: (number) => ({ customFields: { tier: TIERS[number % 3] ?? null } }),
    legacy: (number) => ({ tier: TIERS[number % 3] ?? null }),
  },
  {
    rule: "city",
    paths: { cidaas: "address.locality", legacy: "city" },
    cidaas: (number) => ({ address: { locality: `Bonn ${number}` } }),
    legacy: (number) => ({ city: `Kiel ${number}` }),
  },
  {
    rule: "status",
    paths: { cidaas: "userStatus", legacy: "status" },
    cidaas: (number) => ({ userStatus: number % 2 === 0 ? "VERIFIED" : "LOCKED" }),
    legacy: (number) => ({ status: number % 2 === 0 ? "active" : "locked" }),
  },
];

/** A notation in which a value equals itself after a way to the other side and back. */
export function comparable(field: Field, value: Json | undefined): string {
  const text = value === null || value === undefined ? "" : String(value);
  if (field.rule === "email") return text.toLowerCase();
  return field.rule === "mobile_number" ? text.replace(/\D/g, "").replace(/^49/, "0") : text;
}
