import type { RecordProblem } from "../errors";
import { isEmpty, isJsonObject } from "../mapping/json";
import { compilePath } from "../mapping/paths";
import { writesTo } from "../mapping/rules";
import type { Rule } from "../mapping/types";
import type { JsonObject } from "../sync/types";
import type { FieldSetup } from "./types";
import { ruleFinder } from "./user-schema";

const MEMBER = "customFields";
const PROBLEMS = {
  unknown: {
    code: "CUSTOM_FIELD_UNKNOWN",
    message: "the tenant has no such custom field; create it or correct the rule",
  },
  disabled: { code: "CUSTOM_FIELD_DISABLED", message: "the custom field is disabled in the tenant; enable it" },
};

/** The custom fields that a map writes, held against the tenant's field setup once that is known. */
export class CustomFields {
  readonly #keys: ReadonlySet<string>;
  readonly #isWritten: boolean;
  readonly #ruleOf: ReturnType<typeof ruleFinder>;
  #setup: FieldSetup | null = null;

  /** @param others paths beside the rules, such as that of the legacy id */
  constructor(rules: readonly Rule[], others: readonly string[]) {
    const written = rules.filter((rule) => writesTo(rule, "cidaas")).flatMap(({ cidaas }) => cidaas);
    const paths = [...written, ...others].map((path) => compilePath(path).keys).filter(([member]) => member === MEMBER);
    this.#keys = new Set(paths.flatMap(([, key]) => (key === undefined ? [] : [key])));
    this.#isWritten = paths.length > 0;
    this.#ruleOf = ruleFinder(rules);
  }

  /** Whether there is anything to hold against the setup. */
  get areWritten(): boolean {
    return this.#isWritten;
  }

  /** Takes the setup, and gives the keys in the map that the tenant does not take. */
  learn(setup: FieldSetup): string[] {
    this.#setup = setup;
    return [...this.#keys].filter((key) => setup.get(key) !== true);
  }

  /** What cidaas would drop in silence (reference, section 1.1); nothing while the setup is not known. */
  check(user: JsonObject): RecordProblem[] {
    const setup = this.#setup;
    if (setup === null || !isJsonObject(user[MEMBER])) return [];
    const problems = new Map<string, RecordProblem>();
    for (const [key, value] of Object.entries(user[MEMBER])) {
      if (isEmpty(value) || setup.get(key) === true) continue;
      // A key that no rule names came with the user's data, and is not repeated.
      const path = this.#keys.has(key) ? `${MEMBER}.${key}` : MEMBER;
      const { code, message } = PROBLEMS[setup.has(key) ? "disabled" : "unknown"];
      problems.set(path, { rule: this.#ruleOf([MEMBER, key]), path, code, message });
    }
    return [...problems.values()];
  }
}
