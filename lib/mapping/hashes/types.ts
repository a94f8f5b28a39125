import { SyncError } from "../../errors";
import type { Json, JsonObject } from "../../sync/types";
import { scalarText } from "../transforms/types";
import type { Digest } from "./formats";

/** What a rule says of its hashes. */
export interface HashSettings {
  /** `algorithmTypeId` where the tenant chose it; "" where the format's own is meant. */
  algorithm: string;
  /** The one digest the tenant verifies PBKDF2 with; `any` where nobody said. */
  digest: Digest | "any";
  /** The legacy paths, the one of the hash first. */
  paths: readonly string[];
}

/** One layout in which legacy systems store password hashes. */
export interface HashFormat {
  /** How many legacy paths it takes. */
  columns: { least: number; most: number };
  /** What `algorithm` has to begin with; absent where the option has no use. */
  algorithm?: { prefix: string; required: boolean };
  /**
   * The `password_hash_info` of the values at the legacy paths, of which the first is not empty; null when they say that
   * the user has no password. Throws `SyncError` `HASH_UNKNOWN`, without the value.
   */
  read(columns: Json[], settings: HashSettings): JsonObject | null;
}

export const ONE_COLUMN = { least: 1, most: 1 } as const;

/** Longer than any hash or credential worth having; nothing longer is looked at. */
const MAX_TEXT = 4096;
const MAX_SALT = 256;

const WAY_OUT = 'choose its format, or let a verification service check it (format "custom")';

/** A `password_hash_info`; all its values are text. `hData` is left out when it would say nothing. */
export function hashInfo(
  algorithmTypeId: string,
  passwordHash: string,
  hData: Record<string, string> = {},
): JsonObject {
  return Object.keys(hData).length === 0 ? { algorithmTypeId, passwordHash } : { algorithmTypeId, passwordHash, hData };
}

/** The error of a value that is not what the format says. */
export function notA(what: string): SyncError {
  return new SyncError("HASH_UNKNOWN", `the value is not ${what}; ${WAY_OUT}`);
}

/** The error of a hash that is understood, but must not be sent. */
export function refusedHash(message: string): SyncError {
  return new SyncError("HASH_UNKNOWN", message);
}

/** The text of a hash without the blanks that fixed columns leave. */
export function hashText(value: Json | undefined): string {
  const text = scalarText(value);
  if (text.length > MAX_TEXT) throw refusedHash(`the value is longer than ${MAX_TEXT} characters; no hash is`);
  return text.trim();
}

/** The text of a salt, or of another parameter, as it stands: each blank in it counts. */
export function saltText(value: Json | undefined): string {
  const text = scalarText(value);
  if (text === "" || text.length > MAX_SALT || !text.isWellFormed())
    throw refusedHash(
      `the salt or another parameter of the hash is missing, or is no text of at most ${MAX_SALT} characters`,
    );
  return text;
}

/** A whole number of decimal digits; null for anything else. */
export function wholeNumber(text: string | undefined): number | null {
  return text !== undefined && /^[1-9]\d{0,9}$/.test(text) ? Number(text) : null;
}

/** The bytes of Base64 text, with or without padding; null for anything else. */
export function fromBase64(text: string | undefined): Buffer | null {
  return text !== undefined && /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, "base64") : null;
}
