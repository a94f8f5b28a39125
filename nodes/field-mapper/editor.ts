import { prepareForm } from "../shared/editor/form";
import { fieldLabels, nodeLabelStyle, nodePorts } from "../shared/editor/texts";
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
  },
});
