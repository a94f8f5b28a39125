import { prepareForm } from "../shared/editor/form";
import { fieldLabels, nodeLabel, nodeLabelStyle, nodePorts } from "../shared/editor/texts";

const label = fieldLabels("cidaas-user-fetch");

RED.nodes.registerType("cidaas-user-fetch", {
  category: "user sync",
  color: "#F3B567",
  icon: "user-sync-fetch.svg",
  defaults: {
    name: { value: "" },
    configVersion: { value: 1 },
    sync: { value: "", type: "user-sync", required: true, label: label("sync") },
  },
  inputs: 1,
  outputs: 2,
  inputLabels: nodePorts("in"),
  outputLabels: nodePorts("out"),
  paletteLabel() {
    return this._("cidaas-user-fetch.palette");
  },
  label: nodeLabel,
  labelStyle: nodeLabelStyle,
  oneditprepare() {
    prepareForm(this, "node-input");
  },
});
