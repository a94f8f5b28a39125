import type { Json, JsonObject } from "../../lib/sync/types";
import { type Account, leadingIdentity } from "./account";

/** The event names of accounts that the tenant can send; the full list of the platform is longer. */
export const EVENT_NAMES: readonly string[] = [
  "ACCOUNT_CREATED_WITH_CIDAAS_IDENTITY",
  "ACCOUNT_CREATED_WITH_SOCIAL_IDENTITY",
  "ACCOUNT_MODIFIED",
  "ACCOUNT_ACTIVATED",
  "ACCOUNT_DEACTIVATED",
  "ACCOUNT_LOCKED",
  "ACCOUNT_DELETION_SCHEDULED",
  "ACCOUNT_DELETED",
  "ACCOUNT_CONFLICT",
  "COMBINED",
  "ACCOUNT_CIDAASIDENTITY_ADDED",
  "ACCOUNT_CIDAASIDENTITY_REMOVED",
  "ACCOUNT_SOCIALIDENTITY_ADDED",
  "ACCOUNT_SOCIALIDENTITY_REMOVED",
  "EMAIL_CHANGED",
  "ACCOUNT_EMAIL_VERIFIED",
  "ACCOUNT_EMAIL_UNVERIFIED",
  "ACCOUNT_MOBILE_NO_VERIFIED",
  "ACCOUNT_MOBILE_NO_UNVERIFIED",
  "PASSWORD_CHANGED",
];

const STATUS_EVENTS = new Map([
  ["VERIFIED", "ACCOUNT_ACTIVATED"],
  ["DECLINED", "ACCOUNT_DEACTIVATED"],
  ["LOCKED", "ACCOUNT_LOCKED"],
  ["BLOCKED", "ACCOUNT_LOCKED"],
  ["DELETED", "ACCOUNT_DELETION_SCHEDULED"],
  ["COMBINED", "COMBINED"],
]);

/** Names of the events of one write. An update that changes nothing is ACCOUNT_MODIFIED all the same. */
export function eventNames(before: Account | null, after: Account | null, changed: Record<string, Json>): string[] {
  if (after === null) return ["ACCOUNT_DELETED"];
  if (before === null) {
    const social = (leadingIdentity(after)?.provider ?? "self") !== "self";
    return [social ? "ACCOUNT_CREATED_WITH_SOCIAL_IDENTITY" : "ACCOUNT_CREATED_WITH_CIDAAS_IDENTITY"];
  }
  const names = new Set(identityEvents(before, after));
  for (const [path, value] of Object.entries(changed)) {
    if (!path.startsWith("identities.")) names.add(eventOf(path, value));
  }
  return names.size === 0 ? ["ACCOUNT_MODIFIED"] : [...names];
}

function eventOf(path: string, value: Json): string {
  if (path === "email") return "EMAIL_CHANGED";
  if (path === "password") return "PASSWORD_CHANGED";
  if (path === "email_verified") return value === true ? "ACCOUNT_EMAIL_VERIFIED" : "ACCOUNT_EMAIL_UNVERIFIED";
  if (path === "mobile_number_verified") {
    return value === true ? "ACCOUNT_MOBILE_NO_VERIFIED" : "ACCOUNT_MOBILE_NO_UNVERIFIED";
  }
  if (path === "userStatus" && typeof value === "string") return STATUS_EVENTS.get(value) ?? "ACCOUNT_MODIFIED";
  return "ACCOUNT_MODIFIED";
}

function identityEvents(before: Account, after: Account): string[] {
  const old = new Map(before.identities.map((identity) => [identity.identityId, identity.provider]));
  const now = new Map(after.identities.map((identity) => [identity.identityId, identity.provider]));
  const added = [...now].filter(([id]) => !old.has(id)).map(([, provider]) => `${identityKind(provider)}_ADDED`);
  const removed = [...old].filter(([id]) => !now.has(id)).map(([, provider]) => `${identityKind(provider)}_REMOVED`);
  return [...added, ...removed];
}

function identityKind(provider: string): string {
  return provider === "self" ? "ACCOUNT_CIDAASIDENTITY" : "ACCOUNT_SOCIALIDENTITY";
}

/** The body of one webhook call. It names the account and the actor, and carries no personal data. */
export function eventBody(details: {
  name: string;
  sub: string;
  at: number;
  clientId: string;
  actorId: string;
  withSub: boolean;
}): JsonObject {
  return {
    eventtype: details.name,
    createTime: new Date(details.at).toISOString(),
    client_id: details.clientId,
    tenantKey: "simulator",
    actorId: details.actorId,
    metaData: {},
    objectId: details.sub,
    objectType: "users",
    ...(details.withSub ? { sub: details.sub } : {}),
  };
}
