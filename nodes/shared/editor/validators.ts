/**
 * Validators of dialog fields. Each returns true, or the sentence that says why not. The editor takes a value that is an
 * `${ENV_VAR}` as a whole for valid before it asks; they do the same, so that they can be relied on by themselves.
 */
import { isEnvironmentValue } from "./environment";
import { sharedText } from "./texts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A validator from a check of the trimmed text; the key names the sentence in the shared locale. */
function textValidator(
  key: string,
  isValid: (text: string) => boolean,
  parameters?: Record<string, unknown>,
): Validator {
  return (value, options) => {
    // A flow older than the property: the runtime takes the default.
    if (value === undefined) return true;
    const text = value === null ? "" : String(value).trim();
    if (isEnvironmentValue(text) || isValid(text)) return true;
    return sharedText(`validate.${key}`, { ...parameters, field: options?.label ?? sharedText("validate.field") });
  };
}

/** A number from `least` to `most`, also as text. */
export function numberBetween(least: number, most: number): Validator {
  const isValid = (text: string) => text !== "" && Number(text) >= least && Number(text) <= most;
  return textValidator("number", isValid, { least, most });
}

export function wholeNumberBetween(least: number, most: number): Validator {
  const isValid = (text: string) => /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most;
  return textValidator("wholeNumber", isValid, { least, most });
}

export const filled = textValidator("filled", (text) => text !== "");

/** Name of this pair of systems in the store and in admin paths. */
export const storeKey = textValidator("storeKey", (text) => /^[A-Za-z0-9._-]{1,64}$/.test(text));

export const webAddress = textValidator("webAddress", isWebAddress);

export const httpPath = textValidator("httpPath", (text) => /^\/[^\s?#]*$/.test(text));

/** Name of a header or query parameter as the tenant admits it. */
export const headerName = textValidator("headerName", (text) => /^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(text));

/** A path template: begins with a slash, and its braces close. Empty = not offered by the legacy system. */
export const optionalPathTemplate = textValidator("pathTemplate", (text) => text === "" || isPathTemplate(text));
export const pathTemplate = textValidator("pathTemplate", isPathTemplate);

export const uuid = textValidator("uuid", (text) => UUID.test(text));

/** Name of a PostgreSQL schema that needs no quotes. */
export const schemaName = textValidator("schemaName", (text) => /^[a-z_][a-z0-9_]{0,62}$/.test(text));

/** JSON Schema as text; empty = records are not checked. */
export const optionalJsonObject = textValidator("jsonObject", (text) => text === "" || isJsonObject(text));

/** What stands between the values of a CSV file. */
export const csvSeparator = textValidator("csvSeparator", (text) => text === "tab" || /^[!#-/:-@[-`{-~]$/.test(text));

/** A date, with or without a time of day; empty = not given. */
export const optionalTime = textValidator(
  "time",
  (text) => text === "" || (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(Date.parse(text))),
);

export function oneOf(...choices: string[]): Validator {
  return textValidator("oneOf", (text) => choices.includes(text), { choices: choices.join(", ") });
}

function isWebAddress(text: string): boolean {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return false;
  const url = new URL(text);
  return url.username === "" && url.search === "" && url.hash === "";
}

function isPathTemplate(text: string): boolean {
  return text.startsWith("/") && !/[{}]/.test(text.replace(/\{\{[^{}]+\}\}/g, ""));
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
