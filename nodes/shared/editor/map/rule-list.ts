/** The rules of one direction, to read only. */
import type { Lane } from "../../../../lib/sync/types";
import { create } from "../form";
import { type RuleSource, toForm } from "../rule";
import { summaryOf } from "./summary";
import type { Translate } from "./translate";

/** A table with the source of each rule left and its target right. */
export function drawRuleList(rules: readonly RuleSource[], lane: Lane, translate: Translate): HTMLElement {
  const [source, target] = lane === "to-cidaas" ? (["legacy", "cidaas"] as const) : (["cidaas", "legacy"] as const);
  const head = [source, "", target, "transform"].map((key) =>
    create("th", { scope: "col" }, key === "" ? [] : [translate(`rule.${key}`)]),
  );
  const rows = rules.map((rule) => {
    const form = toForm(rule);
    const what = [translate(`rule.choice.transform.${form.transform}`), summaryOf(form, translate)];
    const lock = create("i", { class: "fa fa-lock", role: "img", title: translate("rule.secret") });
    return create("tr", {}, [
      create("td", { class: "user-sync-path" }, [form[source]]),
      create("td", {}, [create("i", { class: "fa fa-long-arrow-right", "aria-hidden": "true" })]),
      create("td", { class: "user-sync-path" }, [form[target]]),
      create("td", {}, [what.filter((words) => words !== "").join(" · "), ...(form.secret ? [" ", lock] : [])]),
    ]);
  });
  return create("table", {}, [create("thead", {}, [create("tr", {}, head)]), create("tbody", {}, rows)]);
}
