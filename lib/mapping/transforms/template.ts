import type { Json } from "../../sync/types";
import { type CompileTransform, optionError, type RuleShape, scalarText } from "./types";

/** Text with the rule's own source values put in for `{{path}}`. */
export const compileTemplate: CompileTransform = ({ toCidaas, toLegacy }, rule) => {
  const renderCidaas = rule.direction === "to-legacy" ? null : compileText("toCidaas", toCidaas, rule.legacy);
  const renderLegacy = rule.direction === "to-cidaas" ? null : compileText("toLegacy", toLegacy, rule.cidaas);
  // The canonical value is the cidaas side's values, where they can be told.
  return {
    from: { cidaas: (values) => values, legacy: (values) => (renderCidaas ? [renderCidaas(values)] : values) },
    to: { cidaas: asValues, legacy: (canonical) => [renderLegacy ? renderLegacy(asValues(canonical)) : null] },
    comparable: (canonical) =>
      Array.isArray(canonical) && canonical.length === 1 ? (canonical[0] ?? null) : canonical,
  };
};

function asValues(canonical: Json): Json[] {
  return Array.isArray(canonical) ? canonical : [];
}

function compileText(
  option: "toCidaas" | "toLegacy",
  text: Json | undefined,
  paths: RuleShape["cidaas"],
): (values: Json[]) => string {
  if (typeof text !== "string") throw optionError(`the option "${option}" is missing`);
  // Odd places hold what stood between the braces.
  const pieces = text.split(/\{\{\s*(.*?)\s*\}\}/);
  const [first = "", ...fixed] = pieces.filter((_, place) => place % 2 === 0);
  const positions = pieces.filter((_, place) => place % 2 === 1).map((path) => paths.indexOf(path));
  if (positions.includes(-1)) throw optionError(`the option "${option}" names a path that is not a source of the rule`);
  const parts = fixed.map((after, place) => ({ position: positions[place] ?? 0, after }));
  return (values) => {
    let rendered = first;
    for (const { position, after } of parts) rendered += scalarText(values[position]) + after;
    return rendered;
  };
}
