import { fieldLines, fieldValue, prepareForm, setFieldValue } from "../shared/editor/form";
import { toRecord, toRecords } from "../shared/editor/json";
import { createMapEditor, type MapEditor } from "../shared/editor/map/map-editor";
import { type MapSettings, toSamples } from "../shared/editor/map/map-file";
import { findRuleProblem, withIds } from "../shared/editor/rule";
import { takeTabToShow } from "../shared/editor/tabs";
import { fieldLabels, nodeLabel, nodeLabelStyle, sharedText } from "../shared/editor/texts";
import { randomUuid } from "../shared/editor/uuid";
import { filled, numberBetween, oneOf, optionalJsonObject, storeKey, uuid } from "../shared/editor/validators";

const PREFIX = "node-config-input";
const TABS = ["systems", "identity", "rules", "policy"];
const label = fieldLabels("user-sync");

/** The map of the dialog that is open; only one `user-sync` is edited at a time. */
let map: MapEditor | null = null;

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
    samples: { value: [], label: label("samples") },
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
    showDeleted(this.legacyDeleted);
    const brake = toRecord(this.brake);
    setFieldValue(`${PREFIX}-brake-count`, brake.count ?? 100);
    setFieldValue(`${PREFIX}-brake-share`, brake.share ?? 1);
    map = createMapEditor({
      nodeId: this.id,
      listId: `${PREFIX}-rules-list`,
      rules: toRecords(this.rules),
      samples: toSamples(this.samples),
      translate: (key, parameters) => this._(`user-sync.${key}`, parameters),
      fileName: () => `field-map-${fieldValue(`${PREFIX}-key`) || "users"}.json`,
      settings: readMapSettings,
      checks: () => ({
        legacySchema: fieldValue(`${PREFIX}-legacySchema`),
        legacyKeyInCidaas: fieldValue(`${PREFIX}-legacyKeyInCidaas`),
      }),
      applySettings: applyMapSettings,
    });
    beWide();
  },
  oneditsave() {
    this.legacyDeleted = { ...toRecord(this.legacyDeleted), ...readDeleted() };
    this.brake = {
      ...toRecord(this.brake),
      count: numberOrText(fieldValue(`${PREFIX}-brake-count`)),
      share: numberOrText(fieldValue(`${PREFIX}-brake-share`)),
    };
    if (map) saveMap(this, map);
    closeMap();
  },
  oneditcancel: closeMap,
  oneditresize: beAsWideAsTray,
});

/** Writes what was changed; rules or samples that are an `${ENV_VAR}` as a whole stay it. */
function saveMap(node: EditorNode, { rules, samples }: MapEditor): void {
  if (Array.isArray(node.rules)) node.rules = withIds(rules());
  const isList = node.samples === undefined || Array.isArray(node.samples);
  const isChanged = JSON.stringify(samples()) !== JSON.stringify(toSamples(node.samples));
  if (isList && isChanged) node.samples = samples();
}

function closeMap(): void {
  map?.close();
  map = null;
}

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
  tabs.activateTab(`user-sync-tab-${takeTabToShow() ?? TABS[0]}`);
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

function showDeleted(value: unknown): void {
  const { path, values } = toRecord(value);
  setFieldValue(`${PREFIX}-legacyDeleted-path`, path);
  setFieldValue(`${PREFIX}-legacyDeleted-values`, Array.isArray(values) ? values.join(", ") : "");
}

function readDeleted(): { path: string; values: string[] } {
  return {
    path: fieldValue(`${PREFIX}-legacyDeleted-path`).trim(),
    values: fieldLines(`${PREFIX}-legacyDeleted-values`),
  };
}

function readMapSettings(): MapSettings {
  return {
    legacyKey: fieldValue(`${PREFIX}-legacyKey`),
    legacyTime: fieldValue(`${PREFIX}-legacyTime`),
    legacyVerified: fieldValue(`${PREFIX}-legacyVerified`),
    legacyDeleted: readDeleted(),
  };
}

function applyMapSettings({ legacyDeleted, ...texts }: MapSettings): void {
  for (const [name, value] of Object.entries(texts)) setFieldValue(`${PREFIX}-${name}`, value);
  if (legacyDeleted !== undefined) showDeleted(legacyDeleted);
}

/** The editor makes its tray as wide as the form is when it opens; from then on the form follows the tray. */
function beWide(): void {
  document.querySelector(".user-sync-form-wide")?.classList.add("user-sync-opening");
}

function beAsWideAsTray(): void {
  const form = document.querySelector(".user-sync-form-wide");
  form?.classList.remove("user-sync-opening");
  const body = form?.closest<HTMLElement>(".red-ui-tray-body");
  if (body) body.style.minWidth = "0";
}
