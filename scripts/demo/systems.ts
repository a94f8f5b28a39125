import type { Json, JsonObject } from "../../lib/sync/types";
import { isJsonObject } from "../../test/support/answers";

/** Both systems as people and auditors reach them: over REST, past the synchronisation. */
export interface Systems {
  legacyUsers(): Promise<JsonObject[]>;
  cidaasUsers(): Promise<JsonObject[]>;
  /** A user's own edit in the legacy system. */
  editLegacy(id: string, fields: JsonObject): Promise<void>;
  createLegacy(user: JsonObject): Promise<string>;
  changeLegacyPassword(id: string, password: string): Promise<void>;
  /** A user's own edit in cidaas. */
  editCidaas(sub: string, fields: JsonObject): Promise<void>;
  registerCidaas(user: JsonObject): Promise<string>;
  /** Whether cidaas lets somebody in with this identifier and password. */
  canLogIn(identifier: string, password: string): Promise<boolean>;
}

export interface SystemUrls {
  tenantUrl: string;
  legacyUrl: string;
  legacyKey: string;
}

const PAGE = 1000;

export function connectSystems({ tenantUrl, legacyUrl, legacyKey }: SystemUrls): Systems {
  const legacy = (method: string, path: string, body?: JsonObject) =>
    call(method, legacyUrl + path, body, { "x-api-key": legacyKey, "x-actor": "user" });
  const cidaas = (method: string, path: string, body?: JsonObject) => call(method, tenantUrl + path, body);

  return {
    async legacyUsers() {
      const all: JsonObject[] = [];
      for (;;) {
        const page = listOf(await legacy("GET", `/users?after=${all.at(-1)?.id ?? 0}&limit=${PAGE}`));
        all.push(...page);
        if (page.length < PAGE) return all;
      }
    },
    cidaasUsers: async () => listOf(await cidaas("GET", "/simulator/users")),
    editLegacy: async (id, fields) => void (await legacy("PATCH", `/users/${id}`, fields)),
    createLegacy: async (user) => idOf(await legacy("POST", "/users", user), "id"),
    changeLegacyPassword: async (id, password) => void (await legacy("PUT", `/users/${id}/password`, { password })),
    editCidaas: async (sub, fields) => void (await cidaas("PATCH", `/simulator/users/${sub}`, fields)),
    registerCidaas: async (user) => idOf(await cidaas("POST", "/simulator/users", user), "sub"),
    async canLogIn(identifier, password) {
      const answer = await send("POST", `${tenantUrl}/simulator/login`, { identifier, password });
      if (answer.status === 200) return true;
      if (answer.status === 401) return false;
      throw new Error(`The login was answered ${answer.status}`);
    },
  };
}

async function call(method: string, url: string, body?: JsonObject, headers?: Record<string, string>): Promise<Json> {
  const answer = await send(method, url, body, headers);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${new URL(url).pathname} was answered ${answer.status}: ${text}`);
  return text === "" ? null : JSON.parse(text);
}

function send(method: string, url: string, body?: JsonObject, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method,
    headers: { "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

function listOf(body: Json): JsonObject[] {
  if (!Array.isArray(body)) throw new Error("A list of users was expected");
  return body.filter(isJsonObject);
}

function idOf(body: Json, member: string): string {
  const id = isJsonObject(body) ? body[member] : undefined;
  if (typeof id !== "string" && typeof id !== "number") throw new Error(`The answer has no ${member}`);
  return String(id);
}
