import * as http from "node:http";
import * as https from "node:https";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { AxiosProxyConfig } from "axios";
import { ConfigError } from "../errors";
import type { HttpOptions, ProxyOptions } from "./types";

/** An unused connection is closed after this time (ms), before a firewall on the way forgets it silently. */
const IDLE_TIMEOUT_MS = 30_000;

const DEFAULT_PORTS: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" };

/** How axios reaches one host: over which connections, and through which proxy for plain http. */
export interface Route {
  httpAgent: http.Agent;
  httpsAgent: https.Agent;
  proxy: AxiosProxyConfig | false;
}

export interface Routes {
  to(url: URL): Route;
  /** Closes every connection, in use or idle. */
  destroy(): void;
}

/** The proxy answered CONNECT with something else than a tunnel. */
export class ProxyRefusal extends Error {
  readonly status: number;

  constructor(status: number) {
    super("The proxy opened no tunnel");
    this.status = status;
  }
}

/**
 * Kept-alive connections, direct or through the proxy of the options or, without one, of the environment variables
 * `http_proxy`, `https_proxy` and `no_proxy` (also in capitals). Throws `ConfigError` `PROXY_URL`.
 */
export function createRoutes(
  options: Pick<HttpOptions, "tls" | "proxy" | "timeoutMs">,
  environment: NodeJS.ProcessEnv = process.env,
): Routes {
  const secure = { keepAlive: true, timeout: IDLE_TIMEOUT_MS, ...options.tls };
  const direct = {
    httpAgent: new http.Agent({ keepAlive: true, timeout: IDLE_TIMEOUT_MS }),
    httpsAgent: new https.Agent(secure),
    proxy: false,
  } as const;
  const byProtocol = new Map<string, { route: Route; noproxy: string[] }>();
  for (const protocol of ["http:", "https:"]) {
    const proxy = options.proxy ?? proxyOfEnvironment(protocol, environment);
    if (!proxy?.url) continue;
    const server = parseProxy(proxy);
    const route =
      protocol === "http:"
        ? { ...direct, proxy: server }
        : { ...direct, httpsAgent: new TunnelAgent(secure, server, options.timeoutMs) };
    byProtocol.set(protocol, { route, noproxy: proxy.noproxy });
  }
  return {
    to(url) {
      const proxied = byProtocol.get(url.protocol);
      return proxied && !isExempt(url, proxied.noproxy) ? proxied.route : direct;
    },
    destroy() {
      for (const { httpAgent, httpsAgent } of [direct, ...[...byProtocol.values()].map(({ route }) => route)]) {
        httpAgent.destroy();
        httpsAgent.destroy();
      }
    },
  };
}

function proxyOfEnvironment(protocol: string, environment: NodeJS.ProcessEnv): ProxyOptions | null {
  const variable = (name: string) => environment[name] || environment[name.toUpperCase()] || "";
  const url = variable(`${protocol.slice(0, -1)}_proxy`);
  return url ? { url, noproxy: variable("no_proxy").split(/[\s,]+/) } : null;
}

function parseProxy(proxy: ProxyOptions): AxiosProxyConfig {
  const text = proxy.url.includes("://") ? proxy.url : `http://${proxy.url}`;
  const url = URL.canParse(text) ? new URL(text) : null;
  const defaultPort = url ? DEFAULT_PORTS[url.protocol] : undefined;
  if (!url || !defaultPort)
    throw new ConfigError(
      "PROXY_URL",
      "The address of the proxy must be an http or https URL; correct the proxy node.",
    );
  const username = proxy.username || decode(url.username);
  const password = proxy.username ? (proxy.password ?? "") : decode(url.password);
  return {
    protocol: url.protocol,
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port || defaultPort),
    ...(username ? { auth: { username, password } } : {}),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Entries as the core `http proxy` node has them: `host`, `host:port`, `.domain`, `*.domain`, or `*` for all. */
function isExempt(url: URL, noproxy: readonly string[]): boolean {
  const port = url.port || DEFAULT_PORTS[url.protocol];
  return noproxy.some((entry) => {
    const [, name = "", entryPort] = /^\s*(.*?)(?::(\d+))?\s*$/.exec(entry.toLowerCase()) ?? [];
    if (name === "" || (entryPort && entryPort !== port)) return false;
    return /^[*.]/.test(name) ? url.hostname.endsWith(name.replace(/^\*/, "")) : url.hostname === name;
  });
}

/** Reaches https hosts through a proxy by CONNECT; unlike the tunnel built into axios, it keeps connections alive. */
class TunnelAgent extends https.Agent {
  private readonly server: AxiosProxyConfig;
  private readonly timeoutMs: number;
  private readonly connecting = new Set<http.ClientRequest>();

  constructor(options: https.AgentOptions, server: AxiosProxyConfig, timeoutMs: number) {
    super(options);
    this.server = server;
    this.timeoutMs = timeoutMs;
  }

  override createConnection(
    options: https.RequestOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const connect = this.connectRequest(`${options.host}:${options.port}`);
    // Node.js looks at the error alone, but its type asks for a stream beside it.
    const fail = (error: Error) => callback?.(error, new Socket());
    this.connecting.add(connect);
    connect.once("close", () => this.connecting.delete(connect));
    connect.once("error", fail);
    connect.once("timeout", () => connect.destroy(new Error("The proxy did not answer in time")));
    connect.once("connect", (answer, socket) => {
      if (answer.statusCode !== 200) {
        socket.destroy();
        fail(new ProxyRefusal(answer.statusCode ?? 0));
        return;
      }
      socket.setTimeout(0);
      const tunnel = super.createConnection({ ...options, ...{ socket } });
      if (tunnel) callback?.(null, tunnel);
    });
    connect.end();
    return undefined;
  }

  override destroy(): void {
    for (const connect of this.connecting) connect.destroy(new Error("The connection was closed"));
    super.destroy();
  }

  private connectRequest(target: string): http.ClientRequest {
    const { protocol, host, port, auth } = this.server;
    const credentials = auth && Buffer.from(`${auth.username}:${auth.password}`).toString("base64");
    const request = protocol === "https:" ? https.request : http.request;
    return request({
      method: "CONNECT",
      host,
      port,
      path: target,
      agent: false,
      timeout: this.timeoutMs,
      headers: { host: target, ...(credentials ? { "proxy-authorization": `Basic ${credentials}` } : {}) },
    });
  }
}
