import { createServer } from "node:http";
import { createTenant } from "../../../lib/cidaas/tenant";
import type { Tenant } from "../../../lib/cidaas/types";
import { createHttpClient } from "../../../lib/delivery/http";
import type { HttpClient, HttpOptions } from "../../../lib/delivery/types";
import { CallError } from "../../../lib/errors";

export interface Seen {
  method: string;
  path: string;
  headers: Record<string, string | string[] | undefined>;
  /** Parsed where it is JSON, else the text. */
  body: unknown;
}

export interface Reply {
  status: number;
  headers?: Record<string, string>;
  /** Text goes out as it is, everything else as JSON. */
  body?: unknown;
  /** Breaks the connection instead of answering. */
  reset?: boolean;
}

export type Handler = (request: Seen) => Reply | Promise<Reply>;

export interface TestServer {
  url: string;
  seen: Seen[];
  close(): Promise<void>;
}

export const HTTP_OPTIONS: HttpOptions = {
  timeoutMs: 5000,
  maxConcurrent: 50,
  requestsPerSecond: 0,
  tls: null,
  proxy: null,
};

/** For writes that are never late. */
export const LATER = Number.POSITIVE_INFINITY;

export async function startServer(handle: Handler): Promise<TestServer> {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const one: Seen = {
      method: request.method ?? "",
      path: request.url ?? "",
      headers: request.headers,
      body: parse(Buffer.concat(chunks).toString("utf8")),
    };
    seen.push(one);
    const reply = await handle(one);
    if (reply.reset) {
      request.socket.destroy();
      return;
    }
    const text = typeof reply.body === "string";
    response.writeHead(reply.status, { "content-type": text ? "text/html" : "application/json", ...reply.headers });
    response.end(text || reply.body === undefined ? reply.body : JSON.stringify(reply.body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export interface TestTenant {
  tenant: Tenant;
  http: HttpClient;
  server: TestServer;
  /** Calls that are neither discovery nor token. */
  calls(): Seen[];
  close(): Promise<void>;
}

/** A tenant that gives out the tokens t1, t2, … and lets `handle` answer everything else. */
export async function openTenant(handle: Handler, now: () => number = Date.now): Promise<TestTenant> {
  let issued = 0;
  const server = await startServer((request) => {
    if (request.path === "/.well-known/openid-configuration") return { status: 404 };
    if (request.path !== "/token-srv/token") return handle(request);
    issued += 1;
    return { status: 200, body: { access_token: `t${issued}`, expires_in: 3600 } };
  });
  const http = createHttpClient(HTTP_OPTIONS);
  const config = {
    baseUrl: server.url,
    clientId: "client",
    clientSecret: "secret",
    timeoutMs: 5000,
    maxConcurrent: 8,
    requestsPerSecond: 0,
    bulkUpdates: "complete" as const,
  };
  return {
    tenant: createTenant(config, http, now),
    http,
    server,
    calls: () => server.seen.filter(({ path }) => !/well-known|token-srv/.test(path)),
    async close() {
      http.close();
      await server.close();
    },
  };
}

/** The `CallError` that a call ends in. */
export async function callErrorOf(call: Promise<unknown>): Promise<CallError> {
  const thrown: unknown = await call.then(
    () => null,
    (error: unknown) => error,
  );
  if (thrown instanceof CallError) return thrown;
  throw new Error(`expected a CallError, got ${String(thrown)}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
