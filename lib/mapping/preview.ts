import type { RecordProblem } from "../errors";
import { type JsonObject, laneTo, otherSide, type Side } from "../sync/types";
import { compileMap } from "./compile";
import { unreadPaths } from "./leaves";
import { compilePath, type Path } from "./paths";
import type { FieldError, MapPreview, RulePreview } from "./preview-types";
import type { RecordChecks } from "./record-checks";
import { roundTrip } from "./round-trip";
import { mapEach, mappedOf, masked, type RuleOutcome, sourcePaths, tryRules } from "./rule-outcomes";
import type { MapTools } from "./transforms/types";
import type { Rule } from "./types";

export interface Trial {
  side: Side;
  record: JsonObject;
  checks: RecordChecks;
}

/** Shows what checked rules make of a record. Values of secret rules are masked. */
export async function previewMap(rules: readonly Rule[], trial: Trial, tools: MapTools): Promise<MapPreview> {
  const { side, record, checks } = trial;
  if (checks.isDeleted(side, record)) return { ...emptyPreview(), deleted: true };
  const target = otherSide(side);
  const lane = laneTo(target);
  const map = compileMap([...rules], tools);
  const tried = tryRules(rules, tools);
  const there = await mapEach(tried, lane, record);
  const isMapped = there.every(({ problem }) => problem === null);
  const found = [
    ...checks.source(side, record),
    ...(isMapped ? checks.target(target, map.buildMapped(lane, mappedOf(there))) : []),
  ];
  return {
    ...emptyPreview(),
    mapped: isMapped && found.length === 0 ? map.buildMapped(lane, mappedOf(there, masked)) : null,
    rules: there.map((outcome) => previewOf(outcome, trial, found)),
    errors: found.filter(({ rule }) => !there.some((outcome) => outcome.rule.id === rule)).map(toFieldError),
    roundTrip: await roundTrip({ map, tried, side, record, there }),
    unmapped: unreadPaths(record, [...checks.reads[side], ...there.flatMap(({ rule }) => readPaths(rule, side))]),
  };
}

/** A preview that shows nothing. */
export function emptyPreview(): MapPreview {
  return { problems: [], deleted: false, mapped: null, rules: [], errors: [], roundTrip: [], unmapped: [] };
}

function previewOf(
  { rule, position, mapped, problem }: RuleOutcome,
  { side, record }: Trial,
  found: readonly RecordProblem[],
): RulePreview {
  const error = problem ?? found.find((other) => other.rule === rule.id);
  return {
    rule: rule.id,
    position,
    source: sourcePaths(rule, side).map((path) => {
      const value = path.get(record);
      return value === undefined ? { path: path.text } : { path: path.text, value: masked(rule, value) };
    }),
    target:
      mapped &&
      rule[otherSide(side)].map((path, place) => ({ path, value: masked(rule, mapped.values[place] ?? null) })),
    error: error ? toFieldError(error) : null,
  };
}

function readPaths(rule: Rule, side: Side): Path[] {
  const ownTime = side === "legacy" && rule.timePath !== null ? [compilePath(rule.timePath)] : [];
  return [...sourcePaths(rule, side), ...ownTime];
}

function toFieldError({ path, code, message }: RecordProblem): FieldError {
  return { path, code, message };
}
