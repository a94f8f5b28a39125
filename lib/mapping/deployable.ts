import { checkRules, requireSound, writesTo } from "./rules";
import { NO_TOOLS } from "./tools";
import type { MapTools } from "./transforms/types";
import type { MapProblem, Rule } from "./types";

/**
 * The `rules` of a `user-sync` for a deploy: checked each for itself, and as a whole.
 * Throws one `ConfigError` `MAP_INVALID` that names everything that is wrong.
 */
export function parseDeployable(raw: unknown, tools: MapTools = NO_TOOLS): Rule[] {
  const { rules, problems } = checkRules(raw, tools);
  requireSound([...problems, ...statusProblem(rules)]);
  return rules;
}

/**
 * A user created without `userStatus` is active, so a locked user of the legacy system could log in to cidaas: the map
 * says where the status comes from, or that all users are active. A map that is being written can do without.
 */
function statusProblem(rules: readonly Rule[]): MapProblem[] {
  const written = rules.filter((rule) => writesTo(rule, "cidaas")).flatMap(({ cidaas }) => cidaas);
  if (written.length === 0 || written.includes("userStatus")) return [];
  const message =
    'no rule writes "userStatus" to cidaas, so a user who is locked in the legacy system could log in there. ' +
    "Add a rule for it. If all users are active, say so with a rule of transform constant, " +
    '"toCidaas": "VERIFIED", direction to-cidaas, write create';
  return [{ position: null, rule: "", path: "", message }];
}
