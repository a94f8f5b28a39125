import { prepareForm } from "../shared/editor/form";
import { fieldLabels, hostOf, nodeLabelStyle } from "../shared/editor/texts";
import { numberBetween, oneOf, webAddress, wholeNumberBetween } from "../shared/editor/validators";

const label = fieldLabels("cidaas-tenant");

RED.nodes.registerType("cidaas-tenant", {
  category: "config",
  defaults: {
    name: { value: "" },
    configVersion: { value: 1 },
    baseUrl: { value: "", label: label("baseUrl"), validate: webAddress },
    timeout: { value: 60, label: label("timeout"), validate: numberBetween(1, 3600) },
    maxConcurrent: { value: 8, label: label("maxConcurrent"), validate: wholeNumberBetween(1, 256) },
    requestsPerSecond: { value: 0, label: label("requestsPerSecond"), validate: numberBetween(0, 10_000) },
    bulkUpdates: { value: "complete", label: label("bulkUpdates"), validate: oneOf("complete", "merge") },
    tls: { value: "", type: "tls-config", required: false, label: label("tls") },
    proxy: { value: "", type: "http proxy", required: false, label: label("proxy") },
  },
  credentials: {
    clientId: { type: "text", required: true, label: label("clientId") },
    clientSecret: { type: "password", required: true, label: label("clientSecret") },
  },
  paletteLabel() {
    return this._("cidaas-tenant.palette");
  },
  label() {
    return this.name || hostOf(this.baseUrl) || this._("cidaas-tenant.palette");
  },
  labelStyle: nodeLabelStyle,
  oneditprepare() {
    prepareForm(this, "node-config-input");
  },
});
