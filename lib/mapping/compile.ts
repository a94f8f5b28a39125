import { ConfigError, RecordError, type RecordProblem, SyncError } from "../errors";
import { type Json, type JsonObject, type Lane, otherSide, type RuleId, type Side, targetOf } from "../sync/types";
import { type CompiledRule, compileRule, takeValues } from "./compiled-rule";
import { type Computation, computationsOf, computeAll, computedValues, RULE_FAILED } from "./compute";
import { admitAll, areEmpty, canonicalText } from "./json";
import { compilePath, type Path } from "./paths";
import { defaultValues, writesTo } from "./rules";
import { toTime } from "./time";
import { NO_TOOLS } from "./tools";
import { type DirectTransform, type MapTools, unchanged } from "./transforms/types";
import type { CompiledMap, Computed, MappedRule, Rule } from "./types";

/** Begins the canonical text of a value that its transform cannot read. */
export const UNREADABLE = "unreadable:";

/** Maps one rule of a record; null where the record does not carry it. Throws `SyncError`. */
type Step = (record: JsonObject, computed: Computed) => MappedRule | null;

/** What one lane does with a record. */
interface LanePlan {
  steps: { rule: Rule; run: Step }[];
  /** Where the values of each rule go. */
  outputs: { id: RuleId; paths: Path[] }[];
  computations: Computation[];
}

const NOTHING_COMPUTED: Computed = new Map();

/** Compiles checked rules into functions; see `CompiledMap`. */
export function compileMap(rules: Rule[], tools: MapTools = NO_TOOLS): CompiledMap {
  const list = rules.map((rule) => compileRule(rule, tools));
  const compiled = new Map(list.map((entry) => [entry.rule.id, entry]));
  const plans = { "to-legacy": planOf("to-legacy"), "to-cidaas": planOf("to-cidaas") };

  function planOf(lane: Lane): LanePlan {
    const target = targetOf(lane);
    const carried = list.filter(({ rule }) => writesTo(rule, target));
    return {
      steps: carried.map((entry) => ({ rule: entry.rule, run: stepOf(entry, target) })),
      outputs: carried.map(({ rule, paths }) => ({ id: rule.id, paths: paths[target] })),
      computations: carried.flatMap((entry) => computationsOf(entry, target)),
    };
  }

  return {
    rules,
    rule: (id) => compiled.get(id)?.rule,
    keys: (side, id) => compiled.get(id)?.paths[side].map(({ keys }) => keys) ?? [],

    map(lane, record, computed = NOTHING_COMPUTED) {
      const mapped: Record<RuleId, MappedRule> = {};
      let problems: RecordProblem[] | null = null;
      for (const { rule, run } of plans[lane].steps) {
        try {
          const result = run(record, computed);
          if (result !== null) mapped[rule.id] = result;
        } catch (thrown) {
          problems ??= [];
          problems.push(problemOf(rule, otherSide(targetOf(lane)), thrown));
        }
      }
      if (problems !== null) throw new RecordError(problems);
      return mapped;
    },

    compute(lane, record) {
      const { computations } = plans[lane];
      return computations.length === 0 ? null : computeAll(computations, record);
    },

    build(side, values) {
      const record: JsonObject = {};
      for (const { rule, paths } of list) {
        if (Object.hasOwn(values, rule.id)) put(record, paths[side], values[rule.id]);
      }
      return record;
    },

    buildMapped(lane, mapped) {
      const record: JsonObject = {};
      for (const { id, paths } of plans[lane].outputs) put(record, paths, mapped[id]?.values);
      return record;
    },

    extract(side, record) {
      const values: Record<RuleId, Json[]> = {};
      for (const { rule, paths } of list) {
        const carried = takeValues(paths[side], side, record, false);
        if (carried !== null && carried.length > 0) values[rule.id] = carried;
      }
      return values;
    },

    canonical(side, id, values) {
      const entry = compiled.get(id);
      if (!entry) throw new ConfigError("RULE_UNKNOWN", `The field map has no rule "${id}"; deploy the flows again.`);
      return canonicalOrRaw(entry, side, values);
    },
  };
}

