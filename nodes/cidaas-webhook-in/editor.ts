import { isEnvironmentValue } from "../shared/editor/environment";
import { fieldLines, fieldValue, prepareForm, setFieldValue } from "../shared/editor/form";
import { fieldLabels, nodeLabelStyle, nodePorts } from "../shared/editor/texts";
import { filled, headerName, httpPath, numberBetween, oneOf, wholeNumberBetween } from "../shared/editor/validators";

const label = fieldLabels("cidaas-webhook-in");

RED.nodes.registerType("cidaas-webhook-in", {
  category: "user sync",
  color: "#F3B567",
  icon: "user-sync-webhook.svg",
  defaults: {
    name: { value: "" },
    configVersion: { value: 1 },
    sync: { value: "", type: "user-sync", required: true, label: label("sync") },
    webhook: { value: true, label: label("webhook") },
    path: { value: "/cidaas/events", label: label("path"), validate: httpPath },
    auth: { value: "apikey", label: label("auth"), validate: oneOf("apikey", "totp", "oauth2") },
    placement: { value: "header", label: label("placement"), validate: oneOf("header", "query") },
    placeholder: { value: "x-api-key", label: label("placeholder"), validate: headerName },
    requiredScopes: { value: "", label: label("requiredScopes") },
    oauthClientId: { value: "", label: label("oauthClientId"), validate: onlyFor(["oauth2"], filled) },
    events: { value: [], label: label("events") },
    maxInFlight: { value: 16, label: label("maxInFlight"), validate: wholeNumberBetween(1, 1000) },
    catchUpEvery: { value: 60, label: label("catchUpEvery"), validate: numberBetween(0, 10_080) },
  },
  credentials: {
    secret: { type: "password", label: label("secret"), validate: onlyFor(["apikey", "totp"], filled) },
  },
  inputs: 0,
  outputs: 1,
  outputLabels: nodePorts("out"),
  paletteLabel() {
    return this._("cidaas-webhook-in.palette");
  },
  label() {
    if (this.name) return this.name;
    return this.webhook !== false && this.path ? String(this.path) : this._("cidaas-webhook-in.palette");
  },
  labelStyle: nodeLabelStyle,
  oneditprepare() {
    prepareForm(this, "node-input");
    setFieldValue("node-input-events-list", Array.isArray(this.events) ? this.events.join("\n") : this.events);
  },
  oneditsave() {
    const text = fieldValue("node-input-events-list").trim();
    this.events = isEnvironmentValue(text) ? text : fieldLines("node-input-events-list");
  },
});

/** A field that matters only with these ways of securing the webhook, and only while there is a webhook. */
function onlyFor(ways: string[], validate: Validator): Validator {
  return function (this: EditorNode, value: unknown, options: { label?: string }) {
    const checkBox = document.getElementById("node-input-webhook");
    const hasWebhook = checkBox instanceof HTMLInputElement ? checkBox.checked : this.webhook !== false;
    const auth = fieldValue("node-input-auth") || this.auth;
    const matters = hasWebhook && typeof auth === "string" && ways.includes(auth);
    return matters ? validate.call(this, value, options) : true;
  };
}
