import { optionError } from "./types";

/** Longest name that is looked up. */
const MAX_NAME = 160;

/** The names of codes in one language, both ways. */
export interface Names {
  nameOf(code: string): string | undefined;
  /** Case, accents and blanks do not count. */
  codeOf(name: string): string | undefined;
}

/** Throws `OPTION_INVALID` for a language that this Node.js has no names in. */
export function displayNames(type: "region" | "language", language: string, codes: readonly string[]): Names {
  checkLanguage(language);
  const names = new Map<string, string>();
  const codesByName = new Map<string, string>();
  // The short names ("USA", "UK") are read too, but never take the place of a long one. A name that two codes have in this
  // language stands for the first.
  for (const style of ["long", "short"] as const) {
    const display = new Intl.DisplayNames(language, { type, style, fallback: "none" });
    for (const code of codes) {
      const name = display.of(code);
      const folded = name === undefined ? "" : fold(name);
      if (name === undefined || codesByName.has(folded)) continue;
      codesByName.set(folded, code);
      if (style === "long") names.set(code, name);
    }
  }
  if (names.size * 2 < codes.length) throw noNames();
  return {
    nameOf: (code) => names.get(code),
    codeOf: (name) => (name.length > MAX_NAME ? undefined : codesByName.get(fold(name))),
  };
}

function checkLanguage(language: string): void {
  try {
    if (Intl.DisplayNames.supportedLocalesOf(language).length > 0) return;
  } catch {
    // A text that is no language tag at all.
  }
  throw noNames();
}

function noNames() {
  return optionError('the option "language" must be a language that has names for most of them, such as de or en-GB');
}

function fold(name: string): string {
  const bare = name.normalize("NFKD").replace(/[\u0300-\u036f]/g, "");
  return bare.replace(/\s+/g, " ").trim().toLowerCase();
}
