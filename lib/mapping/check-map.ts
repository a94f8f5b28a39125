import { ConfigError } from "../errors";
import { writesTo } from "./rules";
import type { Rule } from "./types";

/**
 * What a map as a whole must say before it is deployed. Throws `ConfigError` `MAP_INVALID`.
 *
 * A user created without `userStatus` is active, so a locked user of the legacy system could log in to cidaas: the map
 * says where the status comes from, or that all users are active.
 */
export function checkMap(rules: readonly Rule[]): void {
  const written = rules.filter((rule) => writesTo(rule, "cidaas")).flatMap(({ cidaas }) => cidaas);
  if (written.length === 0 || written.includes("userStatus")) return;
  throw new ConfigError(
    "MAP_INVALID",
    'Correct the field map (1): no rule writes "userStatus" to cidaas, so a user who is locked in the legacy system could log in there. ' +
      "Add a rule for it. If all users are active, say so with a rule of transform constant, " +
      '"toCidaas": "VERIFIED", direction to-cidaas, write create.',
    "rules",
  );
}
