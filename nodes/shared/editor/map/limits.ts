import { NOT_CARRIED, type NotCarriedReason, notCarried } from "../../../../lib/mapping/not-carried";
import { type RuleSource, splitPaths, toForm } from "../rule";

/** All that no map carries, each named once. */
export const LIMITS: readonly NotCarriedReason[] = [...new Set(NOT_CARRIED.map(({ reason }) => reason))];

/** What the rule promises more than is carried. Pure. */
export function limitsOf(rule: RuleSource): NotCarriedReason[] {
  const { id, cidaas, direction } = toForm(rule);
  const known = direction === "to-cidaas" || direction === "to-legacy" ? direction : "both";
  const found = notCarried([{ id, cidaas: splitPaths(cidaas), direction: known }]);
  return [...new Set(found.map(({ reason }) => reason))];
}
