/** The rules that are computed asynchronously: evaluated before a record is mapped, and then looked up like any value. */
import { SyncError } from "../errors";
import { type Json, type JsonObject, otherSide, type RuleId, type Side } from "../sync/types";
import { type CompiledRule, takeValues } from "./compiled-rule";
import { admitValue, areEmpty } from "./json";
import type { Computed } from "./types";

/** Computes one rule's values for the target; null when the record has nothing to compute them from. */
type Evaluate = (record: JsonObject) => Promise<Json[]> | null;

export interface Computation {
  rule: RuleId;
  evaluate: Evaluate;
}

/** In place of a foreign error, whose message may quote the value. */
export const RULE_FAILED = new SyncError("RULE_FAILED", "the value cannot be mapped by this rule");

/** How the rule is computed for the target; empty when it is not a computed one. */
export function computationsOf({ rule, paths, transform }: CompiledRule, target: Side): Computation[] {
  if (!("compute" in transform)) return [];
  const source = otherSide(target);
  const compute = transform.compute[target];
  const evaluate: Evaluate = (record) => {
    const values = takeValues(paths[source], source, record, true);
    if (values === null || areEmpty(values)) return null;
    // Only what lies at the rule's own paths: a change of anything else would go unseen.
    const input: JsonObject = {};
    for (const path of paths[source]) {
      const value = path.get(record);
      if (value !== undefined) path.set(input, admitValue(value));
    }
    return compute(input);
  };
  return [{ rule: rule.id, evaluate }];
}

/** Never rejects: what fails stands in the result for the rule that failed. */
export async function computeAll(computations: readonly Computation[], record: JsonObject): Promise<Computed> {
  const computed = new Map<RuleId, Json[] | SyncError>();
  await Promise.all(
    computations.map(async ({ rule, evaluate }) => {
      try {
        const values = await evaluate(record);
        if (values !== null) computed.set(rule, values);
      } catch (thrown) {
        computed.set(rule, thrown instanceof SyncError ? thrown : RULE_FAILED);
      }
    }),
  );
  return computed;
}

/** What was computed for a rule; null where the expression gave no value, so that its `whenEmpty` decides. */
export function computedValues(computed: Computed, rule: RuleId): Json[] | null {
  const values = computed.get(rule);
  if (values === undefined) throw new SyncError("JSONATA_FAILED", "its expression was not evaluated");
  if (values instanceof SyncError) throw values;
  return areEmpty(values) ? null : values;
}
