/** Small controls of a rule's line. Each tells of a change by the native event, as form fields do. */
import { create } from "../form";

export interface Cycle {
  element: HTMLButtonElement;
  get(): string;
  set(value: string): void;
}

interface CycleOptions {
  /** What the button decides. */
  label: string;
  choices: readonly string[];
  value: string;
  class: string;
  /** Icon of a choice; empty for an `${ENV_VAR}`. */
  icon(choice: string): string;
  title(choice: string): string;
}

/** A button that goes from one choice to the next; a present value that is none of them stays one. */
export function createCycle(options: CycleOptions): Cycle {
  const { label, value: initial } = options;
  const choices = options.choices.includes(initial) ? options.choices : [...options.choices, initial];
  const element = create("button", { type: "button", class: `red-ui-button red-ui-button-small ${options.class}` });
  let value = initial;
  const set = (next: string) => {
    value = next;
    const title = `${label}: ${options.title(next)}`;
    const icon = options.icon(next);
    element.replaceChildren(icon === "" ? "$" : create("i", { class: icon }));
    element.dataset.value = next;
    element.title = title;
    element.setAttribute("aria-label", title);
  };
  element.addEventListener("click", () => {
    set(choices[(choices.indexOf(value) + 1) % choices.length] ?? initial);
    tellChange(element);
  });
  set(initial);
  return { element, get: () => value, set };
}

export interface Toggle {
  element: HTMLButtonElement;
  get(): boolean;
  set(isOn: boolean): void;
}

/** A button that is on or off. */
export function createToggle(options: { class: string; icons: [on: string, off: string]; label: string }): Toggle {
  const element = create("button", { type: "button", class: `red-ui-button red-ui-button-small ${options.class}` });
  const icon = create("i", {});
  element.append(icon);
  element.title = options.label;
  element.setAttribute("aria-label", options.label);
  const set = (isOn: boolean) => {
    element.setAttribute("aria-pressed", String(isOn));
    icon.className = isOn ? options.icons[0] : options.icons[1];
  };
  const get = () => element.getAttribute("aria-pressed") === "true";
  element.addEventListener("click", () => {
    set(!get());
    tellChange(element);
  });
  set(false);
  return { element, get, set };
}

export function tellChange(element: Element): void {
  element.dispatchEvent(new Event("change", { bubbles: true }));
}

/** A button with an icon and, if given, words. */
export function createButton(options: {
  icon: string;
  text?: string;
  title?: string;
  class?: string;
  click(): void;
}): HTMLButtonElement {
  const { icon, text = "", title = "" } = options;
  const element = create(
    "button",
    { type: "button", class: `red-ui-button red-ui-button-small ${options.class ?? ""}`, title },
    [create("i", { class: icon, "aria-hidden": "true" })],
  );
  if (text !== "") element.append(" ", text);
  else element.setAttribute("aria-label", title);
  element.addEventListener("click", options.click);
  return element;
}
