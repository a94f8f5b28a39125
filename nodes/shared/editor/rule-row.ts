/** One row of the field map in the dialog of `user-sync`. */
import { create, createSelect } from "./form";
import {
  COMPARES,
  CONFLICTS,
  DIRECTIONS,
  fromForm,
  type RuleForm,
  type RuleSource,
  toForm,
  WHEN_EMPTY,
  WRITES,
} from "./rule";
import { OPTIONS_OF, type TransformOption } from "./transforms";

type Translate = (key: string) => string;
type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;
type TextField = Exclude<keyof RuleForm, "options" | "required" | "secret">;

/** Shows the rule in the row and returns the function that reads it from there. */
export function fillRuleRow(row: HTMLElement, rule: RuleSource, translate: Translate): () => RuleSource {
  const form = toForm(rule);
  const controls = createControls(form, translate);
  const options = createOptions(form, controls.transform, translate);
  controls.transform.addEventListener("change", () => {
    if (controls.transform.value !== "hash") return;
    // cidaas gives no hash out, and nobody may read one in a debug window.
    controls.direction.value = "to-cidaas";
    controls.secret.checked = true;
  });
  row.classList.add("user-sync-rule");
  row.append(
    create("div", { class: "user-sync-rule-line" }, [controls.cidaas, controls.direction, controls.legacy]),
    create("div", { class: "user-sync-rule-line" }, [
      controls.transform,
      controls.conflict,
      flag(controls.secret, "fa fa-lock", translate("rule.secret")),
    ]),
    options.element,
    createDetails(controls, translate),
  );
  return () => fromForm(readForm(controls, options.read()), rule);
}

type Controls = ReturnType<typeof createControls>;

function createControls(form: RuleForm, translate: Translate) {
  const text = (field: TextField, placeholder = "") => {
    const input = create("input", { type: "text", "aria-label": translate(`rule.${field}`), placeholder });
    input.value = form[field];
    return input;
  };
  const select = (field: TextField, choices: readonly string[], kind = "") =>
    createSelect({ ...named(field, translate), class: kind }, choices, form[field], (choice) =>
      translate(`rule.choice.${field}.${choice}`),
    );
  const check = (field: "required" | "secret") => {
    const input = create("input", { type: "checkbox" });
    input.checked = form[field];
    return input;
  };
  return {
    cidaas: text("cidaas", translate("rule.placeholder.cidaas")),
    direction: select("direction", DIRECTIONS, "user-sync-rule-direction"),
    legacy: text("legacy", translate("rule.placeholder.legacy")),
    transform: select("transform", Object.keys(OPTIONS_OF)),
    conflict: select("conflict", CONFLICTS),
    write: select("write", WRITES),
    compare: select("compare", COMPARES),
    whenEmpty: select("whenEmpty", WHEN_EMPTY),
    default: text("default"),
    timePath: text("timePath", translate("rule.placeholder.timePath")),
    id: text("id", translate("rule.placeholder.id")),
    secret: check("secret"),
    required: check("required"),
  };
}

function readForm(controls: Controls, options: Record<string, string>): RuleForm {
  return {
    id: controls.id.value,
    cidaas: controls.cidaas.value.trim(),
    legacy: controls.legacy.value.trim(),
    direction: controls.direction.value,
    transform: controls.transform.value,
    options,
    conflict: controls.conflict.value,
    write: controls.write.value,
    compare: controls.compare.value,
    required: controls.required.checked,
    secret: controls.secret.checked,
    whenEmpty: controls.whenEmpty.value,
    default: controls.default.value,
    timePath: controls.timePath.value,
  };
}

function createDetails(controls: Controls, translate: Translate): HTMLElement {
  const field = (name: "write" | "compare" | "whenEmpty" | "default" | "timePath" | "id") =>
    create("label", { class: "user-sync-rule-option" }, [
      create("span", {}, [translate(`rule.${name}`)]),
      controls[name],
    ]);
  return create("details", {}, [
    create("summary", {}, [translate("rule.more")]),
    create("div", { class: "user-sync-rule-options" }, [
      field("write"),
      field("compare"),
      field("whenEmpty"),
      field("default"),
      field("timePath"),
      field("id"),
      flag(controls.required, "fa fa-asterisk", translate("rule.required")),
    ]),
  ]);
}

/** The fields of the chosen transform's options; they change with it. */
function createOptions(form: RuleForm, transform: HTMLSelectElement, translate: Translate) {
  const element = create("div", { class: "user-sync-rule-options" });
  let shown: ShownOption[] = [];
  const show = () => {
    const values = transform.value === form.transform ? form.options : {};
    shown = (OPTIONS_OF[transform.value] ?? []).map((option) =>
      createOption(option, values[option.name] ?? "", translate),
    );
    element.replaceChildren(...shown.map(({ name, control }) => labelled(translate(`rule.option.${name}`), control)));
  };
  transform.addEventListener("change", show);
  show();
  return { element, read: () => Object.fromEntries(shown.map((option) => [option.name, option.read()])) };
}

interface ShownOption {
  name: string;
  control: Control;
  read(): string;
}

function createOption({ name, choices, isLong }: TransformOption, value: string, translate: Translate): ShownOption {
  if (choices) {
    const shown = value || (choices[0] ?? "");
    const select = createSelect({}, choices, shown, (choice) => choice);
    return { name, control: select, read: () => (select.value === shown ? value : select.value) };
  }
  const control = isLong ? create("textarea", { rows: "3" }) : create("input", { type: "text" });
  control.placeholder = translate(`rule.placeholder.${name}`);
  control.value = value;
  return { name, control, read: () => control.value };
}

function labelled(text: string, control: Control): HTMLLabelElement {
  return create("label", { class: "user-sync-rule-option" }, [create("span", {}, [text]), control]);
}

function flag(control: HTMLInputElement, icon: string, label: string): HTMLLabelElement {
  return create("label", { class: "user-sync-rule-flag" }, [control, create("i", { class: icon }), ` ${label}`]);
}

function named(field: string, translate: Translate): Record<string, string> {
  return { "aria-label": translate(`rule.${field}`), title: translate(`rule.${field}`) };
}
