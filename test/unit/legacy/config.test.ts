import should from "should";
import { parseLegacyConfig } from "../../../lib/legacy/config";

const MINIMAL = { baseUrl: "https://legacy.example/api/", createPath: "/users", updatePath: "/users/{{legacyId}}" };
const NOBODY = { legacyId: null, sub: null };

/** The message of the one error that reading throws. */
function complaint(raw: object, credentials: object = {}): string {
  try {
    parseLegacyConfig({ ...MINIMAL, ...raw }, credentials);
  } catch (error) {
    should(error).have.properties({ name: "ConfigError", code: "LEGACY_CONFIG" });
    return error instanceof Error ? error.message : "";
  }
  return "";
}

describe("configuration of the legacy system", () => {
  it("completes what is missing with the defaults", () => {
    const { create, update, idPath, ...config } = parseLegacyConfig(MINIMAL, {});
    should(config).eql({
      baseUrl: "https://legacy.example/api",
      remove: null,
      readPath: null,
      findPath: null,
      updates: "merge",
      headers: {},
      auth: { kind: "headers", headers: {} },
      timeoutMs: 30_000,
      maxConcurrent: 8,
      requestsPerSecond: 0,
    });
    should([create.method, update.method, idPath.text]).eql(["POST", "PATCH", "id"]);
    should(create.path.render(NOBODY, {})).equal("/users");
  });

  it("takes numbers and headers as text, as an environment variable gives them", () => {
    const raw = { ...MINIMAL, timeout: "12.5", maxConcurrent: "2", headers: '{"X-Tenant": "a"}' };
    const config = parseLegacyConfig(raw, {});
    should(config).have.properties({ timeoutMs: 12_500, maxConcurrent: 2, headers: { "x-tenant": "a" } });
  });

  it("names all wrong fields in one error, and the node", () => {
    const message = complaint({
      name: "CRM",
      baseUrl: "ftp://x",
      createPath: "",
      updatePath: "users",
      updateMethod: "STEAL",
      updates: "complete",
      idPath: "__proto__.id",
      timeout: "soon",
      maxConcurrent: 1.5,
      headers: [],
    });
    should(message).startWith('user-sync-legacy "CRM": ');
    const fields = [
      "baseUrl",
      "createPath",
      "updatePath",
      "updateMethod",
      "readPath",
      "idPath",
      "timeout",
      "maxConcurrent",
      "headers",
    ];
    for (const field of fields) should(message).containEql(`${field}: `);
  });

  it("names the variable that is not set, in properties, headers and credentials", () => {
    const raw = { baseUrl: "$" + "{LEGACY_URL}", auth: "bearer", headers: { "x-a": "$" + "{HEADER_A}" } };
    const message = complaint(raw, { token: "$" + "{LEGACY_TOKEN}" });
    should(message).containEql("baseUrl: the environment variable LEGACY_URL is not set");
    should(message).containEql("headers.x-a: the environment variable HEADER_A is not set");
    should(message).containEql("credentials.token: the environment variable LEGACY_TOKEN is not set");
    should(message).not.containEql("missing");
  });

  const auths: [string, object, object, object][] = [
    [
      "basic",
      {},
      { user: "ü", password: " p " },
      { authorization: `Basic ${Buffer.from("ü: p ").toString("base64")}` },
    ],
    ["bearer", {}, { token: "t" }, { authorization: "Bearer t" }],
    ["apikey", {}, { token: "t" }, { "x-api-key": "t" }],
    ["apikey", { apiKeyName: "X-Key" }, { token: "t" }, { "x-key": "t" }],
  ];
  for (const [auth, raw, credentials, headers] of auths)
    it(`puts ${auth} credentials into ${Object.keys(headers)}`, () => {
      should(parseLegacyConfig({ ...MINIMAL, auth, ...raw }, credentials).auth).eql({ kind: "headers", headers });
    });

  it("asks for the credentials of the chosen authentication only, and keeps them to itself", () => {
    should(complaint({ auth: "basic" })).match(/credentials\.user: is missing; credentials\.password: is missing/);
    should(complaint({ auth: "oauth2" })).match(/tokenUrl: is missing.*clientId.*clientSecret/);
    const message = complaint({ auth: "bearer" }, { token: "s3cr3t\nx" });
    should(message).match(/credentials\.token: holds characters/);
    should(message).not.containEql("s3cr3t");
    should(complaint({ headers: '{"x-key": "s3cr3t' })).not.containEql("s3cr3t");
    should(complaint({ baseUrl: "https://user:s3cr3t@legacy.example" })).match(/^(?!.*s3cr3t).*baseUrl/);
  });

  const wrongPaths: [string, object, RegExp][] = [
    [
      "a record's field in deletePath",
      { deletePath: "/users/{{email}}" },
      /deletePath: may use legacyId and sub only; email/,
    ],
    ["a record's field in readPath", { readPath: "/users/{{email}}" }, /readPath: may use/],
    ["single braces", { findPath: "/users?email={email}" }, /findPath: has braces/],
    ["three braces", { findPath: "/users?email={{{email}}}" }, /findPath: has braces/],
    ["a path into a prototype", { findPath: "/users?x={{constructor.name}}" }, /findPath: .*reserved name/],
    ["a fragment", { findPath: "/users#{{email}}" }, /findPath: must hold no #/],
  ];
  for (const [name, raw, sentence] of wrongPaths)
    it(`refuses ${name}`, () => {
      should(complaint(raw)).match(sentence);
    });
});
