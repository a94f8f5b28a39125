import { SyncError } from "../../lib/errors";
import type { Json, JsonObject } from "../../lib/sync/types";
import type { LegacyPatch, LegacyUser, RunningLegacy } from "../legacy/legacy";
import type { RunningTenant } from "../tenant/tenant";
import type { CidaasPerson } from "./people";
import type { PersonInput, PersonView } from "./view";

/** What a person may do on one side; every call counts as the user's own edit. */
export interface Side {
  /** The new user's id. */
  register(input: PersonInput): string;
  edit(id: string, input: PersonInput): void;
  remove(id: string): void;
}

const TEXTS = ["firstName", "lastName", "email", "phone", "city", "tier", "password"] as const;
const MAX_TEXT = 200;

/** Reads what the page sends. Throws `INPUT_INVALID`. */
export function parsePersonInput(body: unknown): PersonInput {
  if (!isObject(body)) throw new SyncError("INPUT_INVALID", "Send a JSON object with the fields of a user.");
  const input: PersonInput = {};
  for (const name of TEXTS) {
    const value = body[name];
    if (value === undefined) continue;
    if (typeof value !== "string" || value.length > MAX_TEXT) {
      throw new SyncError("INPUT_INVALID", `Give ${name} as text of ${MAX_TEXT} characters at the most.`);
    }
    input[name] = value.trim();
  }
  if (typeof body.newsletter === "boolean") input.newsletter = body.newsletter;
  if (input.password === "") delete input.password;
  return input;
}

export function legacySide(legacy: RunningLegacy): Side {
  return {
    register: ({ password, ...input }) =>
      legacy.create({ ...toLegacyPatch(input), ...(password === undefined ? {} : { password }) }),
    edit: (id, { password, ...input }) => {
      legacy.edit(id, toLegacyPatch(input));
      if (password !== undefined) legacy.changePassword(id, password);
    },
    remove: (id) => legacy.remove(id),
  };
}

export function cidaasSide(tenant: RunningTenant): Side {
  return {
    register: ({ password, ...input }) =>
      tenant.register({ ...toCidaasPatch(input), ...(password === undefined ? {} : { password }) }),
    edit: (sub, { password, ...input }) => {
      if (Object.keys(input).length > 0) tenant.edit(sub, toCidaasPatch(input));
      if (password !== undefined) tenant.changePassword(sub, password);
    },
    remove: (sub) => tenant.remove(sub),
  };
}

export function legacyView(user: LegacyUser): PersonView {
  return {
    id: String(user.id),
    firstName: user.first_name ?? "",
    lastName: user.last_name ?? "",
    email: user.email ?? "",
    phone: user.phone ?? "",
    city: user.city ?? "",
    tier: user.tier ?? "",
    newsletter: user.newsletter === "J",
    status: user.status,
  };
}

export function cidaasPerson(user: JsonObject): CidaasPerson {
  const custom = objectOf(user.customFields);
  const legacyId = textOf(custom.legacy_id);
  return {
    legacyId: legacyId === "" ? null : legacyId,
    view: {
      id: textOf(user.sub),
      firstName: textOf(user.given_name),
      lastName: textOf(user.family_name),
      email: textOf(user.email),
      phone: textOf(user.mobile_number),
      city: textOf(objectOf(user.address).locality),
      tier: textOf(custom.tier),
      newsletter: ["true", "J"].includes(textOf(custom.newsletter)),
      status: textOf(user.userStatus),
    },
  };
}

function toLegacyPatch(input: PersonInput): LegacyPatch {
  const patch: LegacyPatch = {};
  if (input.firstName !== undefined) patch.first_name = input.firstName;
  if (input.lastName !== undefined) patch.last_name = input.lastName;
  if (input.email !== undefined) patch.email = input.email;
  if (input.phone !== undefined) patch.phone = input.phone;
  if (input.city !== undefined) patch.city = input.city;
  if (input.tier !== undefined) patch.tier = input.tier;
  if (input.newsletter !== undefined) patch.newsletter = input.newsletter ? "J" : "N";
  return patch;
}

function toCidaasPatch(input: PersonInput): JsonObject {
  const custom: JsonObject = {};
  if (input.tier !== undefined) custom.tier = input.tier;
  if (input.newsletter !== undefined) custom.newsletter = input.newsletter;
  const patch: JsonObject = {};
  if (input.firstName !== undefined) patch.given_name = input.firstName;
  if (input.lastName !== undefined) patch.family_name = input.lastName;
  if (input.email !== undefined) patch.email = input.email;
  if (input.phone !== undefined) patch.mobile_number = toE164(input.phone);
  if (input.city !== undefined) patch.address = { locality: input.city };
  if (Object.keys(custom).length > 0) patch.customFields = custom;
  return patch;
}

/** People type German numbers the national way; cidaas holds the international form. */
function toE164(phone: string): string {
  return phone
    .replace(/[^\d+]/g, "")
    .replace(/^00/, "+")
    .replace(/^0/, "+49");
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function objectOf(value: Json | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}
