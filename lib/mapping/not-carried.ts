import type { Lane, RuleId } from "../sync/types";
import type { Rule } from "./types";

/** Key of the text that says why; the editor has it in its languages. */
export type NotCarriedReason = "verifiedFlag" | "mfaFactors" | "consents" | "groupRemoval" | "passwordFromCidaas";

/** Part of a cidaas user that does not arrive, or not whole, whatever a rule says. */
export interface NotCarried {
  /** The path in cidaas; all below it is meant too. */
  path: string;
  lanes: readonly Lane[];
  reason: NotCarriedReason;
}

/** From sections 1.3, 1.4, 2.4 and 5.5 of the reference. Pure data: the editor reads it too. */
export const NOT_CARRIED: readonly NotCarried[] = [
  { path: "email_verified", lanes: ["to-cidaas"], reason: "verifiedFlag" },
  { path: "mfa_enabled", lanes: ["to-cidaas"], reason: "mfaFactors" },
  { path: "consents", lanes: ["to-cidaas", "to-legacy"], reason: "consents" },
  { path: "groups", lanes: ["to-cidaas"], reason: "groupRemoval" },
  { path: "password_hash_info", lanes: ["to-legacy"], reason: "passwordFromCidaas" },
  { path: "password", lanes: ["to-legacy"], reason: "passwordFromCidaas" },
];

/** Members of a cidaas user that no interface empties (reference, sections 1.4 and 5.5). */
export const NEVER_EMPTIED: ReadonlySet<string> = new Set([
  "sub",
  "provider",
  "userStatus",
  "roles",
  "groups",
  "consents",
  "password_hash_info",
]);

/** A rule that promises more than is carried. */
export interface NotCarriedWarning {
  rule: RuleId;
  path: string;
  reason: NotCarriedReason;
}

/** The rules that touch what is not carried, in the order of the rules; paths may be unchecked. */
export function notCarried(rules: readonly Pick<Rule, "id" | "cidaas" | "direction">[]): NotCarriedWarning[] {
  return rules.flatMap(({ id, cidaas, direction }) =>
    cidaas.flatMap((path) =>
      NOT_CARRIED.filter((entry) => isWithin(path, entry.path))
        .filter(({ lanes }) => direction === "both" || lanes.includes(direction))
        .map(({ reason }) => ({ rule: id, path, reason })),
    ),
  );
}

function isWithin(path: string, outer: string): boolean {
  return path === outer || path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`);
}
