import { createHash } from "node:crypto";
import { ConfigError } from "../errors";
import type { Json, Side } from "../sync/types";
import { areEmpty, isJson, isRecord, stableJson } from "./json";
import { NEVER_EMPTIED } from "./not-carried";
import { compilePath, isWithin } from "./paths";
import { type ReportProblem, RuleReader } from "./rule-reader";
import { NO_TOOLS } from "./tools";
import { findTransform } from "./transforms";
import type { CompiledTransform, MapTools, PathCount, Transform } from "./transforms/types";
import type { MapProblem, Rule } from "./types";

const MEMBERS = [
  ...["id", "cidaas", "legacy", "direction", "transform", "options", "conflict", "write", "compare"],
  ...["required", "secret", "whenEmpty", "default", "timePath"],
];
const SIDES: readonly Side[] = ["cidaas", "legacy"];
const DIRECTIONS = ["both", "to-cidaas", "to-legacy"] as const;
/** Members of a cidaas user that hold a password, so that a rule on them is secret without being told. */
const PASSWORD_MEMBERS: readonly string[] = ["password", "password_hash_info"];
/** Raised when the same rule and value come to give another canonical text: old prints are no valid base then. */
const CANONICAL_VERSION = 1;

/**
 * The `rules` of a `user-sync`, checked and completed with their defaults.
 * Throws one `ConfigError` `MAP_INVALID` that names every error with its rule and path.
 */
export function parseRules(raw: unknown, tools: MapTools = NO_TOOLS): Rule[] {
  const { rules, problems } = checkRules(raw, tools);
  requireSound(problems);
  return rules;
}

/** Throws one `ConfigError` `MAP_INVALID` for all problems; none is fine. */
export function requireSound(problems: readonly MapProblem[]): void {
  if (problems.length === 0) return;
  throw new ConfigError(
    "MAP_INVALID",
    `Correct the field map (${problems.length}): ${problems.map(sentenceOf).join("; ")}.`,
    "rules",
  );
}

/** As `parseRules`, for who shows what is wrong: where there are problems, the rules are not to be used. */
export function checkRules(raw: unknown, tools: MapTools = NO_TOOLS): { rules: Rule[]; problems: MapProblem[] } {
  if (!Array.isArray(raw))
    return { rules: [], problems: [{ position: null, rule: "", path: "", message: "it must be an array of rules" }] };
  const problems: MapProblem[] = [];
  const placed: PlacedRule[] = [];
  for (const [position, entry] of raw.entries()) {
    const rule = parseRule(entry, tools, (message) => problems.push({ position, ...namesOf(entry), message }));
    if (rule) placed.push({ rule, position });
  }
  problems.push(...duplicateIds(placed), ...sharedTargets(placed));
  return { rules: placed.map(({ rule }) => rule), problems };
}

/** A rule with its place in the list as written. */
interface PlacedRule {
  rule: Rule;
  position: number;
}

/** A problem as a person reads it in an error: the rule by its id or place, its paths, what is wrong. */
function sentenceOf({ position, rule, path, message }: MapProblem): string {
  if (position === null) return message;
  const name = rule === "" ? `rule ${position + 1}` : `rule "${rule}"`;
  return `${path === "" ? name : `${name} (${path})`}: ${message}`;
}

function parseRule(entry: unknown, tools: MapTools, report: ReportProblem): Rule | null {
  if (!isRecord(entry)) {
    report("a rule must be an object");
    return null;
  }
  for (const member of Object.keys(entry))
    if (!MEMBERS.includes(member)) report(`"${member}" is not a property of a rule`);
  const reader = new RuleReader(entry, report);
  const name = reader.text("transform") ?? "copy";
  const transform = findTransform(name);
  if (!transform) report(`transform "${name}" is unknown`);
  const cidaas = reader.paths("cidaas");
  const legacy = reader.paths("legacy");
  const draft = {
    id: reader.text("id") ?? `${cidaas.join("+")}=${legacy.join("+")}`,
    cidaas,
    legacy,
    direction: reader.choice("direction", DIRECTIONS, transform?.direction ?? "both"),
    transform: name,
    options: transform ? reader.options(transform) : {},
    conflict: reader.choice("conflict", ["newest", "cidaas", "legacy"], "newest"),
    write: reader.choice("write", ["always", "create"], "always"),
    compare: reader.choice("compare", ["value", "set"], "value"),
    required: reader.flag("required"),
    secret: reader.flag("secret") || transform?.secret === true || holdsPassword(cidaas),
    whenEmpty: reader.choice("whenEmpty", ["skip", "clear", "default"], "skip"),
    default: isJson(entry.default) ? entry.default : null,
    timePath: reader.timePath(),
  } satisfies Omit<Rule, "fingerprint">;
  if (draft.id in Object.prototype) report(`the id "${draft.id}" is reserved`);
  const rule: Rule = { ...draft, fingerprint: fingerprintOf(draft) };
  if (transform) checkTransform(rule, transform, tools, report);
  checkEmptied(rule, report);
  return rule;
}

