import { prepareForm } from "../shared/editor/form";
import { fieldLabels, nodeLabel, nodeLabelStyle, nodePorts } from "../shared/editor/texts";
import { numberBetween, oneOf, wholeNumberBetween } from "../shared/editor/validators";

const label = fieldLabels("bulk-batcher");

RED.nodes.registerType("bulk-batcher", {
  category: "user sync",
  color: "#C0C0C0",
  icon: "user-sync-batcher.svg",
  defaults: {
    name: { value: "" },
    configVersion: { value: 1 },
    sync: { value: "", type: "user-sync", required: true, label: label("sync") },
    size: { value: 50, label: label("size"), validate: wholeNumberBetween(1, 1000) },
    waitMs: { value: 1000, label: label("waitMs"), validate: numberBetween(0, 600_000) },
    maxInFlight: { value: 4, label: label("maxInFlight"), validate: wholeNumberBetween(1, 100) },
    verify: { value: "pending", label: label("verify"), validate: oneOf("pending", "always") },
  },
  inputs: 1,
  outputs: 2,
  inputLabels: nodePorts("in"),
  outputLabels: nodePorts("out"),
  paletteLabel() {
    return this._("bulk-batcher.palette");
  },
  label: nodeLabel,
  labelStyle: nodeLabelStyle,
  oneditprepare() {
    prepareForm(this, "node-input");
  },
});
