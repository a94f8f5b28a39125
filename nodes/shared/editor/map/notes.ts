/** What a map lacks or cannot do, said above its rules. */
import { create } from "../form";
import { type RuleSource, targetsOf } from "../rule";
import { createButton } from "./controls";
import type { Translate } from "./translate";

const STATUS = "userStatus";

/** For systems in which every user may log in. A later change of the status in cidaas is left alone. */
export const ALL_ACTIVE_RULE: RuleSource = {
  cidaas: STATUS,
  legacy: "",
  direction: "to-cidaas",
  transform: "constant",
  options: { toCidaas: "VERIFIED" },
  conflict: "newest",
  write: "create",
};

/** What no rule can carry. */
const NOT_CARRIED = ["verifiedFlag", "mfaFactors", "consents", "groupRemoval", "passwordFromCidaas"] as const;

/** True when the map writes users to cidaas and says nothing of whether they may log in. */
export function lacksStatus(rules: readonly RuleSource[]): boolean {
  const targets = rules.flatMap((rule) => targetsOf(rule, "cidaas"));
  return targets.length > 0 && !targets.includes(STATUS);
}

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
      NOT_CARRIED.map((what) => create("li", {}, [translate(`map.limit.${what}`)])),
    ),
  ]);
  root.append(status, limits);
  return {
    show(rules) {
      status.hidden = !lacksStatus(rules);
    },
  };
}
