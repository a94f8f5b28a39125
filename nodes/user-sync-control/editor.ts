import { prepareForm } from "../shared/editor/form";
import { fieldLabels, nodeLabel, nodeLabelStyle, nodePorts } from "../shared/editor/texts";

const label = fieldLabels("user-sync-control");

RED.nodes.registerType("user-sync-control", {
  category: "user sync",
  color: "#C0C0C0",
  icon: "user-sync-control.svg",
  defaults: {
    name: { value: "" },
    configVersion: { value: 1 },
    sync: { value: "", type: "user-sync", required: true, label: label("sync") },
  },
  inputs: 1,
  outputs: 1,
  inputLabels: nodePorts("in"),
  outputLabels: nodePorts("out"),
  paletteLabel() {
    return this._("user-sync-control.palette");
  },
  label: nodeLabel,
  labelStyle: nodeLabelStyle,
  oneditprepare() {
    prepareForm(this, "node-input");
  },
});
