import type { Json, JsonObject } from "../../lib/sync/types";
import { type LegacyUser, legacyUsers, TEN_RULES } from "./ten-rules";

const COPIES = Array.from({ length: 14 }, (_, number) => `field_${number}`);

/** The ten rules, and what larger maps have: phone numbers, an address, a locale, times, lists and more copies. */
export const THIRTY_RULES: Json[] = [
  ...TEN_RULES,
  { id: "mobile", cidaas: "mobile_number", legacy: "mobile", transform: "phone", options: { country: "DE" } },
  { id: "phone", cidaas: "phone_number", legacy: "phone", transform: "phone", options: { country: "DE" } },
  { id: "country", cidaas: "address.country", legacy: "country", transform: "upper" },
  { id: "street", cidaas: "address.street", legacy: "street", transform: "trim" },
  { id: "interests", cidaas: "customFields.interests", legacy: "interests", transform: "list", compare: "set" },
  {
    id: "since",
    cidaas: "customFields.since",
    legacy: "since",
    transform: "date",
    options: { legacyFormat: "yyyy-MM-dd HH:mm:ss", zone: "Europe/Berlin" },
  },
  ...COPIES.map((name) => ({ id: name, cidaas: `customFields.${name}`, legacy: name })),
];

export function largeUsers(count: number): JsonObject[] {
  return legacyUsers(count).map((user: LegacyUser, number) => ({
    ...user,
    mobile: `0151 ${String(2_000_000 + (number % 7_999_999))}`,
    phone: `0228 / ${100_000 + (number % 899_999)}`,
    country: "de",
    street: ` Am Markt ${number % 99} `,
    interests: "cinema,music,travel",
    since: "2019-03-02 08:11:00",
    ...Object.fromEntries(COPIES.map((name) => [name, `${name} of ${number}`])),
  }));
}
