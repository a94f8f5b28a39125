import { ConfigError } from "../errors";
import type { Json, JsonObject, Side } from "../sync/types";
import { canonicalText } from "./json";
import { compilePath, type Path } from "./paths";
import { findTransform } from "./transforms";
import type { CompiledTransform, MapTools } from "./transforms/types";
import type { Rule } from "./types";

/** One rule with its paths and transform compiled, once per deploy. */
export interface CompiledRule {
  rule: Rule;
  paths: Record<Side, Path[]>;
  transform: CompiledTransform;
  sourceless: boolean;
  /** Canonical text of a canonical value; empty for an empty one. */
  text(canonical: Json): string;
  /** Whether a canonical value that is text is that text. */
  isItsOwnText: boolean;
}

export function compileRule(rule: Rule, tools: MapTools): CompiledRule {
  const transform = findTransform(rule.transform);
  if (!transform) throw new ConfigError("MAP_INVALID", `Correct the rule "${rule.id}": its transform is unknown.`);
  const compiled = transform.compile(rule.options, rule, tools);
  const asSet = rule.compare === "set";
  const isEmail = rule.cidaas[0] === "email";
  const { comparable } = compiled;
  const text = comparable
    ? (canonical: Json) => canonicalText(comparable(canonical), asSet)
    : (canonical: Json) => canonicalText(canonical, asSet);
  return {
    rule,
    paths: { cidaas: rule.cidaas.map(compilePath), legacy: rule.legacy.map(compilePath) },
    transform: compiled,
    sourceless: transform.sourceless === true,
    isItsOwnText: !isEmail && comparable === undefined,
    text: isEmail ? (canonical) => text(canonical).trim().toLowerCase() : text,
  };
}

/**
 * The values at a rule's paths, or null when the record does not carry the rule. A legacy record carries it if all paths
 * are there. In a cidaas user an absent member means empty: as a source (`isSource`) it carries every rule, else those of
 * which at least one path is there.
 */
export function takeValues(paths: Path[], side: Side, record: JsonObject, isSource: boolean): Json[] | null {
  const values: Json[] = [];
  let missing = 0;
  for (const path of paths) {
    const value = path.get(record);
    if (value === undefined) missing++;
    values.push(value ?? null);
  }
  if (missing === 0) return values;
  return side === "cidaas" && (isSource || missing < paths.length) ? values : null;
}
