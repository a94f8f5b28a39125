import { createServer, type Server } from "node:http";
import type { Json, JsonObject } from "../../../lib/sync/types";
import { History } from "../../../simulator/kit/history";
import { type RunningTenant, startTenant, type TenantOptions } from "../../../simulator/tenant/tenant";

export interface Answer {
  status: number;
  body: Json;
}

/** A tenant under test with a client that has a token. */
export interface TestTenant {
  tenant: RunningTenant;
  history: History;
  call(method: string, path: string, body?: Json): Promise<Answer>;
  bulk(...users: JsonObject[]): Promise<Answer>;
  /** `data` of a profile read. */
  read(sub: string): Promise<Json>;
  renewToken(): Promise<void>;
}

const running: { close(): Promise<void> }[] = [];

/** For `afterEach`: closes what the helpers of this file started. */
export async function closeAll(): Promise<void> {
  for (const part of running.splice(0)) await part.close();
}

export async function openTenant(options: Partial<TenantOptions> = {}): Promise<TestTenant> {
  const history = options.history ?? new History();
  const tenant = await startTenant({ ...options, history });
  running.push(tenant);
  let token = "";

  const call = (method: string, path: string, body?: Json) => send(tenant.url + path, method, body, token);
  async function renewToken(): Promise<void> {
    token = accessToken(await requestToken(tenant));
  }
  await renewToken();
  return {
    tenant,
    history,
    call,
    renewToken,
    bulk: (...users) => call("POST", "/users-srv/user/bulk", users),
    read: async (sub) => member((await call("GET", `/user-srv/users/${sub}`)).body, "data"),
  };
}

export async function send(url: string, method: string, body?: Json, token?: string): Promise<Answer> {
  const headers = { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) };
  const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const text = await response.text();
  const parsed: Json = text === "" ? null : JSON.parse(text);
  return { status: response.status, body: parsed };
}

export function requestToken(tenant: RunningTenant, credentials: JsonObject = {}): Promise<Answer> {
  return send(`${tenant.url}/token-srv/token`, "POST", {
    grant_type: "client_credentials",
    client_id: "simulator-client",
    client_secret: "simulator-secret",
    ...credentials,
  });
}

export function accessToken(answer: Answer): string {
  return `${member(answer.body, "access_token")}`;
}

/** The member at a path; null where there is none. */
export function member(value: Json, ...path: (string | number)[]): Json {
  let found: Json | undefined = value;
  for (const name of path) {
    if (Array.isArray(found) && typeof name === "number") found = found[name];
    else if (typeof found === "object" && found !== null && !Array.isArray(found)) found = found[name];
    else return null;
  }
  return found ?? null;
}

export interface Received {
  url: string;
  headers: NodeJS.Dict<string | string[]>;
  event: JsonObject;
}

/** A webhook receiver that answers the given statuses one after the other, then 200. */
export async function openReceiver(statuses: number[] = []): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const event: JsonObject = JSON.parse(Buffer.concat(chunks).toString());
      received.push({ url: request.url ?? "", headers: request.headers, event });
      response.writeHead(statuses.shift() ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  running.push({
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
  return { url: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/events`, received };
}

/** Waits for a condition, checked again and again; the test's own timeout ends it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
