import { RecordError, type RecordProblem } from "../errors";
import { type Json, type JsonObject, type Lane, otherSide, type RuleId, type Side, targetOf } from "../sync/types";
import { compileMap } from "./compile";
import { isEmpty } from "./json";
import { mapRecord } from "./map-record";
import { LEAF } from "./mask";
import { compilePath, type Path } from "./paths";
import { writesTo } from "./rules";
import { transformSpec } from "./transforms/table";
import type { MapTools } from "./transforms/types";
import type { CompiledMap, MappedRule, Rule } from "./types";

/** A rule with a map of its own, so that a rule that fails leaves the others their values. */
export interface TriedRule {
  rule: Rule;
  position: number;
  map: CompiledMap;
}

/** What a rule makes of a record. */
export interface RuleOutcome extends TriedRule {
  /** Null: the record does not carry the rule, or it fails. */
  mapped: MappedRule | null;
  problem: RecordProblem | null;
}

/** Compiles each of the checked rules for itself. */
export function tryRules(rules: readonly Rule[], tools: MapTools): TriedRule[] {
  return rules.map((rule, position) => ({ rule, position, map: compileMap([rule], tools) }));
}

/** Maps a record rule by rule, with all rules of the lane. */
export function mapEach(tried: readonly TriedRule[], lane: Lane, record: JsonObject): Promise<RuleOutcome[]> {
  const carried = tried.filter(({ rule }) => writesTo(rule, targetOf(lane)));
  return Promise.all(carried.map((entry) => mapOne(entry, lane, record)));
}

async function mapOne(entry: TriedRule, lane: Lane, record: JsonObject): Promise<RuleOutcome> {
  try {
    const mapped = await mapRecord(entry.map, lane, record);
    return { ...entry, mapped: mapped[entry.rule.id] ?? null, problem: null };
  } catch (thrown) {
    if (!(thrown instanceof RecordError)) throw thrown;
    return { ...entry, mapped: null, problem: thrown.problems[0] ?? null };
  }
}

/** What the outcomes have for their target, to be put together as a record. */
export function mappedOf(
  outcomes: readonly RuleOutcome[],
  show: (rule: Rule, value: Json) => Json = (_, value) => value,
): Record<RuleId, MappedRule> {
  return Object.fromEntries(
    outcomes.flatMap(({ rule, mapped }) =>
      mapped === null ? [] : [[rule.id, { ...mapped, values: mapped.values.map((value) => show(rule, value)) }]],
    ),
  );
}

/** A value of a rule as it may be shown. */
export function masked({ secret }: Pick<Rule, "secret">, value: Json): Json {
  return secret && !isEmpty(value) ? LEAF : value;
}

/** Where a rule takes its value from in a record of that side. */
export function sourcePaths(rule: Rule, side: Side): Path[] {
  const isRead = writesTo(rule, otherSide(side)) && !transformSpec(rule.transform)?.sourceless;
  return isRead ? rule[side].map(compilePath) : [];
}
