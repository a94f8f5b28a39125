/** One row of the field map: a compact line, what it says beyond that, what is wrong with it, and its details. */
import { create } from "../form";
import { fromForm, hasVariable, isComplete, type RuleForm, type RuleSource, toForm } from "../rule";
import { transformSpec } from "../transforms";
import { limitsOf } from "./limits";
import type { Mark } from "./preview-view";
import { createRuleControls, type RuleControls, readRuleControls } from "./rule-controls";
import { createOptions, labelled, type RuleOptions } from "./rule-options";
import type { Suggestion } from "./suggest";
import { suggestFor } from "./suggestions";
import { summaryOf } from "./summary";
import type { Translate } from "./translate";

export interface RuleRow {
  /** Ties the row to the values that the preview shows of it. */
  readonly link: number;
  read(): RuleSource;
  /** Shows what is wrong with the rule, in place of what was shown before. */
  mark(marks: readonly Mark[]): void;
  focus(): void;
}

interface RowSurroundings {
  translate: Translate;
  cidaasFields(): readonly Suggestion[];
  legacyFields(): readonly Suggestion[];
}

let links = 0;

/** Shows the rule in the element. */
export function createRuleRow(element: HTMLElement, rule: RuleSource, surroundings: RowSurroundings): RuleRow {
  links += 1;
  const { translate } = surroundings;
  const form = toForm(rule);
  const controls = createRuleControls(form, translate);
  const options = createOptions(form, controls.transform, translate);
  const details = createDetails(controls, options, translate);
  const fold = createFold(details, translate);
  const summary = create("button", { type: "button", class: "user-sync-rule-summary", tabindex: "-1" });
  const marks = create("div", { class: "user-sync-rule-marks", "aria-live": "polite" });
  const read = () => readRuleControls(controls, options.read());
  let told: readonly Mark[] = [];
  const refresh = () => {
    const now = read();
    const written = fromForm(now, rule);
    adapt(controls, now, translate);
    summary.textContent = summaryOf(now, translate);
    element.setAttribute("aria-label", `${now.cidaas} – ${now.legacy}`);
    element.classList.toggle("user-sync-rule-incomplete", !isComplete(written));
    marks.replaceChildren(...[...told, ...ownMarks(written, translate)].map(createMark));
  };

  suggestFor(controls.cidaas, surroundings.cidaasFields);
  suggestFor(controls.legacy, surroundings.legacyFields);
  summary.addEventListener("click", () => fold.set(true));
  controls.transform.addEventListener("change", () => {
    followTransform(controls);
    if (options.some()) fold.set(true);
  });
  element.addEventListener("input", refresh);
  element.addEventListener("change", refresh);
  element.classList.add("user-sync-rule");
  element.dataset.link = String(links);
  element.setAttribute("role", "group");
  element.append(createLine(controls, fold.element), summary, marks, details);
  refresh();
  return {
    link: links,
    read: () => fromForm(read(), rule),
    mark(shown) {
      told = shown;
      refresh();
    },
    focus: () => controls.cidaas.focus(),
  };
}

/** What can be said of a rule without trying it. */
function ownMarks(rule: RuleSource, translate: Translate): Mark[] {
  const limits = limitsOf(rule).map(
    (reason) => ({ level: "warning", text: translate(`map.limit.${reason}`) }) as const,
  );
  return hasVariable(rule) ? [...limits, { level: "remark", text: translate("map.variable") }] : limits;
}

function createMark({ level, text }: Mark): HTMLElement {
  const look = level === "remark" ? "fa fa-info-circle" : "fa fa-exclamation-triangle";
  return create("p", { class: `user-sync-${level}` }, [create("i", { class: look, "aria-hidden": "true" }), text]);
}

function createLine(controls: RuleControls, fold: HTMLElement): HTMLElement {
  return create("div", { class: "user-sync-rule-line" }, [
    create("span", { class: "user-sync-rule-number", "aria-hidden": "true" }),
    controls.cidaas,
    controls.direction.element,
    controls.legacy,
    controls.transform,
    controls.conflict,
    controls.secret.element,
    fold,
  ]);
}

function createFold(details: HTMLElement, translate: Translate) {
  const label = translate("rule.more");
  const element = create("button", { type: "button", class: "red-ui-button red-ui-button-small", title: label }, [
    create("i", { class: "fa fa-chevron-down", "aria-hidden": "true" }),
  ]);
  element.setAttribute("aria-label", label);
  const set = (isOpen: boolean) => {
    details.hidden = !isOpen;
    element.setAttribute("aria-expanded", String(isOpen));
  };
  element.addEventListener("click", () => set(details.hidden !== false));
  set(false);
  return { element, set };
}

function createDetails(controls: RuleControls, options: RuleOptions, translate: Translate): HTMLElement {
  const field = (name: "write" | "compare" | "whenEmpty" | "default" | "timePath" | "id") =>
    labelled(translate(`rule.${name}`), controls[name]);
  const required = create("label", { class: "user-sync-flag" }, [controls.required, ` ${translate("rule.required")}`]);
  return create("div", { class: "user-sync-rule-details" }, [
    options.element,
    create("div", { class: "user-sync-fields" }, [
      field("write"),
      field("compare"),
      field("whenEmpty"),
      field("default"),
      field("timePath"),
      field("id"),
      required,
    ]),
  ]);
}

/** Shows only what means something for the rule as it stands. */
function adapt(controls: RuleControls, form: RuleForm, translate: Translate): void {
  const isRead = transformSpec(form.transform)?.sourceless !== true;
  for (const side of ["cidaas", "legacy"] as const)
    controls[side].placeholder = isRead ? translate(`rule.placeholder.${side}`) : "";
  // A field that is written one way only cannot be in conflict with an edit of its target.
  controls.conflict.classList.toggle(
    "user-sync-idle",
    form.direction === "to-cidaas" || form.direction === "to-legacy",
  );
  controls.default.disabled = form.whenEmpty === "skip" || form.whenEmpty === "clear";
}

/** A transform that works one way only, or on secrets, brings its direction and the lock along. */
function followTransform(controls: RuleControls): void {
  const spec = transformSpec(controls.transform.value);
  if (spec === undefined) return;
  if (spec.direction !== "both") controls.direction.set(spec.direction);
  if (spec.secret) controls.secret.set(true);
}
