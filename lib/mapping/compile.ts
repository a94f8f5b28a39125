import { ConfigError, RecordError, type RecordProblem, SyncError } from "../errors";
import { type Json, type JsonObject, type Lane, otherSide, type RuleId, type Side, targetOf } from "../sync/types";
import { admitValue, canonicalText, isEmpty } from "./json";
import { compilePath, type Path } from "./paths";
import { defaultValues, writesTo } from "./rules";
import { toTime } from "./time";
import { TRANSFORMS } from "./transforms";
import type { CompiledTransform } from "./transforms/types";
import type { CompiledMap, MappedRule, Rule } from "./types";

/** One rule with its paths and transform compiled, once per deploy. */
interface CompiledRule {
  rule: Rule;
  paths: Record<Side, Path[]>;
  transform: CompiledTransform;
  sourceless: boolean;
  /** Canonical text of a canonical value. */
  text(canonical: Json): string;
}

/** Begins the canonical text of a value that its transform cannot read. */
export const UNREADABLE = "unreadable:";

/** Maps one rule of a record; null where the record does not carry it. Throws `SyncError`. */
type Step = (record: JsonObject) => MappedRule | null;

/** Compiles checked rules into functions; see `CompiledMap`. */
export function compileMap(rules: Rule[]): CompiledMap {
  const compiled = new Map(rules.map((rule) => [rule.id, compileRule(rule)]));
  const steps = { "to-legacy": stepsOf("to-legacy"), "to-cidaas": stepsOf("to-cidaas") };

  function stepsOf(lane: Lane): { rule: Rule; run: Step }[] {
    const carried = [...compiled.values()].filter(({ rule }) => writesTo(rule, targetOf(lane)));
    return carried.map((entry) => ({ rule: entry.rule, run: stepOf(entry, targetOf(lane)) }));
  }

  return {
    rules,
    rule: (id) => compiled.get(id)?.rule,

    map(lane, record) {
      const mapped: Record<RuleId, MappedRule> = {};
      const problems: RecordProblem[] = [];
      for (const { rule, run } of steps[lane]) {
        try {
          const result = run(record);
          if (result !== null) mapped[rule.id] = result;
        } catch (thrown) {
          problems.push(problemOf(rule, otherSide(targetOf(lane)), thrown));
        }
      }
      if (problems.length > 0) throw new RecordError(problems);
      return mapped;
    },

    build(side, values) {
      const record: JsonObject = {};
      for (const { rule, paths } of compiled.values()) {
        const carried = Object.hasOwn(values, rule.id) ? values[rule.id] : undefined;
        if (carried) for (const [place, path] of paths[side].entries()) path.set(record, carried[place] ?? null);
      }
      return record;
    },

    extract(side, record) {
      const values: Record<RuleId, Json[]> = {};
      for (const { rule, paths } of compiled.values()) {
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

function compileRule(rule: Rule): CompiledRule {
  const transform = Object.hasOwn(TRANSFORMS, rule.transform) ? TRANSFORMS[rule.transform] : undefined;
  if (!transform) throw new ConfigError("MAP_INVALID", `Correct the rule "${rule.id}": its transform is unknown.`);
  const compiled = transform.compile(rule.options, rule);
  const asSet = rule.compare === "set";
  const isEmail = rule.cidaas[0] === "email";
  const { comparable } = compiled;
  return {
    rule,
    paths: { cidaas: rule.cidaas.map(compilePath), legacy: rule.legacy.map(compilePath) },
    transform: compiled,
    sourceless: transform.sourceless === true,
    text(canonical) {
      const text = canonicalText(comparable ? comparable(canonical) : canonical, asSet);
      return isEmail ? text.trim().toLowerCase() : text;
    },
  };
}

function stepOf(compiled: CompiledRule, target: Side): Step {
  const { rule, paths, transform, text } = compiled;
  const source = otherSide(target);
  if (compiled.sourceless) return fixedStep(compiled, target);
  const { required, whenEmpty } = rule;
  const timePath = source === "legacy" && rule.timePath !== null ? compilePath(rule.timePath) : null;
  const from = transform.from[source];
  const to = transform.to[target];
  const cleared = rule[target].map(() => null);

  return (record) => {
    const values = takeValues(paths[source], source, record, true);
    const canonical = values === null || values.every(isEmpty) ? null : from(values.map(admitValue));
    const sourceText = canonical === null ? "" : text(canonical);
    const at = timePath === null ? null : toTime(timePath.get(record));
    if (canonical !== null && sourceText !== "") return { source: sourceText, values: to(canonical), at };
    if (required && (values === null || whenEmpty !== "default"))
      throw new SyncError("RULE_REQUIRED", "the value is missing, and the rule requires it");
    if (values === null || whenEmpty === "skip") return null;
    return { source: "", values: whenEmpty === "clear" ? [...cleared] : [...defaultValues(rule, target)], at };
  };
}

/** A rule without a source: its source text is what it writes to that side itself, so that its echo is no news. */
function fixedStep({ rule, transform, text }: CompiledRule, target: Side): Step {
  const values = transform.to[target](null);
  const source = otherSide(target);
  const own = writesTo(rule, source) ? transform.to[source](null) : values;
  const sourceText = text(transform.from[target](own));
  return () => ({ source: sourceText, values: [...values], at: null });
}

/**
 * The values at a rule's paths, or null when the record does not carry the rule. A legacy record carries it if all paths
 * are there. In a cidaas user an absent member means empty: as a source (`isSource`) it carries every rule, else those of
 * which at least one path is there.
 */
function takeValues(paths: Path[], side: Side, record: JsonObject, isSource: boolean): Json[] | null {
  const values: Json[] = [];
  let missing = 0;
  for (const path of paths) {
    const value = path.get(record);
    if (value === undefined) missing++;
    values.push(value ?? null);
  }
  if (missing === 0) return values;
  return side === "cidaas" && (isSource || missing < paths.length) ? values : null;
}

/** A value that the transform cannot read stands for itself: different from every value it can read. */
function canonicalOrRaw({ transform, text }: CompiledRule, side: Side, values: Json[]): string {
  if (values.every(isEmpty)) return "";
  try {
    return text(transform.from[side](values.map(admitValue)));
  } catch {
    return UNREADABLE + rawText(values);
  }
}

function rawText(values: Json[]): string {
  try {
    return canonicalText(values.map(admitValue), false);
  } catch {
    // Nested too deep or not JSON at all; entrances let none of that in.
    return "";
  }
}

function problemOf(rule: Rule, source: Side, thrown: unknown): RecordProblem {
  const path = rule[source].join(", ");
  if (thrown instanceof SyncError) return { rule: rule.id, path, code: thrown.code, message: thrown.message };
  // The message of a foreign error may quote the value.
  return { rule: rule.id, path, code: "RULE_FAILED", message: "the value cannot be mapped by this rule" };
}
