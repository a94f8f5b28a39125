import { isRecord } from "../mapping/json";
import type { ParsedWebhook } from "./types";

/**
 * Events after which a user, as it can be read, may differ (reference, section 3.5). Not among them: what changes
 * nothing in the profile (consents, a password reset that was only asked for) and objects that are no accounts.
 */
export const ACCOUNT_EVENTS: readonly string[] = [
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
  "PASSWORD_RESET",
  "PROFILE_IMAGE_UPDATED",
  "PROFILE_IMAGE_REMOVED",
  "GROUP_NEW_USER_ADDED",
  "GROUP_USER_REMOVED",
  "GROUP_USER_ROLE_ADDED",
  "GROUP_USER_ROLE_UPDATED",
  "GROUP_USER_ROLE_REMOVED",
  "GROUP_FIRST_ADMIN_ADDED",
  "GROUP_ADMIN_ADDED",
];

const accountEvents: ReadonlySet<string> = new Set(ACCOUNT_EVENTS);

export function isAccountEvent(eventtype: string): boolean {
  return accountEvents.has(eventtype);
}

const LONGEST_NAME = 128;
const LONGEST_ID = 256;
/** The sub of tokens that no user stands behind. */
const NO_USER = "ANONYMOUS";

/**
 * Whether a text may be the id of an account. What cannot stand in a URL path as one segment is refused, so that no
 * webhook can make us call another endpoint.
 */
function isAccountId(value: unknown): value is string {
  if (typeof value !== "string" || value === "" || value.length > LONGEST_ID) return false;
  return value !== NO_USER && !/^\.{1,2}$/.test(value) && !/[\s\p{C}/\\]/u.test(value);
}

/**
 * What a webhook's body says (reference, section 3.1). Only the ids are trusted, and they only to read the user.
 * A body that names no account is fine and has `sub` null; one without a readable `eventtype` is refused.
 */
export function parseWebhook(body: unknown): ParsedWebhook {
  if (!isRecord(body)) return { ok: false, reason: "The body is not a JSON object." };
  const eventtype = body.eventtype;
  if (typeof eventtype !== "string" || eventtype === "" || eventtype.length > LONGEST_NAME) {
    return { ok: false, reason: "The body has no member eventtype with the name of the event." };
  }
  const clientId = body.client_id;
  return {
    ok: true,
    event: {
      eventtype,
      sub: accountOf(body, eventtype),
      createTime: timeOf(body.createTime),
      clientId: typeof clientId === "string" && clientId !== "" && clientId.length <= LONGEST_ID ? clientId : null,
    },
  };
}

function accountOf(body: { [key: string]: unknown }, eventtype: string): string | null {
  const metaData = isRecord(body.metaData) ? body.metaData : {};
  const object = objectIsAccount(body.objectType, eventtype) ? body.objectId : undefined;
  for (const candidate of [body.sub, object, body.userId, metaData.sub]) if (isAccountId(candidate)) return candidate;
  return null;
}

/** Events of groups name the group as their object, also where the user in it is what changed. */
function objectIsAccount(objectType: unknown, eventtype: string): boolean {
  if (typeof objectType !== "string" || objectType === "") return !/^(GROUP|ROLE)_/.test(eventtype);
  const type = objectType.toLowerCase();
  return type.includes("user") && !type.includes("group");
}

/** ISO 8601 to ms; a time without a zone is UTC, as the tenant documents it. */
function timeOf(value: unknown): number | null {
  if (typeof value !== "string") return null;
  const iso = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$/.exec(value);
  if (iso === null) return null;
  const time = Date.parse(iso[3] === undefined ? `${value}Z` : value);
  return Number.isNaN(time) ? null : time;
}
