/** Draws the runtime's answer: the mapped record, its way back, and what no rule reads. */
import { create } from "../form";
import { createButton } from "./controls";
import type { JsonLine } from "./json-lines";
import type { AskedRule, LinkedRoundTrip, PreviewView } from "./preview-view";
import { shortJson } from "./record";
import type { Translate } from "./translate";

interface ResultActions {
  translate: Translate;
  /** Writes a rule for a field that none reads. */
  addRule(path: string): void;
}

export function drawErrors({ errors }: PreviewView): HTMLElement[] {
  const items = errors.map(({ asked, text }) =>
    create("li", { class: "user-sync-error", ...linked(asked) }, [...chip(asked), create("span", {}, [text])]),
  );
  return [create("ul", { class: "user-sync-findings" }, items)];
}

export function drawRecord(lines: readonly JsonLine[], asked: readonly AskedRule[]): HTMLElement {
  const byLink = new Map(asked.map((rule) => [rule.link, rule]));
  let before: number | null = null;
  const rows = lines.map(({ depth, key, text, kind, link }) => {
    const rule = link === null ? null : (byLink.get(link) ?? null);
    // A value of several lines has its chip on the first of them.
    const shown = link === before ? [] : chip(rule);
    before = link;
    return create("div", { class: "user-sync-json-line", style: `padding-left: ${depth * 1.2}em`, ...linked(rule) }, [
      create("span", { class: "user-sync-json-key" }, [key]),
      create("span", { class: `user-sync-json-${kind}` }, [text]),
      ...shown,
    ]);
  });
  return create("div", { class: "user-sync-json" }, rows);
}

export function drawRoundTrip({ roundTrip }: PreviewView, translate: Translate): HTMLElement[] {
  const heading = create("h5", {}, [translate("map.roundTrip")]);
  if (roundTrip.length === 0)
    return [heading, create("p", { class: "user-sync-success" }, [icon("check-circle"), translate("map.comesBack")])];
  const sorted = [...roundTrip].sort((one, other) => Number(other.isWarning) - Number(one.isWarning));
  return [
    heading,
    create(
      "ul",
      { class: "user-sync-findings" },
      sorted.map((item) => roundTripItem(item, translate)),
    ),
  ];
}

function roundTripItem(item: LinkedRoundTrip, translate: Translate): HTMLElement {
  const { asked, path, before, after, wording, isWarning, message } = item;
  const look = isWarning ? "user-sync-warning" : "user-sync-remark";
  return create("li", { class: look, ...linked(asked) }, [
    ...chip(asked),
    create("span", {}, [
      create("b", {}, [path]),
      create("span", { class: "user-sync-tag" }, [translate(`map.reason.${wording}`)]),
      create("span", { class: "user-sync-journey" }, [shortJson(before), icon("long-arrow-right"), shortJson(after)]),
      create("span", { class: "user-sync-message" }, [message]),
    ]),
  ]);
}

export function drawUnmapped({ unmapped }: PreviewView, { translate, addRule }: ResultActions): HTMLElement[] {
  if (unmapped.length === 0) return [];
  const chips = unmapped.map((path) =>
    createButton({
      icon: "fa fa-plus",
      text: path,
      title: translate("map.addRuleFor", { path }),
      class: "user-sync-field-chip",
      click: () => addRule(path),
    }),
  );
  return [create("h5", {}, [translate("map.unmapped")]), create("div", { class: "user-sync-chips" }, chips)];
}

function icon(name: string): HTMLElement {
  return create("i", { class: `fa fa-${name}`, "aria-hidden": "true" });
}

function linked(asked: AskedRule | null): Record<string, string> {
  return asked ? { "data-link": String(asked.link) } : {};
}

/** The number of the rule, as a button that goes to it. */
function chip(asked: AskedRule | null): HTMLElement[] {
  if (!asked) return [];
  return [create("button", { type: "button", class: "user-sync-chip", ...linked(asked) }, [String(asked.number)])];
}
