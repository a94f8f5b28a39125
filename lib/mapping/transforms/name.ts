import { SyncError } from "../../errors";
import type { Json } from "../../sync/types";
import { type CompileTransform, scalarText } from "./types";

const BLANK = 0x20;
const SMALL_LETTER = /^\p{Ll}/u;

/** Given and family name in cidaas, one text in the legacy system. */
export const compileName: CompileTransform = ({ legacyFormat }) => ({
  from: { cidaas: (values) => values.map(nameText), legacy: ([value = null]) => splitName(value) },
  to: {
    cidaas: partsOf,
    legacy: legacyFormat === "family, given" ? (canonical) => [familyFirst(canonical)] : (name) => [fullName(name)],
  },
  // Where the family name begins is not in the legacy text, so it is no difference between the sides.
  comparable: fullName,
});

/** Text without needless blanks; a comma would turn the name round when the legacy text is read back. */
function nameText(value: Json): string {
  return tidy(textOf(value).replaceAll(",", " "));
}

/**
 * Given and family name. "Berg, Lena" is family name first. Else the family name is the last word, together with the
 * particles before it, which are written small ("Lena van der Berg").
 */
function splitName(value: Json): [given: string, family: string] {
  const text = textOf(value);
  const comma = text.indexOf(",");
  if (comma >= 0) return [nameText(text.slice(comma + 1)), tidy(text.slice(0, comma))];
  const name = tidy(text);
  const cut = familyStart(name);
  return cut < 0 ? [name, ""] : [name.slice(0, cut), name.slice(cut + 1)];
}

/** Where the blank before the family name is; -1 where there is none. */
function familyStart(name: string): number {
  let blank = name.indexOf(" ");
  let last = -1;
  while (blank >= 0) {
    last = blank;
    if (isSmall(name, blank + 1)) return blank;
    blank = name.indexOf(" ", blank + 1);
  }
  return last;
}

function isSmall(name: string, place: number): boolean {
  const code = name.charCodeAt(place);
  return code < 0x80 ? code >= 0x61 && code <= 0x7a : SMALL_LETTER.test(name.slice(place, place + 2));
}

/** One blank between words and none around them. */
function tidy(text: string): string {
  return isTidy(text) ? text : text.trim().replace(/\s+/g, " ");
}

/** Looks at plain text only: most names are that, and sooner seen to be tidy than made so. */
function isTidy(text: string): boolean {
  let before = BLANK;
  for (let place = 0; place < text.length; place++) {
    const code = text.charCodeAt(place);
    if (code < BLANK || code > 0x7e || (code === BLANK && before === BLANK)) return false;
    before = code;
  }
  return before !== BLANK;
}

function textOf(value: Json): string {
  if (value !== null && typeof value !== "string") throw new SyncError("NAME_INVALID", "the value is not text");
  return value ?? "";
}

function fullName(canonical: Json): string {
  const [given, family] = partsOf(canonical);
  return given === "" || family === "" ? `${given}${family}` : `${given} ${family}`;
}

/** "Berg, Lena"; where one of the two is missing there is nothing for a comma to part. */
function familyFirst(canonical: Json): string {
  const [given, family] = partsOf(canonical);
  return given === "" || family === "" ? `${given}${family}` : `${family}, ${given}`;
}

function partsOf(canonical: Json): [given: string, family: string] {
  const parts = Array.isArray(canonical) ? canonical : [];
  return [scalarText(parts[0]), scalarText(parts[1])];
}
