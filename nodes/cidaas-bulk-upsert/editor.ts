import { prepareForm } from "../shared/editor/form";
import { fieldLabels, nodeLabel, nodeLabelStyle, nodePorts } from "../shared/editor/texts";
import { oneOf } from "../shared/editor/validators";

const label = fieldLabels("cidaas-bulk-upsert");

RED.nodes.registerType("cidaas-bulk-upsert", {
  category: "user sync",
  color: "#F3B567",
  icon: "user-sync-upsert.svg",
  align: "right",
  defaults: {
    name: { value: "" },
    configVersion: { value: 1 },
    sync: { value: "", type: "user-sync", required: true, label: label("sync") },
    deletes: { value: "decline", label: label("deletes"), validate: oneOf("decline", "purge", "ignore") },
    dryRun: { value: false, label: label("dryRun") },
  },
  inputs: 1,
  outputs: 2,
  inputLabels: nodePorts("in"),
  outputLabels: nodePorts("out"),
  paletteLabel() {
    return this._("cidaas-bulk-upsert.palette");
  },
  label: nodeLabel,
  labelStyle: nodeLabelStyle,
  oneditprepare() {
    prepareForm(this, "node-input");
  },
});
