import { prepareForm } from "../shared/editor/form";
import { fieldLabels, nodeLabel, nodeLabelStyle, nodePorts } from "../shared/editor/texts";
import { oneOf } from "../shared/editor/validators";

const label = fieldLabels("legacy-out");

RED.nodes.registerType("legacy-out", {
  category: "user sync",
  color: "#A6BBCF",
  icon: "user-sync-legacy.svg",
  align: "right",
  defaults: {
    name: { value: "" },
    configVersion: { value: 1 },
    sync: { value: "", type: "user-sync", required: true, label: label("sync") },
    mode: { value: "http", label: label("mode"), validate: oneOf("http", "flow") },
    deletes: { value: "delete", label: label("deletes"), validate: oneOf("delete", "ignore") },
    dryRun: { value: false, label: label("dryRun") },
  },
  inputs: 1,
  outputs: 3,
  inputLabels: nodePorts("in"),
  outputLabels: nodePorts("out"),
  paletteLabel() {
    return this._("legacy-out.palette");
  },
  label: nodeLabel,
  labelStyle: nodeLabelStyle,
  oneditprepare() {
    prepareForm(this, "node-input");
  },
});
