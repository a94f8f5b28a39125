import { CallError, type FailureClass } from "../errors";
import type { Json, JsonObject } from "../sync/types";
import type { HttpAnswer } from "./types";

/** What one HTTP status means, and what a person should do about it. */
export interface StatusMeaning {
  failure: FailureClass;
  code: string;
  /** Continues the name of the target: "… refuses our credentials; check them". */
  sentence: string;
}

type StatusFamily = "3xx" | "4xx" | "5xx";

/** By status, else by its hundred. A caller's own table spreads `STATUS_TABLE` and replaces single entries. */
export type StatusTable = Readonly<Partial<Record<number, StatusMeaning>> & Record<StatusFamily, StatusMeaning>>;

const configuration = (code: string, sentence: string): StatusMeaning => ({ failure: "configuration", code, sentence });
const permanent = (code: string, sentence: string): StatusMeaning => ({ failure: "permanent", code, sentence });
const transient = (code: string, sentence: string): StatusMeaning => ({ failure: "transient", code, sentence });

/** The meaning of a status for calls in general (RFC 9110, RFC 6585). */
export const STATUS_TABLE: StatusTable = {
  "3xx": configuration("REDIRECTED", "answers with a redirect; enter the final address as base URL"),
  400: permanent("REQUEST_INVALID", "finds the request invalid; check the record and the rules"),
  401: configuration("UNAUTHORIZED", "does not accept our credentials; check them"),
  403: configuration("FORBIDDEN", "denies this call; check scopes, roles and network rules of our client"),
  404: configuration("NOT_FOUND", "does not know this path; check base URL and paths"),
  405: configuration("METHOD_NOT_ALLOWED", "does not allow this method here; check method and path"),
  406: configuration("FORMAT_NOT_ACCEPTED", "does not speak JSON here; check the path"),
  407: configuration("PROXY_REFUSED", "lies behind a proxy that refuses us; check the proxy's credentials"),
  408: transient("REQUEST_TIMEOUT", "did not get the request in time; it is repeated"),
  409: permanent("CONFLICT", "has a user that conflicts with this one; compare the identifiers on both sides"),
  410: permanent("GONE", "says that this is gone for good"),
  413: permanent("REQUEST_TOO_LARGE", "finds the request too large; send smaller batches or shorter values"),
  415: configuration("FORMAT_NOT_ACCEPTED", "does not accept JSON here; check the path"),
  417: permanent("REQUEST_FAILED", "could not process the request; check the record and the rules"),
  421: transient("MISDIRECTED", "was reached over the wrong connection; the call is repeated"),
  422: permanent("REQUEST_UNPROCESSABLE", "refuses the values of the request; check the record and the rules"),
  423: transient("LOCKED", "has locked what we asked for; the call is repeated"),
  425: transient("TOO_EARLY", "asks to try again later; the call is repeated"),
  429: { failure: "throttled", code: "THROTTLED", sentence: "asks for fewer calls; they slow down" },
  "4xx": permanent("REQUEST_REFUSED", "refuses the request; check the record and the rules"),
  501: configuration("NOT_IMPLEMENTED", "does not implement this call; check method and path"),
  503: transient("UNAVAILABLE", "is not available now; the call is repeated"),
  507: transient("STORAGE_FULL", "has no storage left; free some there, the call is repeated"),
  "5xx": transient("SERVER_ERROR", "failed inside; the call is repeated"),
};

/**
 * Whether the target has too much to do, or fails, so that it should get fewer calls. 501 would never pass, and 507 may be
 * about one user.
 */
export function isDistress(status: number): boolean {
  return status === 429 || (status >= 500 && status !== 501 && status !== 507);
}

/** Pause after a 429 that does not say how long. */
export const THROTTLED_MS = 2_000;

/** 1 hour. Nobody means longer, and a wrong clock must not stop a lane for a day. */
const MAX_RETRY_AFTER_MS = 60 * 60 * 1000;

/** The wait that `Retry-After` asks for (RFC 9110, 10.2.3: seconds or an HTTP date); null when there is none. */
export function retryAfterMs(headers: Readonly<Record<string, string>>, now: number): number | null {
  const value = headers["retry-after"]?.trim() ?? "";
  const wait = /^\d+$/.test(value) ? Number(value) * 1000 : httpDate(value) - now;
  return Number.isNaN(wait) ? null : Math.min(Math.max(wait, 0), MAX_RETRY_AFTER_MS);
}

