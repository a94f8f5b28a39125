/** The fields of a transform's options; they change with the transform. */
import { create, createSelect } from "../form";
import type { RuleForm } from "../rule";
import { OPTIONS_OF, type TransformOption } from "../transforms";
import type { Translate } from "./translate";

interface ShownOption {
  element: HTMLElement;
  name: string;
  read(): string;
}

export interface RuleOptions {
  element: HTMLElement;
  read(): Record<string, string>;
  /** True when the transform has any. */
  some(): boolean;
}

let lists = 0;

export function createOptions(form: RuleForm, transform: HTMLSelectElement, translate: Translate): RuleOptions {
  const element = create("div", { class: "user-sync-fields" });
  let shown: ShownOption[] = [];
  const show = () => {
    const values = transform.value === form.transform ? form.options : {};
    const options = OPTIONS_OF[transform.value] ?? [];
    shown = options.map((option) => createOption(option, values[option.name] ?? "", translate));
    element.replaceChildren(...shown.map((option) => option.element));
  };
  transform.addEventListener("change", show);
  show();
  return {
    element,
    read: () => Object.fromEntries(shown.map((option) => [option.name, option.read()])),
    some: () => shown.length > 0,
  };
}

function createOption(option: TransformOption, value: string, translate: Translate): ShownOption {
  const { name, choices, isLong } = option;
  const label = translate(`rule.option.${name}`);
  if (choices) {
    const present = value || (choices[0] ?? "");
    const select = createSelect({}, choices, present, (choice) => choice);
    return { name, element: labelled(label, select), read: () => (select.value === present ? value : select.value) };
  }
  const attributes = { spellcheck: "false", placeholder: placeholderOf(option, translate) };
  const control = isLong
    ? create("textarea", { ...attributes, rows: "3" })
    : create("input", { ...attributes, type: "text" });
  control.value = value;
  const element = labelled(label, control);
  if (isLong) element.classList.add("user-sync-field-wide");
  offer(control, element, option.suggestions ?? []);
  return { name, element, read: () => control.value };
}

/** What holds where the field is empty, else an example. */
function placeholderOf({ name, default: fallback }: TransformOption, translate: Translate): string {
  return typeof fallback === "string" && fallback !== "" ? fallback : translate(`rule.placeholder.${name}`);
}

function offer(control: HTMLElement, element: HTMLElement, suggestions: readonly string[]): void {
  if (suggestions.length === 0) return;
  lists += 1;
  const id = `user-sync-option-${lists}`;
  control.setAttribute("list", id);
  element.append(
    create(
      "datalist",
      { id },
      suggestions.map((value) => create("option", { value })),
    ),
  );
}

export function labelled(text: string, control: HTMLElement): HTMLLabelElement {
  return create("label", { class: "user-sync-field" }, [create("span", {}, [text]), control]);
}
