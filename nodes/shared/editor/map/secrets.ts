/** What is kept in the flows, and so on disk and in exports, is kept without the values of secret rules. Pure. */
import { compilePath } from "../../../../lib/mapping/paths";
import type { Side } from "../../../../lib/sync/types";
import { isRecord, type JsonRecord } from "../json";
import { type RuleSource, toForm } from "../rule";
import { transformSpec } from "../transforms";

/** A copy of a record of that side without what lies at the paths of secret rules. */
export function withoutSecrets(record: JsonRecord, rules: readonly RuleSource[], side: Side): JsonRecord {
  const copy = structuredClone(record);
  for (const path of rules.filter(isSecret).flatMap((rule) => [rule[side]].flat())) {
    const keys = typeof path === "string" ? keysOf(path) : [];
    remove(copy, keys);
  }
  return copy;
}

function isSecret(rule: RuleSource): boolean {
  const { secret, transform } = toForm(rule);
  return secret || transformSpec(transform)?.secret === true;
}

function keysOf(path: string): readonly string[] {
  try {
    return compilePath(path.trim()).keys;
  } catch {
    // The rule is not valid yet, and maps nothing.
    return [];
  }
}

function remove(container: unknown, [key, ...others]: readonly string[]): void {
  if (key === undefined || typeof container !== "object" || container === null) return;
  const value: unknown = Reflect.get(container, key);
  if (others.length > 0) remove(value, others);
  else if (isRecord(container)) delete container[key];
  else Reflect.set(container, key, null);
}
