/** The form fields of one rule, filled from it. */
import { create, createSelect } from "../form";
import { COMPARES, CONFLICTS, DIRECTIONS, type RuleForm, WHEN_EMPTY, WRITES } from "../rule";
import { OPTIONS_OF } from "../transforms";
import { createCycle, createToggle } from "./controls";
import type { Translate } from "./translate";

type TextField = Exclude<keyof RuleForm, "options" | "required" | "secret">;

const ARROWS: Record<string, string> = {
  both: "fa fa-arrows-h",
  "to-cidaas": "fa fa-long-arrow-left",
  "to-legacy": "fa fa-long-arrow-right",
};

export type RuleControls = ReturnType<typeof createRuleControls>;

export function createRuleControls(form: RuleForm, translate: Translate) {
  const text = (field: TextField, placeholder = "") => {
    const attributes = { type: "text", spellcheck: "false", "aria-label": translate(`rule.${field}`), placeholder };
    const input = create("input", attributes);
    input.value = form[field];
    return input;
  };
  const select = (field: TextField, choices: readonly string[]) =>
    createSelect({ "aria-label": translate(`rule.${field}`) }, choices, form[field], (choice) =>
      translate(`rule.choice.${field}.${choice}`),
    );
  const controls = {
    cidaas: text("cidaas", translate("rule.placeholder.cidaas")),
    direction: createCycle({
      label: translate("rule.direction"),
      choices: DIRECTIONS,
      value: form.direction,
      class: "user-sync-rule-direction",
      icon: (choice) => ARROWS[choice] ?? "",
      title: (choice) => (choice in ARROWS ? translate(`rule.choice.direction.${choice}`) : choice),
    }),
    legacy: text("legacy", translate("rule.placeholder.legacy")),
    transform: select("transform", Object.keys(OPTIONS_OF)),
    conflict: select("conflict", CONFLICTS),
    secret: createToggle({
      class: "user-sync-rule-secret",
      icons: ["fa fa-lock", "fa fa-unlock-alt"],
      label: translate("rule.secret"),
    }),
    write: select("write", WRITES),
    compare: select("compare", COMPARES),
    whenEmpty: select("whenEmpty", WHEN_EMPTY),
    default: text("default"),
    timePath: text("timePath", translate("rule.placeholder.timePath")),
    id: text("id", translate("rule.placeholder.id")),
    required: create("input", { type: "checkbox" }),
  };
  controls.secret.set(form.secret);
  controls.required.checked = form.required;
  return controls;
}

export function readRuleControls(controls: RuleControls, options: Record<string, string>): RuleForm {
  return {
    id: controls.id.value,
    cidaas: controls.cidaas.value.trim(),
    legacy: controls.legacy.value.trim(),
    direction: controls.direction.get(),
    transform: controls.transform.value,
    options,
    conflict: controls.conflict.value,
    write: controls.write.value,
    compare: controls.compare.value,
    required: controls.required.checked,
    secret: controls.secret.get(),
    whenEmpty: controls.whenEmpty.value,
    default: controls.default.value,
    timePath: controls.timePath.value,
  };
}
