/** A record of the legacy table, as its REST interface and its events show it. Names are the columns of the table. */
export interface LegacyUser {
  id: number;
  email: string | null;
  email_verified: number;
  first_name: string | null;
  last_name: string | null;
  /** As Germans write it at home: "0151 2345678". */
  phone: string | null;
  /** dd.MM.yyyy */
  birth_date: string | null;
  newsletter: string | null;
  tier: string | null;
  city: string | null;
  status: string;
  /** bcrypt text; null for a user who was created without a password. */
  password_hash: string | null;
  /** ISO 8601, UTC, milliseconds. */
  created_at: string;
  /** ISO 8601, UTC, milliseconds; each write of a record gets a later one than the write before. */
  updated_at: string;
}

/** What a caller of the REST interface may write. */
export type LegacyFields = Omit<LegacyUser, "id" | "password_hash" | "created_at" | "updated_at">;

export type LegacyPatch = Partial<LegacyFields>;

/** The outcome of reading a request's body; `message` says what to correct. */
export type Parsed<T> = { ok: true; value: T } | { ok: false; message: string };

const MAX_TEXT = 200;
/** bcrypt itself looks at the first 72 bytes only; a longer password would be cut without a word. */
const MAX_PASSWORD_BYTES = 72;

const EMAIL = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/;
const PHONE = /^[+0][0-9 ()/-]{3,30}$/;
const BIRTH_DATE = /^(\d{2})\.(\d{2})\.(\d{4})$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL = /[\u0000-\u001f\u007f]/;

/** A field's value as it is stored, or undefined where it is not allowed. Empty text is stored as null. */
type Check = (value: unknown) => string | number | null | undefined;

function text(allowed: (value: string) => boolean): Check {
  return (value) => {
    if (value === null || value === "") return null;
    if (typeof value !== "string" || value.length > MAX_TEXT || CONTROL.test(value)) return undefined;
    return allowed(value) ? value : undefined;
  };
}

function isBirthDate(value: string): boolean {
  const match = BIRTH_DATE.exec(value);
  if (match === null) return false;
  const [, day, month, year] = match;
  const iso = `${year}-${month}-${day}`;
  const time = Date.parse(`${iso}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(iso);
}

function isOneOf(...words: string[]): Check {
  return text((value) => words.includes(value));
}

const anyText = text(() => true);

const CHECKS: Record<keyof LegacyFields, { check: Check; expected: string }> = {
  email: { check: text((value) => EMAIL.test(value)), expected: "an e-mail address" },
  email_verified: {
    check: (value) => (value === true || value === 1 ? 1 : value === false || value === 0 ? 0 : undefined),
    expected: "0 or 1",
  },
  first_name: { check: anyText, expected: `text of ${MAX_TEXT} characters at the most` },
  last_name: { check: anyText, expected: `text of ${MAX_TEXT} characters at the most` },
  phone: { check: text((value) => PHONE.test(value)), expected: 'a phone number such as "0151 2345678"' },
  birth_date: { check: text(isBirthDate), expected: 'a date such as "24.12.1980"' },
  newsletter: { check: isOneOf("J", "N"), expected: '"J" or "N"' },
  tier: { check: isOneOf("basic", "silver", "gold"), expected: '"basic", "silver" or "gold"' },
  city: { check: anyText, expected: `text of ${MAX_TEXT} characters at the most` },
  status: {
    check: (value) => (value === "active" || value === "locked" ? value : undefined),
    expected: '"active" or "locked"',
  },
};

function isField(name: string): name is keyof LegacyFields {
  return Object.hasOwn(CHECKS, name);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reads the body of a PATCH: known fields only, each checked. */
export function parsePatch(body: unknown): Parsed<LegacyPatch> {
  if (!isObject(body)) return { ok: false, message: "Send a JSON object with the fields to change." };
  const patch: Record<string, string | number | null> = {};
  for (const [name, value] of Object.entries(body)) {
    if (!isField(name))
      return { ok: false, message: `The field "${name.slice(0, 40)}" does not exist or is read-only.` };
    const checked = CHECKS[name].check(value);
    if (checked === undefined) return { ok: false, message: `The field "${name}" has to be ${CHECKS[name].expected}.` };
    patch[name] = checked;
  }
  return { ok: true, value: patch };
}

/** Reads the body of a POST: a patch over the defaults, and perhaps a password in the clear. */
export function parseNewUser(body: unknown): Parsed<{ fields: LegacyFields; password: string | null }> {
  if (!isObject(body)) return { ok: false, message: "Send a JSON object with the user's fields." };
  const { password, ...rest } = body;
  const patch = parsePatch(rest);
  if (!patch.ok) return patch;
  const parsed = password === undefined || password === null ? null : parsePassword(password);
  if (parsed !== null && !parsed.ok) return parsed;
  return { ok: true, value: { fields: { ...DEFAULTS, ...patch.value }, password: parsed?.value ?? null } };
}

/** Checks a password in the clear. */
export function parsePassword(value: unknown): Parsed<string> {
  if (typeof value === "string" && value !== "" && Buffer.byteLength(value) <= MAX_PASSWORD_BYTES) {
    return { ok: true, value };
  }
  return { ok: false, message: `The password has to be text of 1 to ${MAX_PASSWORD_BYTES} bytes.` };
}

const DEFAULTS: LegacyFields = {
  email: null,
  email_verified: 0,
  first_name: null,
  last_name: null,
  phone: null,
  birth_date: null,
  newsletter: "N",
  tier: "basic",
  city: null,
  status: "active",
};
