import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { answerText, readBody } from "./body";

export interface KitRequest {
  method: string;
  url: URL;
  params: Record<string, string>;
  headers: IncomingHttpHeaders;
  /** Parsed JSON, an object of texts for a form, or null without a body. */
  body: unknown;
}

/** `body` goes out as JSON; a text under a `content-type` other than JSON goes out as it is. */
export interface KitAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

export interface Route {
  method: string;
  /** Path with `:name` segments, such as `/users/:id`. */
  path: string;
  handle(request: KitRequest): Promise<KitAnswer> | KitAnswer;
}

/**
 * What happens to a request instead of being handled: an answer, a connection cut (`reset`) or kept open for ever
 * (`hang`). With `-after` the request is handled, and only its answer gets lost. Null: handle it.
 */
export type Interference = KitAnswer | "reset" | "reset-after" | "hang" | "hang-after" | null;

export interface ServerOptions {
  host: string;
  /** 0 picks a free port. */
  port: number;
  routes: Route[];
  before?: (request: KitRequest) => Promise<Interference>;
  /** Waited for between a request's effect and its answer. */
  after?: (request: KitRequest) => Promise<void>;
}

export interface RunningServer {
  /** Without trailing slash. */
  url: string;
  /** Requests that met a route, per `METHOD /path`, whatever became of them. */
  calls(): Record<string, number>;
  /** Stops listening and cuts every connection. */
  close(): Promise<void>;
}

/** Answers JSON with the given status. */
export function answer(status: number, body?: unknown): KitAnswer {
  return body === undefined ? { status } : { status, body };
}

/** Starts a server on the routes. Rejects when it cannot listen. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const table = options.routes.map((route) => ({ route, segments: route.path.split("/") }));
  const calls = new Map<string, number>();

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = message.method ?? "GET";
    const url = new URL(`http://${options.host}${safePath(message.url)}`);
    const match = findRoute(table, method, url.pathname);
    if (match === null) return send(response, answer(404, { success: false, status: 404, error: "No such endpoint" }));
    const name = `${match.route.method} ${match.route.path}`;
    calls.set(name, (calls.get(name) ?? 0) + 1);
    const read = await readBody(message);
    if (!read.ok)
      return send(response, answer(read.status, { success: false, status: read.status, error: read.error }));

    const request = { method, url, params: match.params, headers: message.headers, body: read.body };
    const interference = (await options.before?.(request)) ?? null;
    if (interference === "reset") message.socket.destroy();
    else if (interference !== null && typeof interference === "object") send(response, interference);
    else if (interference !== "hang") {
      const result = await match.route.handle(request);
      await options.after?.(request);
      if (interference === "reset-after") message.socket.destroy();
      else if (interference === null) send(response, result);
    }
  }

  const server = createServer((message, response) => {
    serve(message, response).catch((thrown: unknown) => {
      const error = thrown instanceof Error ? thrown.message : "Unknown failure";
      send(response, answer(500, { success: false, status: 500, error }));
    });
  });
  // Longer than clients keep idle connections, so that none is closed under a request.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : options.port;
  return {
    url: `http://${options.host.includes(":") ? `[${options.host}]` : options.host}:${port}`,
    calls: () => Object.fromEntries(calls),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Request targets may be any text; what is not a path is served as the root, which no route has. */
function safePath(target: string | undefined): string {
  return target?.startsWith("/") && URL.canParse(`http://host${target}`) ? target : "/";
}

function findRoute(
  table: readonly { route: Route; segments: string[] }[],
  method: string,
  pathname: string,
): { route: Route; params: Record<string, string> } | null {
  const given = pathname.split("/");
  for (const { route, segments } of table) {
    if (route.method !== method || segments.length !== given.length) continue;
    const params = matchSegments(segments, given);
    if (params !== null) return { route, params };
  }
  return null;
}

function matchSegments(segments: readonly string[], given: readonly string[]): Record<string, string> | null {
  const params: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const part = given[index] ?? "";
    if (!segment.startsWith(":")) {
      if (segment !== part) return null;
      continue;
    }
    try {
      params[segment.slice(1)] = decodeURIComponent(part);
    } catch {
      return null;
    }
  }
  return params;
}

function send(response: ServerResponse, result: KitAnswer): void {
  if (response.destroyed || response.headersSent) return;
  const { text, contentType } = answerText(result.body, result.headers?.["content-type"]);
  response.writeHead(result.status, {
    ...(contentType === null ? {} : { "content-type": contentType }),
    ...result.headers,
  });
  response.end(text);
}
