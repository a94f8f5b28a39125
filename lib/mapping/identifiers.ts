import type { Identifier, Json, RuleId, Side } from "../sync/types";
import { UNREADABLE } from "./compile";
import type { CompiledMap } from "./types";

const KINDS = ["email", "mobile_number", "username"] as const satisfies readonly Identifier["kind"][];

/** A value that names a person on both sides, before it is printed. */
export interface IdentifierValue {
  kind: Identifier["kind"];
  /** In cidaas form: the same text for the value of either side. */
  canonical: string;
  rule: RuleId;
}

/** The identifiers among a record's rule values: rules whose first cidaas path is an identifier; empty and unreadable ones left out. */
export function identifierValues(map: CompiledMap, side: Side, values: Record<RuleId, Json[]>): IdentifierValue[] {
  return map.rules.flatMap((rule) => {
    const kind = KINDS.find((name) => name === rule.cidaas[0]);
    const carried = Object.hasOwn(values, rule.id) ? values[rule.id] : undefined;
    if (kind === undefined || carried === undefined) return [];
    const canonical = map.canonical(side, rule.id, carried);
    return canonical === "" || canonical.startsWith(UNREADABLE) ? [] : [{ kind, canonical, rule: rule.id }];
  });
}
