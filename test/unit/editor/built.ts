import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runInNewContext } from "node:vm";

export const ROOT = join(__dirname, "../../..");

/** All node types of the package, from the list that Node-RED loads. */
export const TYPES = Object.keys(readJson(join(ROOT, "package.json"), "node-red", "nodes"));

export type Validate = (this: Record<string, unknown>, value: unknown, options: object) => unknown;

export interface Property {
  value?: unknown;
  type?: string;
  required?: boolean;
  label?: string;
  validate?: Validate;
}

export interface Definition {
  category: string;
  color?: string;
  icon?: string;
  inputs?: number;
  outputs?: number;
  inputLabels?: (index: number) => string;
  outputLabels?: (index: number) => string;
  label: () => string;
  defaults: Record<string, Property>;
  credentials?: Record<string, Property>;
}

/** Builds what the editor loads into a temporary directory; `remove` deletes it. */
export function buildEditor(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "user-sync-editor-"));
  execFileSync(process.execPath, [join(ROOT, "scripts/build.mjs"), "--editor", folder]);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A property value that stands for an environment variable. */
export function environment(name: string): string {
  return `\${${name}}`;
}

/** The content of the html's script blocks of that kind. */
export function scriptBlocks(html: string, attributes: string): string[] {
  return [...html.matchAll(/<script ([^>]*)>([\s\S]*?)<\/script>/g)]
    .filter(([, found]) => found === attributes)
    .map(([, , content]) => content ?? "");
}

/**
 * Runs the script of an editor half as the editor does, without a page, and returns what it registered. Texts come back
 * as their key, followed by the parameters.
 */
export function register(script: string): Map<string, Definition> {
  const registered = new Map<string, Definition>();
  runInNewContext(script, {
    URL,
    document: { getElementById: () => null },
    HTMLInputElement: class {},
    HTMLSelectElement: class {},
    HTMLTextAreaElement: class {},
    RED: {
      _: (key: string, parameters?: object) => (parameters ? `${key} ${JSON.stringify(parameters)}` : key),
      nodes: { registerType: (type: string, definition: Definition) => registered.set(type, definition) },
    },
  });
  return registered;
}

/** All keys of a locale, with dots between. */
export function localeKeys(value: unknown, prefix = ""): string[] {
  if (typeof value !== "object" || value === null) return [prefix];
  return Object.entries(value).flatMap(([key, inner]) => localeKeys(inner, prefix ? `${prefix}.${key}` : key));
}

export function readLocale(type: string, language: string): Record<string, unknown> {
  return readJson(join(ROOT, "nodes", type, "locales", `${language}.json`));
}

export function readText(...path: string[]): string {
  return readFileSync(join(ROOT, ...path), "utf8");
}

export function iconFiles(): string[] {
  return readdirSync(join(ROOT, "icons"));
}

function readJson(file: string, ...members: string[]): Record<string, unknown> {
  let value: unknown = JSON.parse(readFileSync(file, "utf8"));
  for (const member of members) value = isRecord(value) ? value[member] : undefined;
  if (!isRecord(value)) throw new Error(`${file} has no object at ${members.join(".")}`);
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
