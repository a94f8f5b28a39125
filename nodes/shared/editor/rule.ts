/**
 * A rule of the field map as texts of the dialog, and back. Pure. What the user did not touch is written back exactly as
 * it was, also members that this version does not know.
 */
import type { Lane } from "../../../lib/sync/types";
import { isEnvironmentValue } from "./environment";
import { isRecord } from "./json";
import { readLiteral, readPairs, showLiteral, showPairs } from "./literal";
import { optionType } from "./transforms";

export type RuleSource = Record<string, unknown>;

export const DIRECTIONS = ["both", "to-cidaas", "to-legacy"] as const;
export const CONFLICTS = ["newest", "cidaas", "legacy"] as const;
export const WRITES = ["always", "create"] as const;
export const COMPARES = ["value", "set"] as const;
export const WHEN_EMPTY = ["skip", "clear", "default"] as const;

const TEXT_FIELDS = ["id", "direction", "transform", "conflict", "write", "compare", "whenEmpty", "timePath"] as const;
const FLAG_FIELDS = ["required", "secret"] as const;
const PATH_FIELDS = ["cidaas", "legacy"] as const;

const TEXT_DEFAULTS: Record<(typeof TEXT_FIELDS)[number], string> = {
  id: "",
  direction: "both",
  transform: "copy",
  conflict: "newest",
  write: "always",
  compare: "value",
  whenEmpty: "skip",
  timePath: "",
};

export type RuleForm = Record<(typeof TEXT_FIELDS)[number] | (typeof PATH_FIELDS)[number] | "default", string> &
  Record<(typeof FLAG_FIELDS)[number], boolean> & { options: Record<string, string> };

export function toForm(rule: RuleSource): RuleForm {
  const text = (field: (typeof TEXT_FIELDS)[number]) => display(rule[field]) || TEXT_DEFAULTS[field];
  return {
    id: text("id"),
    cidaas: displayPaths(rule.cidaas),
    legacy: displayPaths(rule.legacy),
    direction: display(rule.direction) || (rule.transform === "hash" ? "to-cidaas" : TEXT_DEFAULTS.direction),
    transform: text("transform"),
    options: displayOptions(text("transform"), rule.options),
    conflict: text("conflict"),
    write: text("write"),
    compare: text("compare"),
    required: isOn(rule.required),
    secret: isOn(rule.secret),
    whenEmpty: text("whenEmpty"),
    default: showLiteral(rule.default),
    timePath: text("timePath"),
  };
}

/** The rule with what differs in the form. */
export function fromForm(form: RuleForm, original: RuleSource): RuleSource {
  const before = toForm(original);
  const { direction, transform, conflict } = before;
  const isNew = Object.keys(original).length === 0;
  const rule: RuleSource = isNew ? { cidaas: "", legacy: "", direction, transform, conflict } : { ...original };
  const put = (field: string, value: unknown) => {
    if (value === "" || value === undefined) delete rule[field];
    else rule[field] = value;
  };
  for (const field of TEXT_FIELDS) if (form[field] !== before[field]) put(field, form[field].trim());
  for (const field of FLAG_FIELDS) if (form[field] !== before[field]) put(field, form[field]);
  for (const field of PATH_FIELDS) if (form[field] !== before[field]) rule[field] = parsePaths(form[field]);
  if (form.default !== before.default) put("default", readLiteral(form.default));
  put("options", changedOptions(form, before, original.options));
  return rule;
}

/** Gives each rule without an id one made of its path. An id stays for life: the ledger is kept by it. */
export function withIds(rules: readonly RuleSource[]): RuleSource[] {
  const taken = new Set(rules.map((rule) => display(rule.id)));
  return rules.map((rule) => {
    if (display(rule.id) !== "") return rule;
    const stem = (firstPath(rule.cidaas) || firstPath(rule.legacy) || "rule").replace(/[^A-Za-z0-9_]+/g, "_");
    let id = stem;
    for (let count = 2; taken.has(id); count++) id = `${stem}_${count}`;
    taken.add(id);
    return { ...rule, id };
  });
}

