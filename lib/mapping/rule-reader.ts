import type { Json, JsonObject, Side } from "../sync/types";
import { isJson, isRecord } from "./json";
import { compilePath } from "./paths";
import type { OptionSpec, Transform } from "./transforms/types";

export type ReportProblem = (message: string) => void;

/**
 * Reads the members of one rule as the editor or a hand-written flow left them: what is absent, null or empty text takes
 * its default, what is wrong is reported and takes it too, so that all errors come to light at once.
 */
export class RuleReader {
  constructor(
    private readonly entry: Record<string, unknown>,
    private readonly report: ReportProblem,
  ) {}

  text(member: string): string | null {
    const value = this.entry[member];
    if (isUnset(value)) return null;
    if (typeof value === "string") return value.trim();
    this.report(`"${member}" must be text`);
    return null;
  }

  choice<Choice extends string>(member: string, choices: readonly Choice[], fallback: Choice): Choice {
    const value = this.entry[member];
    if (isUnset(value)) return fallback;
    const chosen = choices.find((choice) => choice === value);
    if (chosen === undefined) this.report(`"${member}" must be one of ${choices.join(", ")}`);
    return chosen ?? fallback;
  }

  /** Text counts too: an environment variable may stand for a check box. */
  flag(member: string): boolean {
    const value = this.entry[member];
    if (value === true || value === "true") return true;
    if (!isUnset(value) && value !== false && value !== "false") this.report(`"${member}" must be true or false`);
    return false;
  }

  /** One path, or an array of them; the transform says later how many it needs. */
  paths(side: Side): string[] {
    const value = this.entry[side];
    if (isUnset(value)) return [];
    return [value].flat().flatMap((path: unknown) => {
      if (typeof path === "string") return this.path(side, path);
      this.report(`"${side}" must be a path or an array of paths`);
      return [];
    });
  }

  timePath(): string | null {
    const text = this.text("timePath");
    return (text === null ? null : this.path("timePath", text)[0]) ?? null;
  }

  private path(member: string, text: string): string[] {
    const path = text.trim();
    try {
      compilePath(path);
      return [path];
    } catch (thrown) {
      this.report(`"${member}" "${path}": ${thrown instanceof Error ? thrown.message : "not a path"}`);
      return [];
    }
  }

  /** The options of the rule, completed with the defaults of its transform. */
  options(transform: Transform): JsonObject {
    const given = this.entry.options;
    if (!isUnset(given) && !isRecord(given)) this.report('"options" must be an object');
    const raw = isRecord(given) ? given : {};
    for (const name of Object.keys(raw))
      if (!Object.hasOwn(transform.options, name)) this.report(`the option "${name}" is unknown`);
    const options: JsonObject = {};
    for (const [name, spec] of Object.entries(transform.options)) {
      const value = Object.hasOwn(raw, name) ? raw[name] : null;
      const checked = isUnset(value) ? spec.default : this.option(name, spec, value);
      if (checked !== null) options[name] = checked;
    }
    return options;
  }

  private option(name: string, spec: OptionSpec, value: unknown): Json {
    if (isJson(value) && fits(spec, value)) return value;
    const expected = spec.type === "choice" ? `one of ${(spec.choices ?? []).join(", ")}` : EXPECTED[spec.type];
    this.report(`the option "${name}" must be ${expected}`);
    return spec.default;
  }
}

const EXPECTED = {
  text: "text",
  scalar: "text, a number, or true or false",
  pairs: "a list of [cidaas, legacy] pairs",
  json: "JSON",
};

function fits(spec: OptionSpec, value: Json): boolean {
  if (spec.type === "text") return typeof value === "string";
  if (spec.type === "choice") return typeof value === "string" && (spec.choices ?? []).includes(value);
  if (spec.type === "scalar") return typeof value !== "object";
  return spec.type === "json" || Array.isArray(value);
}

function isUnset(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}
