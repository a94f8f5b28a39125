import { fieldLines, fieldValue, prepareForm, setFieldValue } from "../shared/editor/form";
import { createRowList, type RowList } from "../shared/editor/list";
import { findRuleProblem, type RuleSource, withIds } from "../shared/editor/rule";
import { fillRuleRow } from "../shared/editor/rule-row";
import { fieldLabels, nodeLabel, nodeLabelStyle, sharedText } from "../shared/editor/texts";
import { randomUuid } from "../shared/editor/uuid";
import { filled, numberBetween, oneOf, optionalJsonObject, storeKey, uuid } from "../shared/editor/validators";

const PREFIX = "node-config-input";
const TABS = ["systems", "identity", "rules", "policy"];
const label = fieldLabels("user-sync");

/** The rows of the dialog that is open; only one `user-sync` is edited at a time. */
let ruleRows: RowList<RuleSource> | null = null;

RED.nodes.registerType("user-sync", {
  category: "config",
  defaults: {
    name: { value: "" },
    configVersion: { value: 1 },
    key: { value: "users", label: label("key"), validate: storeKey },
    tenant: { value: "", type: "cidaas-tenant", required: true, label: label("tenant") },
    legacy: { value: "", type: "user-sync-legacy", required: false, label: label("legacy") },
    store: { value: "", type: "user-sync-store", required: true, label: label("store") },
    legacyKey: { value: "id", label: label("legacyKey"), validate: filled },
    legacyKeyInCidaas: { value: "customFields.legacy_id", label: label("legacyKeyInCidaas") },
    subStrategy: { value: "uuid5", label: label("subStrategy"), validate: oneOf("uuid5", "match", "cidaas") },
    subNamespace: { value: "", label: label("subNamespace"), validate: validateNamespace },
    rules: { value: [], label: label("rules"), validate: validateRules },
    legacyTime: { value: "", label: label("legacyTime") },
    legacyDeleted: { value: { path: "", values: [] }, label: label("legacyDeleted") },
    legacyVerified: { value: "", label: label("legacyVerified") },
    legacySchema: { value: "", label: label("legacySchema"), validate: optionalJsonObject },
    firstContact: {
      value: "park",
      label: label("firstContact"),
      validate: oneOf("park", "cidaas", "legacy", "newest"),
    },
    clockTolerance: { value: 5, label: label("clockTolerance"), validate: numberBetween(0, 3600) },
    brake: { value: { count: 100, share: 1 }, label: label("brake"), validate: validateBrake },
  },
  paletteLabel() {
    return this._("user-sync.palette");
  },
  label: nodeLabel,
  labelStyle: nodeLabelStyle,
  oneditprepare() {
    prepareForm(this, PREFIX);
    showTabs(this);
    if (fieldValue(`${PREFIX}-subNamespace`) === "") setFieldValue(`${PREFIX}-subNamespace`, randomUuid());
    const deleted = toRecord(this.legacyDeleted);
    setFieldValue(`${PREFIX}-legacyDeleted-path`, deleted.path);
    setFieldValue(`${PREFIX}-legacyDeleted-values`, Array.isArray(deleted.values) ? deleted.values.join(", ") : "");
    const brake = toRecord(this.brake);
    setFieldValue(`${PREFIX}-brake-count`, brake.count ?? 100);
    setFieldValue(`${PREFIX}-brake-share`, brake.share ?? 1);
    const translate = (key: string) => this._(`user-sync.${key}`);
    ruleRows = createRowList<RuleSource>({
      id: `${PREFIX}-rules-list`,
      addLabel: translate("rule.add"),
      label: translate("label.rules"),
      blank: {},
      fill: (row, rule) => fillRuleRow(row, rule, translate),
    });
    if (Array.isArray(this.rules)) for (const rule of this.rules) ruleRows.add(toRecord(rule));
  },
  oneditsave() {
    this.legacyDeleted = {
      ...toRecord(this.legacyDeleted),
      path: fieldValue(`${PREFIX}-legacyDeleted-path`).trim(),
      values: fieldLines(`${PREFIX}-legacyDeleted-values`),
    };
    this.brake = {
      ...toRecord(this.brake),
      count: numberOrText(fieldValue(`${PREFIX}-brake-count`)),
      share: numberOrText(fieldValue(`${PREFIX}-brake-share`)),
    };
    if (ruleRows && Array.isArray(this.rules)) this.rules = withIds(ruleRows.read());
    ruleRows = null;
  },
});

function showTabs(node: EditorNode): void {
  const tabs = RED.tabs.create({
    id: "user-sync-tabs",
    onchange(shown) {
      for (const tab of TABS) {
        const content = document.getElementById(`user-sync-tab-${tab}`);
        if (content) content.style.display = `user-sync-tab-${tab}` === shown.id ? "" : "none";
      }
    },
  });
  for (const tab of TABS) tabs.addTab({ id: `user-sync-tab-${tab}`, label: node._(`user-sync.tab.${tab}`) });
  tabs.activateTab(`user-sync-tab-${TABS[0]}`);
}

/** Only `uuid5` needs a name space. In the dialog the strategy shown counts, else that of the node. */
function validateNamespace(this: EditorNode, value: unknown, options: { label?: string }): true | string {
  const strategy = fieldValue(`${PREFIX}-subStrategy`) || this.subStrategy;
  return strategy === "uuid5" ? uuid.call(this, value, options) : true;
}

function validateRules(this: EditorNode, value: unknown, _options: { label?: string }): true | string {
  const problem = findRuleProblem(value);
  return problem ? sharedText(`rule.problem.${problem.key}`, problem.parameters) : true;
}

function validateBrake(this: EditorNode, value: unknown, _options: { label?: string }): true | string {
  const { count, share } = toRecord(value);
  const isCount = numberBetween(1, 1_000_000).call(this, count, { label: label("brakeCount") });
  return isCount === true ? numberBetween(0, 100).call(this, share, { label: label("brakeShare") }) : isCount;
}

function numberOrText(text: string): number | string {
  const trimmed = text.trim();
  return trimmed !== "" && Number.isFinite(Number(trimmed)) ? Number(trimmed) : trimmed;
}

function toRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}
