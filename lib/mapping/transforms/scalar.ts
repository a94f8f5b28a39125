import { SyncError } from "../../errors";
import type { Json, Side } from "../../sync/types";
import { type CompileTransform, isScalar, optionError, scalarText, single } from "./types";

const NUMBER = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i;

/** A JSON number on both sides; text with a decimal point is read as one. */
export const compileNumber: CompileTransform = () => single({ fromCidaas: parseNumber, fromLegacy: parseNumber });

function parseNumber(value: Json): Json {
  const text = typeof value === "string" ? value.trim() : value;
  const parsed = typeof text === "string" && NUMBER.test(text) ? Number(text) : text;
  if (typeof parsed !== "number" || !Number.isFinite(parsed))
    throw new SyncError("NUMBER_INVALID", "the value is not a number such as 12 or -3.5");
  if (Number.isInteger(parsed) && !Number.isSafeInteger(parsed))
    throw new SyncError(
      "NUMBER_INVALID",
      "the number has too many digits to be kept exactly; map it as text with copy",
    );
  return parsed === 0 ? 0 : parsed;
}

/** A JSON boolean in cidaas; two words, numbers or booleans in the legacy system. Case and blanks do not count. */
export const compileBoolean: CompileTransform = (options) => {
  const yes = options.true ?? null;
  const no = options.false ?? null;
  const words = new Map([
    ["true", true],
    ["false", false],
  ]);
  // The exact words too: most values are that, and need no folding then.
  const own: [string, boolean][] = [yes, no].flatMap((word) =>
    [scalarText(word), foldedWord(word)].map((text) => [text, word === yes]),
  );
  const legacyWords = new Map([...words, ...own]);
  if (foldedWord(yes) === foldedWord(no)) throw optionError('the options "true" and "false" must differ');
  return single({
    fromCidaas: (value) => lookUpWord(words, value),
    fromLegacy: (value) => lookUpWord(legacyWords, value),
    toLegacy: (canonical) => (canonical === true ? yes : no),
  });
};

function foldedWord(value: Json): string {
  return scalarText(value).trim().toLowerCase();
}

function lookUpWord(words: Map<string, boolean>, value: Json): boolean {
  const found = words.get(scalarText(value)) ?? words.get(foldedWord(value));
  if (found === undefined)
    throw new SyncError("BOOLEAN_INVALID", 'the value is neither the word for "true" nor the one for "false"');
  return found;
}

/** Words of one side for words of the other; of several pairs with one word, the first counts. */
export const compileEnum: CompileTransform = ({ pairs }) => {
  if (!isPairs(pairs)) throw optionError('the option "pairs" must list [cidaas, legacy] pairs of text or numbers');
  const words: Record<Side, Map<string, Json>> = { cidaas: new Map(), legacy: new Map() };
  const legacyWords = new Map<string, Json>();
  for (const [cidaas, legacy] of [...pairs].reverse()) {
    words.cidaas.set(String(cidaas), cidaas);
    words.legacy.set(String(legacy), cidaas);
    legacyWords.set(String(cidaas), legacy);
  }
  const known = (side: Side) => (value: Json) => {
    const found = words[side].get(scalarText(value));
    if (found === undefined)
      throw new SyncError("ENUM_UNKNOWN", 'the value is not in the option "pairs"; add it there or correct the record');
    return found;
  };
  return single({
    fromCidaas: known("cidaas"),
    fromLegacy: known("legacy"),
    toLegacy: (canonical) => legacyWords.get(scalarText(canonical)) ?? null,
  });
};

type Scalar = string | number | boolean;

function isPairs(value: Json | undefined): value is [Scalar, Scalar][] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every(
      (pair) => Array.isArray(pair) && pair.length === 2 && pair.every((word) => isScalar(word) && word !== ""),
    )
  );
}
