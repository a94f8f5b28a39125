import { isRecord } from "../mapping/json";
import { ISO_DAY } from "../mapping/transforms/day-format";

/** What mail systems carry (RFC 5321, section 4.5.3); longer text is refused before any pattern reads it. */
const MAX_EMAIL = 254;
const MAX_LOCAL_PART = 64;
const MAX_TIME = 40;
const DAY_LENGTH = 10;

/** As browsers read the local part of an address, dots anywhere, and letters of any script. */
const LOCAL_PART = /^[\p{L}\p{M}\p{N}.!#$%&'*+/=?^_`{|}~-]+$/u;
const LABEL = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?$/u;
const E164 = /^\+[1-9]\d{1,14}$/;
/** What follows the day. */
const ISO_CLOCK = /^T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-](?:[01]\d|2[0-3]):?[0-5]\d)$/;
/** Algorithm id with the cost, and the cost inside the hash text. An older page of the tenant names no cost. */
const BCRYPT_ID = /^BCRYPT(?:_(\d{1,2}))?$/;
const BCRYPT_TEXT = /^\$2[abxy]\$(\d\d)\$/;

/**
 * Whether a text looks like an address that mail can be sent to. The domain needs a dot: the tenant looks up where its
 * mail goes, and takes nothing that has no such place.
 */
export function isEmail(text: string): boolean {
  if (text.length > MAX_EMAIL) return false;
  const at = text.lastIndexOf("@");
  const labels = text.slice(at + 1).split(".");
  return (
    at > 0 &&
    at <= MAX_LOCAL_PART &&
    LOCAL_PART.test(text.slice(0, at)) &&
    labels.length > 1 &&
    labels.every((label) => LABEL.test(label))
  );
}

export function isE164(text: string): boolean {
  return E164.test(text);
}

export function isIsoDate(text: string): boolean {
  return text.length === DAY_LENGTH && ISO_DAY.read(text) !== null;
}

/** A point in time: without an offset it would mean another one wherever it is read. */
export function isIsoTime(text: string): boolean {
  return text.length <= MAX_TIME && isIsoDate(text.slice(0, DAY_LENGTH)) && ISO_CLOCK.test(text.slice(DAY_LENGTH));
}

/** `password_hash_info`: all of it text, and the cost of a bcrypt hash the same in its text and in its algorithm id. */
export function isPasswordHash(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { algorithmTypeId: id, passwordHash: text, hData } = value;
  if (typeof id !== "string" || typeof text !== "string" || id === "" || text === "") return false;
  const bcrypt = BCRYPT_ID.exec(id);
  const cost = BCRYPT_TEXT.exec(text)?.[1];
  if (bcrypt && (cost === undefined || (bcrypt[1] !== undefined && Number(cost) !== Number(bcrypt[1])))) return false;
  return hData === undefined || hData === null || (isRecord(hData) && Object.values(hData).every(isText));
}

/** A list of memberships; the account they belong to is filled in when they are sent. */
export function isGroups(value: unknown): boolean {
  return isListOf(value, ({ groupId, sub, roles }) => {
    const named = isText(groupId) && groupId !== "" && (sub === undefined || sub === null || isText(sub));
    return named && (roles === undefined || roles === null || isTexts(roles));
  });
}

/** A list of consent decisions. */
export function isConsents(value: unknown): boolean {
  return isListOf(
    value,
    ({ state }) => state === undefined || ["ACCEPTED", "REVOKED", "SKIPPED"].includes(String(state)),
  );
}

export function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}

function isListOf(value: unknown, fits: (item: Record<string, unknown>) => boolean): boolean {
  return Array.isArray(value) && value.every((item) => isRecord(item) && fits(item));
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
