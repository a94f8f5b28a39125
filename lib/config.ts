import { ConfigError } from "./errors";

/** What Node-RED leaves in place of an environment variable that is not set. */
export const UNRESOLVED = /^\$\{([^{}]+)\}$/;

/**
 * Reads the properties of one configuration, as the editor saved them or as somebody wrote them into exported JSON, and
 * collects everything that is wrong, so that a person is told once and not field by field. A method that finds a
 * problem notes it and returns a stand-in; the values count only after `check`.
 */
export class ConfigReader {
  private readonly owner: string;
  private readonly properties: Readonly<Record<string, unknown>>;
  private readonly prefix: string;
  /** By field; the first problem of a field is told, the others mostly follow from it. */
  private readonly problems: Map<string, string>;

  /** @param owner how the error names the configuration: the node's type, and its name if it has one */
  constructor(owner: string, raw: unknown, parent?: { prefix: string; problems: Map<string, string> }) {
    this.owner = owner;
    this.properties = isRecord(raw) ? raw : {};
    this.prefix = parent?.prefix ?? "";
    this.problems = parent?.problems ?? new Map();
  }

  /** A reader for an object inside this configuration, or for its credentials; problems are told together. */
  section(field: string, raw: unknown = this.read(field)): ConfigReader {
    return new ConfigReader(this.owner, raw, { prefix: `${this.prefix}${field}.`, problems: this.problems });
  }

  /** The property, undefined where it is missing or its environment variable is not set. */
  read(field: string): unknown {
    const value = Object.hasOwn(this.properties, field) ? this.properties[field] : undefined;
    const [, variable] = typeof value === "string" ? (UNRESOLVED.exec(value.trim()) ?? []) : [];
    if (variable === undefined) return value ?? undefined;
    this.problem(field, `the environment variable ${variable} is not set`);
    return undefined;
  }

  /** Text without blanks around it. Without a default it must be there and not empty. */
  text(field: string, fallback?: string): string {
    const text = this.rawText(field)?.trim() ?? fallback;
    if (text === undefined || (text === "" && fallback === undefined)) this.problem(field, "is missing");
    return text ?? "";
  }

  /** A password, key or token, exactly as entered. It must be there and not empty. */
  secret(field: string): string {
    const text = this.rawText(field) ?? "";
    if (text === "") this.problem(field, "is missing");
    return text;
  }

  /** A number, or the text of one; `min` and `max` belong to the range. Empty takes the default. */
  number(field: string, range: { default: number; min: number; max: number; whole?: boolean }): number {
    const value = this.read(field);
    const text = typeof value === "string" ? value.trim() : value;
    if (text === undefined || text === "") return range.default;
    const number = typeof text === "string" && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
    const fits = typeof number === "number" && number >= range.min && number <= range.max;
    if (fits && (!range.whole || Number.isInteger(number))) return number;
    this.problem(field, `must be a ${range.whole ? "whole " : ""}number from ${range.min} to ${range.max}`);
    return range.default;
  }

  /** True or false, also as text. Empty takes the default. */
  flag(field: string, fallback: boolean): boolean {
    return this.choice(field, ["true", "false"], fallback ? "true" : "false") === "true";
  }

  /** One of the values. Empty takes the default. */
  choice<T extends string>(field: string, values: readonly T[], fallback: T): T {
    const value = this.read(field);
    if (value === undefined || value === "") return fallback;
    const found = values.find((candidate) => candidate === String(value).trim());
    if (found === undefined) this.problem(field, `must be one of ${values.join(", ")}`);
    return found ?? fallback;
  }

  /** An array of texts, empty ones left out; missing takes the default. */
  texts(field: string, fallback: readonly string[] = []): string[] {
    const value = this.list(field, fallback);
    if (!value.every((item) => typeof item === "string")) this.problem(field, "must be a list of texts");
    return value.filter((item) => typeof item === "string").filter((item) => item.trim() !== "");
  }

  /** An array; missing takes the default. */
  list(field: string, fallback: readonly unknown[] = []): unknown[] {
    const value = this.read(field) ?? fallback;
    if (Array.isArray(value)) return [...value];
    this.problem(field, "must be a list");
    return [];
  }

  /** The base URL of a service, without slashes at its end. It must be there. */
  url(field: string): string {
    return this.endpoint(field).replace(/\/+$/, "");
  }

  /** The http or https URL of a single endpoint, as entered. It must be there. */
  endpoint(field: string): string {
    const text = this.text(field);
    if (text === "") return text;
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url?.protocol !== "https:" && url?.protocol !== "http:") this.problem(field, "must be an http or https URL");
    else if (url.username || url.password) this.problem(field, "must hold no user and password; use the credentials");
    else if (url.search || url.hash) this.problem(field, "must end before any ? or #");
    return text;
  }

  /** Notes what is wrong with a field; the sentence continues the field's name and never repeats a secret. */
  problem(field: string, sentence: string): void {
    const name = this.prefix + field;
    if (!this.problems.has(name)) this.problems.set(name, sentence);
  }

  /** Throws one `ConfigError` that names every wrong field, if there is any. */
  check(code: string): void {
    if (this.problems.size === 0) return;
    const sentences = [...this.problems].map(([field, sentence]) => `${field}: ${sentence}`);
    const [first = null] = this.problems.keys();
    throw new ConfigError(code, `${this.owner}: ${sentences.join("; ")}.`, first);
  }

  private rawText(field: string): string | undefined {
    const value = this.read(field);
    if (typeof value === "string") return value;
    if (typeof value === "number") return String(value);
    if (value !== undefined) this.problem(field, "must be text");
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