/** A wish that nothing fulfils would look like an edit in cidaas, and bring the old value back. */
function checkEmptied(rule: Rule, report: ReportProblem): void {
  if (rule.whenEmpty !== "clear" || !writesTo(rule, "cidaas")) return;
  const kept = rule.cidaas.find((path) => NEVER_EMPTIED.has(compilePath(path).keys[0] ?? ""));
  if (kept !== undefined) report(`"${kept}" cannot be emptied in cidaas; let "whenEmpty" be "skip" or "default"`);
}

/** Whether cidaas keeps a password there. */
export function holdsPassword(cidaas: readonly string[]): boolean {
  return cidaas.some((path) => compilePath(path).keys.some((key) => PASSWORD_MEMBERS.includes(key)));
}

/** The id and the paths of a rule as they were written. */
function namesOf(entry: unknown): { rule: string; path: string } {
  const { id, cidaas, legacy } = isRecord(entry) ? entry : {};
  const paths = [cidaas, legacy].flat().filter((path) => typeof path === "string" && path !== "");
  return { rule: typeof id === "string" ? id : "", path: paths.join(", ") };
}

function checkTransform(rule: Rule, transform: Transform, tools: MapTools, report: ReportProblem): void {
  if (transform.direction !== "both" && rule.direction !== transform.direction)
    report(`transform "${rule.transform}" works ${transform.direction} only; set the direction to it`);
  for (const side of SIDES) checkPathCount(rule, side, transform.paths, report);
  try {
    const compiled = transform.compile(rule.options, rule, tools);
    if (rule.whenEmpty === "default") checkDefault(rule, compiled, report);
  } catch (thrown) {
    report(thrown instanceof Error ? thrown.message : "the options cannot be used");
  }
}

function checkPathCount(rule: Rule, side: Side, paths: PathCount, report: ReportProblem): void {
  const count = rule[side].length;
  const name = `transform "${rule.transform}"`;
  if ("cidaas" in paths) {
    if (count !== paths[side]) report(`${name} needs ${paths[side]} ${side} path${paths[side] === 1 ? "" : "s"}`);
  } else if (writesTo(rule, side)) {
    if (paths.target === "many" ? count === 0 : count !== paths.target)
      report(`${name} needs ${paths.target === "many" ? "a" : "one"} ${side} path to write to`);
  } else if (count < paths.sources) report(`${name} needs a ${side} path to read from`);
}

/** The default is written to the target as it stands, so each side written to must understand it. */
function checkDefault(rule: Rule, compiled: CompiledTransform, report: ReportProblem): void {
  for (const side of SIDES) {
    if (!writesTo(rule, side)) continue;
    const values = defaultValues(rule, side);
    if (values.length !== rule[side].length || areEmpty(values))
      report('"default" must be set, with one value per path, when "whenEmpty" is "default"');
    else if (!isReadable(compiled, side, values))
      report(`"default" is no value that transform "${rule.transform}" can take on the ${side} side`);
  }
}

function isReadable(compiled: CompiledTransform, side: Side, values: Json[]): boolean {
  try {
    compiled.from[side](values);
    return true;
  } catch {
    return false;
  }
}

/** What `whenEmpty: "default"` writes to a side: one value per path. */
export function defaultValues(rule: Rule, side: Side): Json[] {
  return rule[side].length > 1 && Array.isArray(rule.default) ? rule.default : [rule.default];
}

export function writesTo(rule: Pick<Rule, "direction">, side: Side): boolean {
  return rule.direction === "both" || rule.direction === `to-${side}`;
}

/** Hash of what decides which canonical text, and so which print, a value has. */
function fingerprintOf(rule: Omit<Rule, "fingerprint">): string {
  const { cidaas, legacy, transform, options, compare, whenEmpty } = rule;
  const defaultValue = whenEmpty === "default" ? rule.default : null;
  const meaning = [CANONICAL_VERSION, cidaas, legacy, transform, options, compare, whenEmpty, defaultValue];
  return createHash("sha256").update(stableJson(meaning)).digest("hex").slice(0, 16);
}

function duplicateIds(placed: readonly PlacedRule[]): MapProblem[] {
  const named = placed.filter(({ rule }) => rule.cidaas.length + rule.legacy.length > 0);
  const repeated = named.filter(({ rule }, place) => named.findIndex((other) => other.rule.id === rule.id) < place);
  return repeated.map(({ rule, position }) => ({
    ...{ position, rule: rule.id, path: [...rule.cidaas, ...rule.legacy].join(", ") },
    message: `two rules have the id "${rule.id}"; give one of them an own id`,
  }));
}

/** Two rules of one direction that write to one place, or one into the value of the other. */
function sharedTargets(placed: readonly PlacedRule[]): MapProblem[] {
  return SIDES.flatMap((side) => {
    const targets = placed
      .filter(({ rule }) => writesTo(rule, side))
      .flatMap(({ rule, position }) =>
        rule[side].map((path) => ({ id: rule.id, position, path, keys: compilePath(path).keys })),
      );
    return targets.flatMap(({ id, position, path, keys }, place) =>
      targets
        .slice(0, place)
        .filter((other) => isWithin(keys, other.keys) || isWithin(other.keys, keys))
        .map((other) => ({
          ...{ position, rule: id, path },
          message: `rule "${other.id}" writes to ${other.path} of ${side} too`,
        })),
    );
  });
}
