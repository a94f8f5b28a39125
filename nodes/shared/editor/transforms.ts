export interface TransformOption {
  name: string;
  /** Fixed choices; the first one holds where the rule says nothing. */
  choices?: readonly string[];
  /** Several lines. */
  isLong?: boolean;
}

/** The transforms the dialog offers, with the options of each. Others of a flow file are kept as they are. */
export const OPTIONS_OF: Record<string, readonly TransformOption[]> = {
  copy: [],
  trim: [],
  lower: [],
  upper: [],
  number: [],
  boolean: [{ name: "true" }, { name: "false" }],
  enum: [{ name: "pairs", isLong: true }],
  date: [{ name: "legacyFormat" }, { name: "zone" }],
  phone: [{ name: "country" }, { name: "legacyFormat", choices: ["e164", "national", "international"] }],
  name: [],
  constant: [{ name: "toCidaas" }, { name: "toLegacy" }],
  template: [{ name: "toCidaas" }, { name: "toLegacy" }],
  list: [{ name: "delimiter" }],
  hash: [{ name: "format", choices: ["bcrypt"] }],
};