/** What is wrong with a field map, as a key of the locale with its parameters; null when nothing is. */
export function findRuleProblem(rules: unknown): { key: string; parameters: Record<string, unknown> } | null {
  if (!Array.isArray(rules)) return { key: "notAList", parameters: {} };
  const ids = new Set<string>();
  const targets = new Set<string>();
  for (const [index, rule] of rules.entries()) {
    if (!isRecord(rule)) return { key: "notAList", parameters: {} };
    const form = toForm(rule);
    const row = index + 1;
    for (const side of PATH_FIELDS) {
      if (form[side] === "" && needsPath(form, side)) return { key: "pathMissing", parameters: { row, side } };
      for (const path of isWritten(form, side) ? splitPaths(form[side]) : []) {
        if (targets.has(`${side}:${path}`)) return { key: "targetTwice", parameters: { row, path } };
        targets.add(`${side}:${path}`);
      }
    }
    if (form.id !== "" && ids.has(form.id)) return { key: "idTwice", parameters: { row, id: form.id } };
    ids.add(form.id);
  }
  return null;
}

/** True when the rule names all paths it needs; one that is just being written does not yet. */
export function isComplete(rule: RuleSource): boolean {
  const form = toForm(rule);
  return PATH_FIELDS.every((side) => splitPaths(form[side]).length > 0 || !needsPath(form, side));
}

/** True when an `${ENV_VAR}` stands somewhere in the rule: only the deployed flow knows what it means. */
export function hasVariable(rule: RuleSource): boolean {
  const isVariable = (value: unknown): boolean =>
    Array.isArray(value) || isRecord(value) ? Object.values(value).some(isVariable) : isEnvironmentValue(value);
  return isVariable(rule);
}

/** The paths that the rule writes to on that side. */
export function targetsOf(rule: RuleSource, side: "cidaas" | "legacy"): string[] {
  const form = toForm(rule);
  return isWritten(form, side) ? splitPaths(form[side]) : [];
}

/** True when the rule carries a value that way, or an `${ENV_VAR}` decides. */
export function goes(rule: RuleSource, lane: Lane): boolean {
  const { direction } = toForm(rule);
  return direction === lane || (direction !== "to-cidaas" && direction !== "to-legacy");
}

function isWritten(form: RuleForm, side: "cidaas" | "legacy"): boolean {
  return form.direction === "both" || form.direction === `to-${side}`;
}

/** A constant needs no field on the side they come from. */
function needsPath(form: RuleForm, side: "cidaas" | "legacy"): boolean {
  return isWritten(form, side) || form.transform !== "constant";
}

function changedOptions(form: RuleForm, before: RuleForm, original: unknown): unknown {
  // Options belong to their transform: another one starts with none of them.
  const isSame = form.transform === before.transform;
  const options: Record<string, unknown> = isSame && isRecord(original) ? { ...original } : {};
  for (const [key, text] of Object.entries(form.options)) {
    if (isSame && text === (before.options[key] ?? "")) continue;
    if (text === "") delete options[key];
    else options[key] = parseOption(form.transform, key, text);
  }
  return Object.keys(options).length > 0 || (isSame && original !== undefined) ? options : undefined;
}

function displayOptions(transform: string, options: unknown): Record<string, string> {
  if (!isRecord(options)) return {};
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [key, displayOption(transform, key, value)]));
}

function displayOption(transform: string, key: string, value: unknown): string {
  const type = optionType(transform, key);
  if (type === "pairs") return showPairs(value);
  return isText(type) ? display(value) : showLiteral(value);
}

function parseOption(transform: string, key: string, text: string): unknown {
  const type = optionType(transform, key);
  if (type === "pairs") return readPairs(text);
  return isText(type) ? text : readLiteral(text);
}

/** Text is text, whatever it looks like. */
function isText(type: ReturnType<typeof optionType>): boolean {
  return type === "text" || type === "choice";
}

function displayPaths(paths: unknown): string {
  return Array.isArray(paths) ? paths.map(display).join(", ") : display(paths);
}

function parsePaths(text: string): string | string[] {
  const paths = splitPaths(text);
  return paths.length > 1 ? paths : (paths[0] ?? "");
}

export function splitPaths(text: string): string[] {
  return text
    .split(",")
    .map((path) => path.trim())
    .filter((path) => path !== "");
}

function firstPath(paths: unknown): string {
  return splitPaths(displayPaths(paths))[0] ?? "";
}

function display(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function isOn(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false && value !== "false" && value !== "";
}