function httpDate(text: string): number {
  return /^[A-Z][a-z]+, .* GMT$/.test(text) ? Date.parse(text) : Number.NaN;
}

/**
 * The `CallError` for an answer that is no success.
 * @param target starts the sentence: "The tenant", "The legacy system"
 * @param now ms since the epoch, for a `Retry-After` date
 */
export function failureOf(answer: HttpAnswer, table: StatusTable, now: number, target: string): CallError {
  const { failure, code, sentence } = meaningOf(answer.status, table);
  return new CallError(code, `${target} ${sentence} (${describeAnswer(answer)}).`, {
    failure,
    status: answer.status,
    retryAfterMs: retryAfterMs(answer.headers, now),
  });
}

function meaningOf(status: number, table: StatusTable): StatusMeaning {
  const exact = table[status];
  if (exact) return exact;
  if (status >= 500) return table["5xx"];
  return status >= 400 ? table["4xx"] : table["3xx"];
}

function describeAnswer(answer: HttpAnswer): string {
  const { code, reason, references } = errorDetails(answer);
  return [
    `HTTP ${answer.status}`,
    ...(code ? [`code ${code}`] : []),
    ...(reason ? [`"${reason}"`] : []),
    ...references.map((reference) => `reference ${reference}`),
  ].join(", ");
}

/** What may be told of an error's body and headers. */
export interface ErrorDetails {
  /** The target's own number or word for the error. */
  code: string | null;
  /** A short text, cleaned of what looks like personal data or a secret. */
  reason: string | null;
  /** What the target's support can look the call up by. */
  references: string[];
}

const MAX_REFERENCES = 3;

/**
 * Reads the error bodies of section 6 of the interface description (common form, plain `error`, `ErrorResp`, OAuth,
 * SCIM) and RFC 9457, and every header whose name contains `ref`.
 */
export function errorDetails(answer: HttpAnswer): ErrorDetails {
  const layers = errorLayers(answer.body);
  const first = (names: readonly string[], clean: (value: Json) => string | null) =>
    layers.flatMap((layer) => names.map((name) => clean(layer[name] ?? null))).find((text) => text !== null) ?? null;
  const fromBody = first(["referenceNumber", "refnumber"], cleanReference);
  const fromHeaders = Object.entries(answer.headers)
    .filter(([name]) => name.includes("ref") && name !== "refresh")
    .map(([, value]) => cleanReference(value));
  const references = [fromBody, ...fromHeaders].filter((reference) => reference !== null);
  return {
    code: first(["code", "error_code", "scimType"], cleanCode),
    reason: first(["error", "error_description", "message", "detail", "title"], cleanReason),
    references: [...new Set(references)].slice(0, MAX_REFERENCES),
  };
}

/** The body's objects that may describe the error, innermost first. */
function errorLayers(body: Json): JsonObject[] {
  const wrapped = isObject(body) && isObject(body.ErrorResp) ? body.ErrorResp : body;
  if (!isObject(wrapped)) return [];
  return isObject(wrapped.error) ? [wrapped.error, wrapped] : [wrapped];
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function cleanCode(value: Json): string | null {
  const text = typeof value === "number" ? String(value) : value;
  return typeof text === "string" && /^[A-Za-z0-9_.-]{1,40}$/.test(text) ? text : null;
}

/** With a digit in it: `Referrer-Policy: no-referrer` is no reference. */
function cleanReference(value: Json): string | null {
  const text = typeof value === "number" ? String(value) : value;
  return typeof text === "string" && /^(?=.*\d)[A-Za-z0-9_.:-]{1,64}$/.test(text) ? text : null;
}

/** Longer texts are stack traces and pages, not reasons. */
const MAX_REASON_LENGTH = 200;

/** E-mails, whatever is quoted, runs of five digits or more (phones, dates, ids), and long words (hashes, tokens). */
const PERSONAL = [/\S*@\S*/g, /"[^"]*"?|'[^']*'|`[^`]*`?/g, /\+?\d(?:[\s()/.-]*\d){4,}/g, /\S{25,}/g];

function cleanReason(value: Json): string | null {
  if (typeof value !== "string" || value.length > MAX_REASON_LENGTH) return null;
  const cleaned = PERSONAL.reduce((text, pattern) => text.replace(pattern, "…"), value);
  const oneLine = cleaned.replace(/[\s\p{C}]+/gu, " ").trim();
  return /\p{L}/u.test(oneLine) ? oneLine : null;
}
