import { SyncError } from "../../errors";
import type { Json } from "../../sync/types";
import { isEmpty, stableJson } from "../json";
import { type CompileTransform, isScalar, optionError, scalarText } from "./types";

/** A fixed value for the target, whatever the source holds. */
export const compileConstant: CompileTransform = ({ toCidaas = null, toLegacy = null }, { direction }) => {
  if (direction !== "to-legacy" && isEmpty(toCidaas)) throw optionError('the option "toCidaas" is missing');
  if (direction !== "to-cidaas" && isEmpty(toLegacy)) throw optionError('the option "toLegacy" is missing');
  const first = ([value]: Json[]) => value ?? null;
  return { from: { cidaas: first, legacy: first }, to: { cidaas: () => [toCidaas], legacy: () => [toLegacy] } };
};

/** An array in cidaas, delimited text in the legacy system. */
export const compileList: CompileTransform = (options) => {
  const delimiter = scalarText(options.delimiter);
  const read = ([value = null]: Json[]): Json => {
    const items = Array.isArray(value) ? value : scalarText(value).split(delimiter);
    if (!(Array.isArray(value) || isScalar(value)) || !items.every(isScalar))
      throw new SyncError("LIST_INVALID", "the value is neither a list of plain values nor delimited text");
    return items.map((item) => String(item).trim()).filter((item) => item !== "");
  };
  const join = (canonical: Json): Json[] => {
    const text = Array.isArray(canonical) ? canonical.join(delimiter) : "";
    if (stableJson(read([text])) !== stableJson(canonical))
      throw new SyncError("LIST_DELIMITER", "an entry of the list holds the delimiter; choose another delimiter");
    return [text];
  };
  return { from: { cidaas: read, legacy: read }, to: { cidaas: (canonical) => [canonical], legacy: join } };
};

/** Given and family name in cidaas, one text in the legacy system. */
export const compileName: CompileTransform = ({ legacyFormat }) => ({
  from: { cidaas: (values) => values.map(nameText), legacy: ([value = null]) => splitName(value) },
  to: {
    cidaas: (canonical) => (Array.isArray(canonical) ? canonical : []),
    legacy:
      legacyFormat === "family, given" ? (canonical) => [familyFirst(canonical)] : (canonical) => [fullName(canonical)],
  },
  // Where the family name begins is not in the legacy text, so it is no difference between the sides.
  comparable: fullName,
});

/** Text without needless blanks; a comma would turn the name round when the legacy text is read back. */
function nameText(value: Json): string {
  return nameParts(value).join(" ").trim();
}

/** The text cut at its first comma. */
function nameParts(value: Json): string[] {
  if (value !== null && typeof value !== "string") throw new SyncError("NAME_INVALID", "the value is not text");
  const [before = "", ...after] = (value ?? "").split(",").map((part) => part.trim().replace(/\s+/g, " "));
  return after.length === 0 ? [before] : [before, after.join(" ").trim()];
}

function fullName(canonical: Json): string {
  return Array.isArray(canonical) ? canonical.filter((part) => part !== "").join(" ") : "";
}

/** "Berg, Lena"; where one of the two is missing there is nothing for a comma to part. */
function familyFirst(canonical: Json): string {
  return Array.isArray(canonical)
    ? [...canonical]
        .reverse()
        .filter((part) => part !== "")
        .join(", ")
    : "";
}

/**
 * Given and family name. "Berg, Lena" is family name first. Else the family name is the last word, together with the
 * particles before it, which are written small ("Lena van der Berg").
 */
function splitName(value: Json): string[] {
  const [full = "", afterComma] = nameParts(value);
  if (afterComma !== undefined) return [afterComma, full];
  const words = full.split(" ");
  const particle = words.findIndex((word, place) => place > 0 && /^\p{Ll}/u.test(word));
  const family = particle > 0 ? particle : Math.max(words.length - 1, 1);
  return [words.slice(0, family).join(" "), words.slice(family).join(" ")];
}
