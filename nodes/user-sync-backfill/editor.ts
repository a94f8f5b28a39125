import { prepareForm } from "../shared/editor/form";
import { fieldLabels, nodeLabel, nodeLabelStyle, nodePorts } from "../shared/editor/texts";
import { csvSeparator, filled, oneOf, optionalTime, wholeNumberBetween } from "../shared/editor/validators";

const label = fieldLabels("user-sync-backfill");

RED.nodes.registerType("user-sync-backfill", {
  category: "user sync",
  color: "#C0C0C0",
  icon: "user-sync-backfill.svg",
  defaults: {
    name: { value: "" },
    configVersion: { value: 1 },
    sync: { value: "", type: "user-sync", required: true, label: label("sync") },
    file: { value: "", label: label("file"), validate: filled },
    format: { value: "auto", label: label("format"), validate: oneOf("auto", "csv", "ndjson") },
    separator: { value: ",", label: label("separator"), validate: csvSeparator },
    encoding: { value: "utf-8", label: label("encoding"), validate: oneOf("utf-8", "windows-1252") },
    exportedAt: { value: "", label: label("exportedAt"), validate: optionalTime },
    batch: { value: 500, label: label("batch"), validate: wholeNumberBetween(1, 5000) },
  },
  inputs: 1,
  outputs: 3,
  inputLabels: nodePorts("in"),
  outputLabels: nodePorts("out"),
  paletteLabel() {
    return this._("user-sync-backfill.palette");
  },
  label: nodeLabel,
  labelStyle: nodeLabelStyle,
  oneditprepare() {
    prepareForm(this, "node-input");
  },
});
