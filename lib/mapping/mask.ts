import type { Json, JsonObject, Side } from "../sync/types";
import { compilePath } from "./paths";
import type { Rule } from "./types";

const SECRET = "***";
/** In place of a value that is not shown. */
export const LEAF = "•••";
/** Deeper parts of a record are masked as one. */
const MAX_DEPTH = 32;

/** The record with the values of secret rules replaced by `***`, for outputs that a person may look at. */
export function maskSecrets(rules: readonly Rule[], side: Side, record: JsonObject): JsonObject {
  let masked = record;
  for (const rule of rules)
    if (rule.secret) for (const path of rule[side]) masked = compilePath(path).replace(masked, SECRET);
  return masked;
}

/** The same structure with every leaf masked: shows which fields a parked record has, and none of their values. */
export function maskAll(value: Json): Json {
  return maskLevel(value, MAX_DEPTH);
}

function maskLevel(value: Json, levels: number): Json {
  if (typeof value !== "object" || value === null || levels === 0) return LEAF;
  if (Array.isArray(value)) return value.map((item) => maskLevel(item, levels - 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskLevel(item, levels - 1)]));
}
