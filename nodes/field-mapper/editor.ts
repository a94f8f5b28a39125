import { fieldValue, prepareForm } from "../shared/editor/form";
import { toRecords } from "../shared/editor/json";
import { drawRuleList } from "../shared/editor/map/rule-list";
import { goes } from "../shared/editor/rule";
import { showTabNext } from "../shared/editor/tabs";
import { fieldLabels, nodeLabelStyle, nodePorts, sharedText } from "../shared/editor/texts";
import { oneOf } from "../shared/editor/validators";

const label = fieldLabels("field-mapper");

RED.nodes.registerType("field-mapper", {
  category: "user sync",
  color: "#C0C0C0",
  icon: "user-sync-mapper.svg",
  defaults: {
    name: { value: "" },
    configVersion: { value: 1 },
    sync: { value: "", type: "user-sync", required: true, label: label("sync") },
    direction: { value: "to-legacy", label: label("direction"), validate: oneOf("to-legacy", "to-cidaas") },
  },
  inputs: 1,
  outputs: 2,
  inputLabels: nodePorts("in"),
  outputLabels: nodePorts("out"),
  paletteLabel() {
    return this._("field-mapper.palette");
  },
  label() {
    if (this.name) return this.name;
    const isKnown = this.direction === "to-legacy" || this.direction === "to-cidaas";
    return this._(isKnown ? `field-mapper.short.${this.direction}` : "field-mapper.palette");
  },
  labelStyle: nodeLabelStyle,
  oneditprepare() {
    prepareForm(this, "node-input");
    const refresh = () => showRules(this);
    for (const id of ["node-input-sync", "node-input-direction"]) {
      const field = document.getElementById(id);
      // The editor's own changes, as after the dialog of the sync, are told to its jQuery only.
      if (field) $(field).on("change", refresh);
    }
    document.getElementById("field-mapper-edit")?.addEventListener("click", () => {
      showTabNext("rules");
      RED.editor.editConfig("sync", "user-sync", fieldValue("node-input-sync"), "node-input", this);
    });
    refresh();
  },
});

/** The rules of the chosen sync that go the chosen way; nothing while either is an `${ENV_VAR}` or not chosen. */
function showRules(node: EditorNode): void {
  const sync = RED.nodes.node(fieldValue("node-input-sync"));
  const direction = fieldValue("node-input-direction");
  const lane = direction === "to-cidaas" || direction === "to-legacy" ? direction : null;
  const edit = document.getElementById("field-mapper-edit");
  if (edit) edit.hidden = !sync;
  const rules = lane ? toRecords(sync?.rules).filter((rule) => goes(rule, lane)) : [];
  const content = lane && rules.length > 0 ? drawRuleList(rules, lane, sharedText) : node._("field-mapper.noRules");
  document.getElementById("field-mapper-rules")?.replaceChildren(content);
}
