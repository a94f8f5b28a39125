import { ConfigReader } from "../config";
import { compilePath, type Path } from "../mapping/paths";
import { compilePathTemplate, isIdName, type PathTemplate } from "./path-template";

const METHODS = ["POST", "PUT", "PATCH", "DELETE", "GET"] as const;

export interface LegacyEndpoint {
  method: (typeof METHODS)[number];
  path: PathTemplate;
}

/** What a call says about us: fixed headers, or a token that is fetched and renewed. */
export type LegacyAuth =
  | { kind: "headers"; headers: Readonly<Record<string, string>> }
  | { kind: "oauth2"; tokenUrl: string; clientId: string; clientSecret: string };

/** The checked properties of `user-sync-legacy`. */
export interface LegacyConfig {
  baseUrl: string;
  create: LegacyEndpoint;
  update: LegacyEndpoint;
  /** These three may be left out. */
  remove: LegacyEndpoint | null;
  readPath: PathTemplate | null;
  findPath: PathTemplate | null;
  updates: "merge" | "complete";
  /** Where a record of the legacy system has its id. */
  idPath: Path;
  headers: Readonly<Record<string, string>>;
  auth: LegacyAuth;
  timeoutMs: number;
  maxConcurrent: number;
  requestsPerSecond: number;
}

/** Stand in for what is wrong, until `check` throws. */
const NO_PATH = compilePathTemplate("/");
const DEFAULT_ID_PATH = compilePath("id");

/** Checks the properties and credentials of `user-sync-legacy`. Throws one `ConfigError` `LEGACY_CONFIG` for all of it. */
export function parseLegacyConfig(raw: unknown, credentials: unknown): LegacyConfig {
  const type = "user-sync-legacy";
  const name = new ConfigReader(type, raw).text("name", "");
  const reader = new ConfigReader(name ? `${type} "${name}"` : type, raw);
  const removePath = readPath(reader, "deletePath", "ids");
  const config: LegacyConfig = {
    baseUrl: reader.url("baseUrl"),
    create: { method: readMethod(reader, "createMethod", "POST"), path: readNeededPath(reader, "createPath") },
    update: { method: readMethod(reader, "updateMethod", "PATCH"), path: readNeededPath(reader, "updatePath") },
    remove: removePath && { method: readMethod(reader, "deleteMethod", "DELETE"), path: removePath },
    readPath: readPath(reader, "readPath", "ids"),
    findPath: readPath(reader, "findPath", "record"),
    updates: reader.choice("updates", ["merge", "complete"], "merge"),
    idPath: attempt(reader, "idPath", () => compilePath(reader.text("idPath", "id"))) ?? DEFAULT_ID_PATH,
    headers: readHeaders(reader),
    auth: readAuth(reader, reader.section("credentials", credentials)),
    timeoutMs: 1000 * reader.number("timeout", { default: 30, min: 1, max: 600 }),
    maxConcurrent: reader.number("maxConcurrent", { default: 8, min: 1, max: 256, whole: true }),
    requestsPerSecond: reader.number("requestsPerSecond", { default: 0, min: 0, max: 10_000 }),
  };
  if (config.updates === "complete" && !config.readPath)
    reader.problem("readPath", "is missing; complete updates take the other fields from there");
  reader.check("LEGACY_CONFIG");
  return config;
}

function readMethod(reader: ConfigReader, field: string, method: LegacyEndpoint["method"]): LegacyEndpoint["method"] {
  return reader.choice(field, METHODS, method);
}

function readNeededPath(reader: ConfigReader, field: string): PathTemplate {
  const text = reader.text(field);
  return (text && attempt(reader, field, () => compilePathTemplate(text))) || NO_PATH;
}

/** A path that may be left out; `uses` says what is known where it is called. */
function readPath(reader: ConfigReader, field: string, uses: "ids" | "record"): PathTemplate | null {
  const text = reader.text(field, "");
  if (text === "") return null;
  const template = attempt(reader, field, () => compilePathTemplate(text));
  const unknown = uses === "ids" && template?.names.find((name) => !isIdName(name));
  if (unknown) reader.problem(field, `may use legacyId and sub only; ${unknown} is not known when it is called`);
  return template;
}

function attempt<T>(reader: ConfigReader, field: string, compile: () => T): T | null {
  try {
    return compile();
  } catch (error) {
    reader.problem(field, error instanceof Error ? error.message : "cannot be read");
    return null;
  }
}

/** An object of names and values, or its JSON text, such as an environment variable holds it. */
function readHeaders(reader: ConfigReader): Record<string, string> {
  const given = reader.read("headers") ?? {};
  const object = typeof given === "string" ? parseJson(given) : given;
  if (typeof object !== "object" || object === null || Array.isArray(object)) {
    reader.problem("headers", "must be an object of names and values");
    return {};
  }
  const section = reader.section("headers", object);
  const headers: Record<string, string> = {};
  for (const name of Object.keys(object)) {
    const value = section.text(name, "");
    checkHeader(section, name, name, value);
    headers[name.toLowerCase()] = value;
  }
  return headers;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text || "{}");
  } catch {
    return null;
  }
}

/** Names after RFC 9110, 5.6.2; values as Node.js lets them into a header. */
function checkHeader(reader: ConfigReader, field: string, name: string, value: string): void {
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) reader.problem(field, "is no name of a header");
  if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) reader.problem(field, "holds characters that no header may hold");
}

function readAuth(reader: ConfigReader, credentials: ConfigReader): LegacyAuth {
  switch (reader.choice("auth", ["none", "basic", "bearer", "apikey", "oauth2"], "none")) {
    case "none":
      return { kind: "headers", headers: {} };
    case "basic": {
      const user = credentials.text("user");
      if (user.includes(":")) credentials.problem("user", "must hold no colon with basic authentication");
      return inHeader("authorization", basicAuthorization(user, credentials.secret("password")));
    }
    case "bearer":
      return inHeader("authorization", `Bearer ${readToken(credentials)}`);
    case "apikey": {
      const name = reader.text("apiKeyName", "") || "x-api-key";
      checkHeader(reader, "apiKeyName", name, "");
      return inHeader(name.toLowerCase(), readToken(credentials));
    }
    case "oauth2":
      return {
        kind: "oauth2",
        tokenUrl: reader.endpoint("tokenUrl"),
        clientId: credentials.text("clientId"),
        clientSecret: credentials.secret("clientSecret"),
      };
  }
}

function readToken(credentials: ConfigReader): string {
  const token = credentials.secret("token");
  checkHeader(credentials, "token", "token", token);
  return token;
}

function inHeader(name: string, value: string): LegacyAuth {
  return { kind: "headers", headers: { [name]: value } };
}

/** RFC 7617, with UTF-8. */
export function basicAuthorization(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}
