/** The table of rules: rows to add, fold out, move and remove, by pointer or keyboard. */
import { CIDAAS_FIELDS, CUSTOM_FIELDS } from "../../../../lib/cidaas/fields";
import { create } from "../form";
import { createRowList } from "../list";
import { hasVariable, isComplete, type RuleSource, splitPaths, toForm, withIds } from "../rule";
import { tellChange } from "./controls";
import type { AskedRule, Mark } from "./preview-view";
import { createRuleRow, type RuleRow } from "./rule-row";
import type { Suggestion } from "./suggest";
import type { Translate } from "./translate";

export interface RuleTable {
  read(): RuleSource[];
  /** The rules that can be tried: left out is what is still being written, or known to the deployed flow only. */
  asked(): { rules: RuleSource[]; asked: AskedRule[] };
  /** The paths that rules of the table name on that side. */
  taken(side: "cidaas" | "legacy"): Set<string>;
  set(rules: readonly RuleSource[]): void;
  add(rule: RuleSource): void;
  mark(marks: ReadonlyMap<number, readonly Mark[]>): void;
  go(link: number): void;
}

interface TableSurroundings {
  listId: string;
  translate: Translate;
  legacyPaths(): readonly string[];
  changed(): void;
}

export function createRuleTable({ listId, translate, legacyPaths, changed }: TableSurroundings): RuleTable {
  const rows = new WeakMap<Element, RuleRow>();
  const fields = fieldSuggestions(translate);
  const list = createRowList<RuleSource>({
    id: listId,
    addLabel: translate("rule.add"),
    label: translate("label.rules"),
    blank: {},
    fill(element, rule) {
      const row = createRuleRow(element, rule, {
        translate,
        cidaasFields: () => fields,
        legacyFields: () => legacyPaths().map((value) => ({ value, text: translate("map.inRecord") })),
      });
      rows.set(element, row);
      label(element, translate);
      return row.read;
    },
    changed,
  });
  const element = document.getElementById(listId);
  for (const event of ["input", "change"]) element?.addEventListener(event, changed);
  element?.addEventListener("keydown", (event) => moveByKey(event));
  // The button below the list adds a row without a word.
  element?.closest(".red-ui-editableList")?.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || !event.target.closest(".red-ui-editableList-addButton")) return;
    all().at(-1)?.focus();
    changed();
  });
  const all = () => list.elements().flatMap((row) => rows.get(row) ?? []);
  return {
    read: list.read,
    asked() {
      const entries = all().map((row, position) => ({ rule: row.read(), link: row.link, number: position + 1 }));
      const complete = entries.filter(({ rule }) => isComplete(rule) && !hasVariable(rule));
      const rules = withIds(complete.map(({ rule }) => rule));
      const asked = complete.map(({ link, number }, position) => {
        const { id, transform } = toForm(rules[position] ?? {});
        return { id, transform, link, number };
      });
      return { rules, asked };
    },
    taken: (side) => new Set(list.read().flatMap((rule) => splitPaths(toForm(rule)[side]))),
    set(rules) {
      list.clear();
      for (const rule of rules) list.add(rule);
      changed();
    },
    add(rule) {
      list.add(rule);
      all().at(-1)?.focus();
      changed();
    },
    mark(marks) {
      for (const row of all()) row.mark(marks.get(row.link) ?? []);
    },
    go(link) {
      const row = all().find((found) => found.link === link);
      row?.focus();
    },
  };
}

/** Alt with the arrow keys moves a row. */
function moveByKey(event: KeyboardEvent): void {
  const { target } = event;
  const row = target instanceof Element ? target.closest("li") : null;
  if (!event.altKey || !row || !(target instanceof HTMLElement)) return;
  if (event.key === "ArrowUp" && row.previousElementSibling) row.previousElementSibling.before(row);
  else if (event.key === "ArrowDown" && row.nextElementSibling) row.nextElementSibling.after(row);
  else return;
  event.preventDefault();
  target.focus();
  tellChange(row);
}

/** Names for what the editor's list puts beside a row. */
function label(element: Element, translate: Translate): void {
  const row = element.closest("li");
  row?.querySelector(".red-ui-editableList-item-remove")?.setAttribute("aria-label", translate("rule.remove"));
  row?.querySelector(".red-ui-editableList-item-handle")?.setAttribute("title", translate("rule.move"));
}

function fieldSuggestions(translate: Translate): Suggestion[] {
  const fields = CIDAAS_FIELDS.map(({ path, alsoCalled = [] }) => ({
    value: path,
    text: translate(`field.${path.replaceAll(".", "_")}`),
    alsoCalled,
  }));
  return [...fields, { value: `${CUSTOM_FIELDS}.`, text: translate("field.customFields") }];
}

/** The names of the columns, for the eye; each field has its own name besides. */
export function createTableHead(translate: Translate): HTMLElement {
  const names = ["", "rule.cidaas", "", "rule.legacy", "rule.transform", "rule.conflict", "", ""];
  const cells = names.map((key) => create("span", {}, key === "" ? [] : [translate(key)]));
  return create("div", { class: "user-sync-rule-line user-sync-rule-head", "aria-hidden": "true" }, cells);
}
