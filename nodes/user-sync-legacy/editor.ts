import { create, fieldValue, prepareForm } from "../shared/editor/form";
import { createRowList, type RowList } from "../shared/editor/list";
import { fieldLabels, hostOf, nodeLabelStyle, sharedText } from "../shared/editor/texts";
import {
  filled,
  headerName,
  numberBetween,
  oneOf,
  optionalPathTemplate,
  pathTemplate,
  webAddress,
  wholeNumberBetween,
} from "../shared/editor/validators";

const PREFIX = "node-config-input";
const METHODS = ["POST", "PUT", "PATCH", "DELETE"];
const label = fieldLabels("user-sync-legacy");

interface Header {
  name: string;
  value: string;
}

/** The rows of the dialog that is open; only one legacy system is edited at a time. */
let headerRows: RowList<Header> | null = null;

RED.nodes.registerType("user-sync-legacy", {
  category: "config",
  defaults: {
    name: { value: "" },
    configVersion: { value: 1 },
    baseUrl: { value: "", label: label("baseUrl"), validate: webAddress },
    createMethod: { value: "POST", label: label("createMethod"), validate: oneOf(...METHODS) },
    createPath: { value: "/users", label: label("createPath"), validate: pathTemplate },
    updateMethod: { value: "PATCH", label: label("updateMethod"), validate: oneOf(...METHODS) },
    updatePath: { value: "/users/{{legacyId}}", label: label("updatePath"), validate: pathTemplate },
    updates: { value: "merge", label: label("updates"), validate: oneOf("merge", "complete") },
    deleteMethod: { value: "DELETE", label: label("deleteMethod"), validate: oneOf(...METHODS) },
    deletePath: { value: "/users/{{legacyId}}", label: label("deletePath"), validate: optionalPathTemplate },
    readPath: { value: "", label: label("readPath"), validate: validateReadPath },
    findPath: { value: "", label: label("findPath"), validate: optionalPathTemplate },
    idPath: { value: "id", label: label("idPath"), validate: filled },
    headers: { value: {}, label: label("headers"), validate: validateHeaders },
    auth: { value: "none", label: label("auth"), validate: oneOf("none", "basic", "bearer", "apikey", "oauth2") },
    apiKeyName: { value: "x-api-key", label: label("apiKeyName"), validate: onlyFor(["apikey"], headerName) },
    tokenUrl: { value: "", label: label("tokenUrl"), validate: onlyFor(["oauth2"], webAddress) },
    timeout: { value: 30, label: label("timeout"), validate: numberBetween(1, 600) },
    maxConcurrent: { value: 8, label: label("maxConcurrent"), validate: wholeNumberBetween(1, 256) },
    requestsPerSecond: { value: 0, label: label("requestsPerSecond"), validate: numberBetween(0, 10_000) },
    tls: { value: "", type: "tls-config", required: false, label: label("tls") },
    proxy: { value: "", type: "http proxy", required: false, label: label("proxy") },
  },
  credentials: {
    user: { type: "text", label: label("user"), validate: onlyFor(["basic"], filled) },
    password: { type: "password", label: label("password"), validate: onlyFor(["basic"], filled) },
    token: { type: "password", label: label("token"), validate: onlyFor(["bearer", "apikey"], filled) },
    clientId: { type: "text", label: label("clientId"), validate: onlyFor(["oauth2"], filled) },
    clientSecret: { type: "password", label: label("clientSecret"), validate: onlyFor(["oauth2"], filled) },
  },
  paletteLabel() {
    return this._("user-sync-legacy.palette");
  },
  label() {
    return this.name || hostOf(this.baseUrl) || this._("user-sync-legacy.palette");
  },
  labelStyle: nodeLabelStyle,
  oneditprepare() {
    prepareForm(this, PREFIX);
    const translate = (key: string) => this._(`user-sync-legacy.${key}`);
    headerRows = createRowList<Header>({
      id: `${PREFIX}-headers-list`,
      addLabel: translate("header.add"),
      label: translate("label.headers"),
      blank: { name: "", value: "" },
      fill: (row, header) => fillHeaderRow(row, header, translate),
    });
    for (const [name, value] of headerEntries(this.headers)) headerRows.add({ name, value });
  },
  oneditsave() {
    const rows = headerRows?.read().filter(({ name }) => name !== "") ?? [];
    // An `${ENV_VAR}` for all headers has no rows; it stays unless rows were added.
    if (typeof this.headers === "object" || rows.length > 0) {
      this.headers = Object.fromEntries(rows.map(({ name, value }) => [name, value]));
    }
    headerRows = null;
  },
});

function fillHeaderRow(row: HTMLElement, header: Header, translate: (key: string) => string): () => Header {
  const field = (part: "name" | "value") => {
    const input = create("input", {
      type: "text",
      "aria-label": translate(`header.${part}`),
      placeholder: translate(`header.${part}Placeholder`),
    });
    input.value = header[part];
    return input;
  };
  const [name, value] = [field("name"), field("value")];
  row.append(create("div", { class: "user-sync-pair" }, [name, value]));
  return () => ({ name: name.value.trim(), value: value.value.trim() });
}

function headerEntries(headers: unknown): [name: string, value: string][] {
  if (typeof headers !== "object" || headers === null) return [];
  return Object.entries(headers).map(([name, value]) => [name, String(value)]);
}

/** A field that matters only with these ways of signing in. In the dialog the way shown counts, else that of the node. */
function onlyFor(ways: string[], validate: Validator): Validator {
  return function (this: EditorNode, value: unknown, options: { label?: string }) {
    const auth = fieldValue(`${PREFIX}-auth`) || this.auth;
    return typeof auth === "string" && ways.includes(auth) ? validate.call(this, value, options) : true;
  };
}

/** Complete updates are put together from a read. */
function validateReadPath(this: EditorNode, value: unknown, options: { label?: string }): true | string {
  const updates = fieldValue(`${PREFIX}-updates`) || this.updates;
  return (updates === "complete" ? pathTemplate : optionalPathTemplate).call(this, value, options);
}

function validateHeaders(this: EditorNode, value: unknown, _options: { label?: string }): true | string {
  const wrong = headerEntries(value).find(([name]) => !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name));
  return wrong ? sharedText("validate.header", { header: wrong[0] }) : true;
}
