/** What a map lacks or cannot do, said above its rules. */
import { create } from "../form";
import type { RuleSource } from "../rule";
import { createButton } from "./controls";
import { LIMITS } from "./limits";
import { ALL_ACTIVE_RULE, lacksStatus } from "./status-rule";
import type { Translate } from "./translate";

export interface Notes {
  show(rules: readonly RuleSource[]): void;
}

export function createNotes(root: HTMLElement, translate: Translate, addRule: (rule: RuleSource) => void): Notes {
  const status = create("div", { class: "user-sync-note user-sync-note-warning", role: "status" }, [
    create("i", { class: "fa fa-exclamation-triangle", "aria-hidden": "true" }),
    create("span", {}, [translate("map.noStatus")]),
    createButton({ icon: "fa fa-plus", text: translate("map.allActive"), click: () => addRule(ALL_ACTIVE_RULE) }),
  ]);
  const limits = create("details", { class: "user-sync-limits" }, [
    create("summary", {}, [translate("map.notCarried")]),
    create(
      "ul",
      {},
      LIMITS.map((what) => create("li", {}, [translate(`map.limit.${what}`)])),
    ),
  ]);
  root.append(status, limits);
  return {
    show(rules) {
      status.hidden = !lacksStatus(rules);
    },
  };
}
