import { isEnvironmentValue } from "./environment";

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

export function fieldValue(id: string): string {
  return findField(id)?.value ?? "";
}

export function setFieldValue(id: string, value: unknown): void {
  const field = findField(id);
  if (field) field.value = value === null || value === undefined ? "" : String(value);
}

/** The entries of a text area: one per line, or with commas between; without blanks and repeats. */
export function fieldLines(id: string): string[] {
  const entries = fieldValue(id)
    .split(/[\n,]/)
    .map((entry) => entry.trim());
  return [...new Set(entries.filter((entry) => entry !== ""))];
}

/** Prepares what all dialogs have in common; call it first in `oneditprepare`. */
export function prepareForm(node: EditorNode, prefix: "node-input" | "node-config-input"): void {
  showEnvironmentValues(node, prefix);
  showConditionalRows(prefix);
}

/**
 * A select or check box whose value was replaced by `${ENV_VAR}` in the flow file becomes a text field: it could not show
 * the value, and "Done" would overwrite it.
 */
function showEnvironmentValues(node: EditorNode, prefix: string): void {
  const selector = `select[id^="${prefix}-"], input[type="checkbox"][id^="${prefix}-"]`;
  for (const control of document.querySelectorAll(selector)) {
    const value = node[control.id.slice(prefix.length + 1)];
    if (!isEnvironmentValue(value)) continue;
    const text = document.createElement("input");
    text.type = "text";
    text.id = control.id;
    text.value = value;
    control.replaceWith(text);
  }
}

/** Rows with `data-show-when="auth" data-show-values="basic oauth2"` are there only while that field has such a value. */
function showConditionalRows(prefix: string): void {
  for (const row of document.querySelectorAll<HTMLElement>("[data-show-when]")) {
    const field = findField(`${prefix}-${row.dataset.showWhen}`);
    if (!field) continue;
    const values = (row.dataset.showValues ?? "").split(" ");
    const update = () => {
      const value =
        field instanceof HTMLInputElement && field.type === "checkbox" ? String(field.checked) : field.value;
      row.style.display = values.includes(value) || isEnvironmentValue(value) ? "" : "none";
    };
    field.addEventListener("change", update);
    update();
  }
}

function findField(id: string): Field | null {
  const found = document.getElementById(id);
  const isField =
    found instanceof HTMLInputElement || found instanceof HTMLSelectElement || found instanceof HTMLTextAreaElement;
  return isField ? found : null;
}

/** An element with attributes and children; attributes with an empty value are left out. */
export function create<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Record<string, string>,
  children: (Node | string)[] = [],
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) if (value !== "") made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

/** A select of these choices; a present value that is none of them (`${ENV_VAR}`, a newer version's) stays choosable. */
export function createSelect(
  attributes: Record<string, string>,
  choices: readonly string[],
  present: string,
  label: (choice: string) => string,
): HTMLSelectElement {
  const select = create("select", attributes);
  for (const choice of choices) select.append(create("option", { value: choice }, [label(choice)]));
  if (!choices.includes(present)) select.append(create("option", { value: present }, [present]));
  select.value = present;
  return select;
}
