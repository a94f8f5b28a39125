import { errorDetails } from "../delivery/answers";
import type { Json, JsonObject } from "../sync/types";
import type { BulkResult } from "./types";

/** Members whose values are words of the interface, not of the user. */
const NOT_PERSONAL: ReadonlySet<string> = new Set(["provider", "userStatus", "algorithmTypeId"]);
const SHORTEST_PERSONAL_VALUE = 3;
const DEEPEST_RECORD = 6;

/**
 * The result of a user that the tenant refuses for good, by an error answer or by an element of a bulk answer. The
 * tenant's reason is kept without whatever of the user it repeats.
 */
export function refusedUser(user: JsonObject, { status, body }: { status: number; body: Json }): BulkResult {
  const details = errorDetails({ status, headers: {}, body });
  const reason = details.reason === null ? null : withoutValuesOf(user, details.reason);
  const code = codeOf(status === 507 || details.code === "507", reason ?? "");
  return {
    state: "FAILED",
    code,
    message: `The tenant refuses this user (${reason ?? `HTTP ${status}, without a reason`}). Correct the record and retry.`,
    tries: triesOf(status, code),
  };
}

/**
 * Inside a good answer an unknown reason may pass, for their list is not documented; a status 507 may mean a full storage
 * after all. What else is refused stays refused.
 */
function triesOf(status: number, code: string): number {
  if (status === 507) return 2;
  return status < 300 && code === "TENANT_FAILED_USER" ? 3 : 1;
}

/** 507 is "invalid email passed", whether it comes as status or as the user's own code (reference, section 1.6). */
function codeOf(is507: boolean, reason: string): string {
  const aboutEmail = /e-?mail/i.test(reason);
  if (is507 || /\b507\b/.test(reason) || (aboutEmail && /invalid/i.test(reason))) return "EMAIL_INVALID";
  if (aboutEmail && /already|conflict|duplicate|exist|in use|taken/i.test(reason)) return "EMAIL_TAKEN";
  return "TENANT_FAILED_USER";
}

function withoutValuesOf(user: JsonObject, reason: string): string {
  const values = personalValues(user, DEEPEST_RECORD).sort((a, b) => b.length - a.length);
  return values.reduce((text, value) => text.replaceAll(value, "…"), reason);
}

function personalValues(value: Json, depth: number): string[] {
  if (typeof value === "string") return value.length >= SHORTEST_PERSONAL_VALUE ? [value] : [];
  if (typeof value !== "object" || value === null || depth === 0) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    NOT_PERSONAL.has(name) ? [] : personalValues(member, depth - 1),
  );
}
