import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import should from "should";
import { buildEditor, type Definition, environment, iconFiles, register, scriptBlocks, TYPES } from "./built";

const RESERVED = [
  "id",
  "type",
  "wires",
  "inputs",
  "outputs",
  "users",
  "changed",
  "dirty",
  "moved",
  "selected",
  "valid",
];

describe("The editor half of every node", () => {
  let built: ReturnType<typeof buildEditor>;
  before(() => {
    built = buildEditor();
  });
  after(() => built.remove());

  const htmlOf = (type: string) => readFileSync(join(built.folder, "nodes", type, `${type}.html`), "utf8");
  const definitionOf = (type: string): Definition => {
    const [script = ""] = scriptBlocks(htmlOf(type), 'type="text/javascript"');
    const definition = register(script).get(type);
    if (!definition) throw new Error(`${type} did not register itself`);
    return definition;
  };
  const fieldIds = (type: string, prefix: string) =>
    [...htmlOf(type).matchAll(/ id="([^"]+)"/g)]
      .map(([, id = ""]) => id)
      .filter((id) => id.startsWith(`${prefix}-`))
      .map((id) => id.slice(prefix.length + 1));

  for (const type of TYPES) {
    describe(type, () => {
      it("registers its type with a literal name and an inline object, as the scorecard reads it", () => {
        const [script = ""] = scriptBlocks(htmlOf(type), 'type="text/javascript"');
        const [, name, body = ""] = /RED\.nodes\.registerType\("([^"]+)", \{([\s\S]*)/.exec(script) ?? [];
        should(name).equal(type);
        should(body).match(/^\s*category: "/);
        should(body).match(/\n {4}defaults: \{\n/);
        should(body).not.match(/\n {4}\.\.\./);
      });

      it("has one template and one English help, and the German help beside its texts", () => {
        should(scriptBlocks(htmlOf(type), `type="text/html" data-template-name="${type}"`)).have.length(1);
        should(scriptBlocks(htmlOf(type), `type="text/markdown" data-help-name="${type}"`)).have.length(1);
        const german = readFileSync(join(built.folder, "nodes", type, "locales/de", `${type}.html`), "utf8");
        should(scriptBlocks(german, `type="text/markdown" data-help-name="${type}"`)).have.length(1);
        should(existsSync(join(built.folder, "nodes", type, "locales/en-US", `${type}.json`))).be.true();
      });

      it("has a field for every property and a property for every field", () => {
        const definition = definitionOf(type);
        const properties = [...Object.keys(definition.defaults), ...Object.keys(definition.credentials ?? {})];
        const fields = fieldIds(type, definition.category === "config" ? "node-config-input" : "node-input");
        const owner = (field: string) => field.split("-")[0] ?? "";
        should(fields.map(owner).filter((name) => !properties.includes(name))).eql([]);
        const named = new Set(fields.map(owner));
        should(properties.filter((name) => name !== "configVersion" && !named.has(name))).eql([]);
      });

      it("gives every field a label or an accessible name", () => {
        const html = htmlOf(type);
        const fields = [...html.matchAll(/<(?:input|select|textarea) [^>]*id="([^"]+)"[^>]*>/g)];
        should(fields.length).be.above(0);
        for (const [tag, id = ""] of fields) {
          if (!tag.includes("[aria-label]")) should(html).containEql(`<label for="${id}"><i class="fa fa-`);
        }
      });

      it("uses no reserved property name, has a schema version and a name", () => {
        const { defaults } = definitionOf(type);
        should(Object.keys(defaults).filter((name) => name.length === 1 || RESERVED.includes(name))).eql([]);
        should(defaults.configVersion?.value).equal(1);
        should(defaults.name?.value).equal("");
      });

      it("is valid with its defaults, where nothing has to be filled in", () => {
        const { defaults } = definitionOf(type);
        const node = Object.fromEntries(Object.entries(defaults).map(([name, { value }]) => [name, value]));
        const toFillIn = ["baseUrl", "subNamespace", "file"];
        for (const [name, property] of Object.entries(defaults)) {
          if (!property.validate || toFillIn.includes(name)) continue;
          should(property.validate.call(node, property.value, {})).equal(true, `${name} refuses its own default`);
        }
      });

      it("takes an environment variable for every value", () => {
        const { defaults, credentials = {} } = definitionOf(type);
        for (const [name, { validate }] of Object.entries({ ...defaults, ...credentials })) {
          if (!validate || ["rules", "brake", "headers"].includes(name)) continue;
          should(validate.call({}, environment("SYNC_VALUE"), {})).equal(true, name);
        }
      });

      it("uses validators that may return a sentence", () => {
        const { defaults, credentials = {} } = definitionOf(type);
        for (const { validate } of Object.values({ ...defaults, ...credentials })) {
          if (validate) should(validate).have.length(2);
        }
      });
    });
  }

  it("keeps secrets in password credentials", () => {
    const secrets = TYPES.flatMap((type) =>
      Object.entries(definitionOf(type).credentials ?? {}).map(([name, { type: kind }]) => `${type} ${name} ${kind}`),
    );
    should(secrets.sort()).eql([
      "cidaas-tenant clientId text",
      "cidaas-tenant clientSecret password",
      "cidaas-webhook-in secret password",
      "user-sync-legacy clientId text",
      "user-sync-legacy clientSecret password",
      "user-sync-legacy password password",
      "user-sync-legacy token password",
      "user-sync-legacy user text",
      "user-sync-store encryptionKey password",
      "user-sync-store formerEncryptionKey password",
      "user-sync-store url password",
    ]);
  });

  it("puts the nodes of the flow into an own category, each with an own icon and a name for each port", () => {
    const nodes = TYPES.map((type) => ({ type, definition: definitionOf(type) })).filter(
      ({ definition }) => definition.category !== "config",
    );
    should(nodes).have.length(8);
    should(new Set(nodes.map(({ definition }) => definition.icon)).size).equal(8);
    for (const { type, definition } of nodes) {
      should(definition.category).equal("user sync");
      should(definition.color).match(/^#[0-9A-F]{6}$/);
      should(iconFiles()).containEql(definition.icon);
      should(existsSync(join(built.folder, "nodes/user-sync/icons", definition.icon ?? ""))).be.true();
      const node = { type, _: (key: string) => key };
      for (let port = 0; port < (definition.outputs ?? 0); port++) {
        should(definition.outputLabels?.call(node, port)).equal(`${type}.port.out${port + 1}`);
      }
      if (definition.inputs) should(definition.inputLabels?.call(node, 0)).equal(`${type}.port.in1`);
    }
  });

  describe("refuses with a sentence", () => {
    const refusals: [type: string, property: string, value: unknown, node?: Record<string, unknown>][] = [
      ["user-sync", "key", "two words"],
      ["user-sync", "subNamespace", "not a uuid", { subStrategy: "uuid5" }],
      ["user-sync", "clockTolerance", "-1"],
      ["user-sync", "legacySchema", "[1]"],
      ["user-sync", "firstContact", "nobody"],
      ["user-sync", "brake", { count: 0, share: 1 }],
      ["user-sync", "brake", { count: 5, share: 101 }],
      ["user-sync", "rules", [{ id: "a", cidaas: "email", legacy: "" }]],
      ["cidaas-tenant", "baseUrl", "ftp://example.org"],
      ["cidaas-tenant", "baseUrl", "https://user@example.org"],
      ["cidaas-tenant", "timeout", ""],
      ["user-sync-legacy", "createPath", "users"],
      ["user-sync-legacy", "updatePath", "/users/{{legacyId"],
      ["user-sync-legacy", "readPath", "", { updates: "complete" }],
      ["user-sync-legacy", "tokenUrl", "", { auth: "oauth2" }],
      ["user-sync-legacy", "headers", { "two words": "x" }],
      ["user-sync-store", "path", "", { engine: "sqlite" }],
      ["user-sync-store", "schema", "Drop Table", { engine: "postgres" }],
      ["cidaas-webhook-in", "path", "events"],
      ["cidaas-webhook-in", "oauthClientId", "", { auth: "oauth2", webhook: true }],
      ["bulk-batcher", "size", 1001],
      ["bulk-batcher", "size", "0"],
      ["bulk-batcher", "waitMs", "600001"],
      ["bulk-batcher", "maxInFlight", "1.5"],
      ["legacy-out", "mode", "soap"],
      ["user-sync-backfill", "file", ""],
      ["user-sync-backfill", "separator", '"'],
      ["user-sync-backfill", "exportedAt", "yesterday"],
    ];
    for (const [type, property, value, node = {}] of refusals) {
      it(`${type}: ${property} ${JSON.stringify(value)}`, () => {
        const validate = definitionOf(type).defaults[property]?.validate;
        should(validate?.call(node, value, { label: "Field" }))
          .be.a.String()
          .and.not.empty();
      });
    }

    it("but not a field that the chosen way does not use", () => {
      const { defaults } = definitionOf("user-sync-legacy");
      should(defaults.tokenUrl?.validate?.call({ auth: "none" }, "", {})).be.true();
      should(defaults.readPath?.validate?.call({ updates: "merge" }, "", {})).be.true();
    });
  });
});
