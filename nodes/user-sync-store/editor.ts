import { fieldValue, prepareForm } from "../shared/editor/form";
import { fieldLabels, nodeLabelStyle, sharedText } from "../shared/editor/texts";
import { filled, numberBetween, oneOf, schemaName, wholeNumberBetween } from "../shared/editor/validators";

const label = fieldLabels("user-sync-store");

RED.nodes.registerType("user-sync-store", {
  category: "config",
  defaults: {
    name: { value: "" },
    configVersion: { value: 1 },
    engine: { value: "sqlite", label: label("engine"), validate: oneOf("sqlite", "postgres") },
    path: { value: "user-sync.db", label: label("path"), validate: onlyFor("sqlite", filled) },
    schema: { value: "user_sync", label: label("schema"), validate: onlyFor("postgres", schemaName) },
    leaseSeconds: { value: 180, label: label("leaseSeconds"), validate: numberBetween(5, 86_400) },
    maxAttempts: { value: 10, label: label("maxAttempts"), validate: wholeNumberBetween(6, 1000) },
  },
  credentials: {
    url: { type: "password", label: label("url"), validate: onlyFor("postgres", filled) },
    encryptionKey: { type: "password", label: label("encryptionKey"), validate: validateKey },
    formerEncryptionKey: { type: "password", label: label("formerEncryptionKey") },
  },
  paletteLabel() {
    return this._("user-sync-store.palette");
  },
  label() {
    return this.name || (this.engine === "sqlite" && String(this.path ?? "")) || this._("user-sync-store.palette");
  },
  labelStyle: nodeLabelStyle,
  oneditprepare() {
    prepareForm(this, "node-config-input");
  },
});

/** A field that matters only for one engine. In the dialog the engine shown counts, else that of the node. */
function onlyFor(engine: string, validate: Validator): Validator {
  return function (this: EditorNode, value: unknown, options: { label?: string }) {
    return engineOf(this) === engine ? validate.call(this, value, options) : true;
  };
}

function validateKey(this: EditorNode, value: unknown, _options: { label?: string }): true | string {
  return engineOf(this) === "postgres" && !value ? sharedText("validate.encryptionKey") : true;
}

function engineOf(node: EditorNode): unknown {
  return fieldValue("node-config-input-engine") || node.engine;
}
