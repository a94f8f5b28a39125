import { type RuleSource, targetsOf } from "../rule";

const STATUS = "userStatus";

/** For systems in which every user may log in. A later change of the status in cidaas is left alone. */
export const ALL_ACTIVE_RULE: RuleSource = {
  cidaas: STATUS,
  legacy: "",
  direction: "to-cidaas",
  transform: "constant",
  options: { toCidaas: "VERIFIED" },
  conflict: "newest",
  write: "create",
};

/** True when the map writes users to cidaas and says nothing of whether they may log in. */
export function lacksStatus(rules: readonly RuleSource[]): boolean {
  const targets = rules.flatMap((rule) => targetsOf(rule, "cidaas"));
  return targets.length > 0 && !targets.includes(STATUS);
}
