import { SyncError } from "../../errors";
import type { Json } from "../../sync/types";
import { displayNames, type Names } from "./display-names";
import { LANGUAGE_CODES } from "./language-codes";
import { type CompileTransform, scalarText, single } from "./types";

/** Two-letter code by three-letter code. Unicode knows these too, but takes Twi (`twi`) for Akan, and `tw` not. */
const SHORT_CODES = new Map([...LANGUAGE_CODES].map(([short, long]) => [long, short]));

const MAX_TAG = 64;
const TAG = /^[a-z]{2,3}(-[a-z0-9]{1,8})*$/i;
/** Language, script and region of a canonical tag, without variants and extensions. */
const BASE = /^([a-z]{2,3})(?:-([A-Z][a-z]{3}))?(?:-([A-Z]{2}|\d{3}))?(?=-|$)/;
/** How many tags are remembered: more than there are languages in use, and no room for a flood of invented ones. */
const MAX_REMEMBERED = 500;

/**
 * A canonical BCP 47 tag such as `de-DE` in cidaas; a language code, a locale such as `de_DE`, or the language's name in
 * the legacy system. What the legacy form has no place for, such as the region, is no difference between the sides.
 */
export const compileLanguage: CompileTransform = ({ legacyFormat, language }) => {
  const names = legacyFormat === "name" ? displayNames("language", scalarText(language), NAMED) : null;
  const read = remembering(canonicalTag);
  const fromLegacy = (value: Json) => {
    const text = scalarText(value).trim();
    return known(names?.codeOf(text) ?? read(text));
  };
  return single({
    fromCidaas: (value) => known(read(scalarText(value).trim())),
    fromLegacy,
    toLegacy: legacyForm(scalarText(legacyFormat), names),
    comparable: legacyFormat === "locale-underscore" ? baseOf : languageOf,
  });
};

/** Two-letter codes that are canonical themselves, and the one language in wide use whose canonical code has three. */
const NAMED = [...[...LANGUAGE_CODES.keys()].filter((code) => canonicalTag(code) === code), "fil"];

function legacyForm(format: string, names: Names | null): (canonical: Json) => string {
  if (names !== null) return (canonical) => known(names.nameOf(languageOf(canonical)));
  if (format === "locale-underscore") return (canonical) => baseOf(canonical).replaceAll("-", "_");
  if (format === "code") return languageOf;
  return (canonical) => {
    const code = languageOf(canonical);
    return LANGUAGE_CODES.get(code) ?? code;
  };
}

function languageOf(canonical: Json): string {
  return BASE.exec(scalarText(canonical))?.[1] ?? "";
}

function baseOf(canonical: Json): string {
  return BASE.exec(scalarText(canonical))?.[0] ?? "";
}

/** The canonical tag of a tag or POSIX locale (`de_DE.UTF-8`); undefined for what is none, or of no known language. */
function canonicalTag(text: string): string | undefined {
  if (text.length > MAX_TAG) return undefined;
  const tag = text.replace(/[.@].*$/s, "").replaceAll("_", "-");
  if (!TAG.test(tag)) return undefined;
  const short = tag.replace(/^[a-z]{3}(?=-|$)/i, (code) => SHORT_CODES.get(code.toLowerCase()) ?? code);
  try {
    const [canonical = ""] = Intl.getCanonicalLocales(short);
    const code = languageOf(canonical);
    return code.length === 3 || LANGUAGE_CODES.has(code) ? canonical : undefined;
  } catch {
    return undefined;
  }
}

/** Canonicalising takes longer than all else a rule does, and the same few tags come again with every user. */
function remembering(read: (text: string) => string | undefined): (text: string) => string | undefined {
  const remembered = new Map<string, string>();
  return (text) => {
    const found = remembered.get(text);
    if (found !== undefined) return found;
    const tag = read(text);
    if (tag !== undefined && remembered.size < MAX_REMEMBERED) remembered.set(text, tag);
    return tag;
  };
}

function known(found: string | undefined): string {
  if (found !== undefined) return found;
  throw new SyncError(
    "LANGUAGE_UNKNOWN",
    "the value is not a language in the expected format; see the option legacyFormat",
  );
}
