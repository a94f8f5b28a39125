import { DIGEST_CHOICES, HASH_FORMATS } from "../hashes/formats";
import type { OptionSpec, TransformSpec } from "./types";

const ONE_TO_ONE = { cidaas: 1, legacy: 1 } as const;
const TWO_WAY = { direction: "both", paths: ONE_TO_ONE, inverse: "canonical" } as const;

const text = (fallback: string | null, suggestions?: readonly string[]): OptionSpec => ({
  type: "text",
  default: fallback,
  ...(suggestions && { suggestions }),
});
const choice = (...choices: readonly [string, ...string[]]): OptionSpec => ({
  type: "choice",
  default: choices[0],
  choices,
});

/**
 * What is known of each transform without its code, by the name that rules call it. Pure data: the checks of a deploy
 * and the editor both read it.
 */
const TABLE = {
  copy: { ...TWO_WAY, options: {}, inverse: "exact" },
  trim: { ...TWO_WAY, options: {} },
  lower: { ...TWO_WAY, options: {} },
  upper: { ...TWO_WAY, options: {} },
  number: { ...TWO_WAY, options: {} },
  boolean: {
    ...TWO_WAY,
    options: { true: { type: "scalar", default: true }, false: { type: "scalar", default: false } },
  },
  enum: { ...TWO_WAY, options: { pairs: { type: "pairs", default: null, isLong: true } } },
  date: {
    ...TWO_WAY,
    options: {
      legacyFormat: text("yyyy-MM-dd", [
        "yyyy-MM-dd",
        "dd.MM.yyyy",
        "MM/dd/yyyy",
        "yyyyMMdd",
        "yyyy-MM-dd HH:mm:ss",
        "X",
      ]),
      zone: text("UTC", ["UTC", "Europe/Berlin", "Europe/London", "America/New_York"]),
    },
  },
  phone: {
    ...TWO_WAY,
    options: {
      country: text(null, ["DE", "AT", "CH", "FR", "GB", "US"]),
      legacyFormat: choice("e164", "national", "international"),
    },
  },
  country: {
    ...TWO_WAY,
    options: {
      legacyFormat: choice("alpha2", "alpha3", "numeric", "name"),
      language: text("en", ["en", "de", "fr", "es", "it", "nl", "pl"]),
    },
  },
  language: {
    ...TWO_WAY,
    options: {
      legacyFormat: choice("code", "locale-underscore", "iso639-2", "name"),
      language: text("en", ["en", "de", "fr", "es", "it", "nl", "pl"]),
    },
  },
  name: {
    ...TWO_WAY,
    options: { legacyFormat: choice("given family", "family, given") },
    paths: { cidaas: 2, legacy: 1 },
  },
  list: { ...TWO_WAY, options: { delimiter: text(",", [",", ";", "|"]) } },
  constant: {
    options: { toCidaas: { type: "json", default: null }, toLegacy: { type: "json", default: null } },
    direction: "both",
    paths: { target: 1, sources: 0 },
    sourceless: true,
    inverse: "by hand",
  },
  template: {
    options: { toCidaas: text(null), toLegacy: text(null) },
    direction: "both",
    paths: { target: 1, sources: 1 },
    inverse: "by hand",
  },
  jsonata: {
    options: { toCidaas: { ...text(null), isLong: true }, toLegacy: { ...text(null), isLong: true } },
    direction: "both",
    paths: { target: "many", sources: 1 },
    computed: true,
    inverse: "by hand",
  },
  hash: {
    options: {
      format: choice(...HASH_FORMATS),
      algorithm: text(null, ["CUSTOM_LEGACY"]),
      digest: choice(...DIGEST_CHOICES),
    },
    direction: "to-cidaas",
    // How many legacy paths there may be depends on the format.
    paths: { target: 1, sources: 1 },
    secret: true,
    inverse: "none",
  },
} as const satisfies Record<string, TransformSpec>;

export type TransformName = keyof typeof TABLE;

export const TRANSFORM_TABLE: Readonly<Record<TransformName, TransformSpec>> = TABLE;

/** The spec of a transform by the name that a rule holds; undefined where there is none of that name. */
export function transformSpec(name: string): TransformSpec | undefined {
  return isTransformName(name) ? TRANSFORM_TABLE[name] : undefined;
}

export function isTransformName(name: string): name is TransformName {
  return Object.hasOwn(TABLE, name);
}