function put(record: JsonObject, paths: readonly Path[], values: readonly Json[] | undefined): void {
  if (values === undefined) return;
  let place = 0;
  for (const path of paths) path.set(record, values[place++] ?? null);
}

function stepOf(compiled: CompiledRule, target: Side): Step {
  const { transform } = compiled;
  if (compiled.sourceless && "to" in transform) return fixedStep(compiled, transform, target);
  const step = readingStep(compiled, target);
  return "one" in transform ? withShortcut(step, compiled, transform, target) : step;
}

function readingStep({ rule, paths, transform, text }: CompiledRule, target: Side): Step {
  const source = otherSide(target);
  const { required, whenEmpty } = rule;
  const timePath = timePathOf(rule, source);
  const from = transform.from[source];
  const to = "to" in transform ? transform.to[target] : null;
  const cleared = rule[target].map(() => null);

  return (record, computed) => {
    const values = takeValues(paths[source], source, record, true);
    const canonical = values === null || areEmpty(values) ? null : from(admitAll(values));
    const sourceText = canonical === null ? "" : text(canonical);
    const at = timePath === null ? null : toTime(timePath.get(record));
    if (canonical !== null && sourceText !== "") {
      const written = to === null ? computedValues(computed, rule.id) : to(canonical);
      if (written !== null) return { source: sourceText, values: written, at };
    }
    if (required && (values === null || whenEmpty !== "default"))
      throw new SyncError("RULE_REQUIRED", "the value is missing, and the rule requires it");
    if (values === null || whenEmpty === "skip") return null;
    return { source: sourceText, values: whenEmpty === "clear" ? [...cleared] : [...defaultValues(rule, target)], at };
  };
}

/**
 * The same step, sooner done for what most values are: text at the one path of a rule that has no time of its own. A rule
 * that leaves values as they are calls nothing.
 */
function withShortcut(step: Step, compiled: CompiledRule, { one }: DirectTransform, target: Side): Step {
  const { rule, paths, text, isItsOwnText } = compiled;
  const source = otherSide(target);
  const [path] = paths[source];
  if (!one || !path || timePathOf(rule, source) !== null) return step;
  const from = changing(one.from[source]);
  const to = changing(one.to[target]);
  return (record, computed) => {
    const value = path.get(record);
    if (typeof value !== "string" || value === "") return step(record, computed);
    const canonical = from === null ? value : from(value);
    if (canonical === null) return step(record, computed);
    const sourceText = isItsOwnText && typeof canonical === "string" ? canonical : text(canonical);
    if (sourceText === "") return step(record, computed);
    return { source: sourceText, values: [to === null ? canonical : to(canonical)], at: null };
  };
}

function changing<Change>(change: Change): Change | null {
  return Object.is(change, unchanged) ? null : change;
}

function timePathOf({ timePath }: Rule, source: Side): Path | null {
  return source === "legacy" && timePath !== null ? compilePath(timePath) : null;
}

/** A rule without a source: its source text is what it writes to that side itself, so that its echo is no news. */
function fixedStep({ rule, text }: CompiledRule, transform: DirectTransform, target: Side): Step {
  const values = transform.to[target](null);
  const source = otherSide(target);
  const own = writesTo(rule, source) ? transform.to[source](null) : values;
  const sourceText = text(transform.from[target](own));
  return () => ({ source: sourceText, values: [...values], at: null });
}

/** A value that the transform cannot read stands for itself: different from every value it can read. */
function canonicalOrRaw({ transform, text }: CompiledRule, side: Side, values: Json[]): string {
  if (areEmpty(values)) return "";
  try {
    return text(transform.from[side](admitAll([...values])));
  } catch {
    return UNREADABLE + rawText(values);
  }
}

function rawText(values: Json[]): string {
  try {
    return canonicalText(admitAll([...values]), false);
  } catch {
    // Nested too deep or not JSON at all; entrances let none of that in.
    return "";
  }
}

function problemOf(rule: Rule, source: Side, thrown: unknown): RecordProblem {
  const path = rule[source].join(", ");
  if (thrown instanceof SyncError) return { rule: rule.id, path, code: thrown.code, message: thrown.message };
  return { rule: rule.id, path, code: RULE_FAILED.code, message: RULE_FAILED.message };
}
