import type { Json } from "../sync/types";
import type { CallKind } from "./concurrency";

export interface HttpRequest {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  url: string;
  headers?: Record<string, string>;
  /** Sent as JSON; with `form` as application/x-www-form-urlencoded. */
  body?: Json;
  form?: Record<string, string>;
  /** Overrides the client's own limit. */
  timeoutMs?: number;
  /** Whose share of the calls at once it takes; default `read`. */
  kind?: CallKind;
  /** The latest moment at which it may leave, ms since the epoch; after that nothing is sent (`CALL_TOO_LATE`). */
  startBefore?: number;
}

export interface HttpAnswer {
  status: number;
  /** Lower-case names. */
  headers: Record<string, string>;
  /** Parsed JSON where it is JSON, else the text; null for an empty body. */
  body: Json;
}

/**
 * Kept-alive HTTP with limits on concurrency, rate and answer size. Every HTTP status is an answer; only what gives no
 * answer is thrown, as a `CallError`: `HOST_UNREACHABLE` and `CALL_TOO_LATE` (transient: nothing was sent), `THROTTLED`
 * (nothing was sent, since an earlier answer asked for a long pause), `CONNECTION_LOST` and `CALL_TIMEOUT` (unknown: it may
 * have been taken), `TLS_REFUSED` (configuration), `ANSWER_TOO_LARGE` (unknown).
 */
export interface HttpClient {
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** Aborts what is on the wire and closes idle connections. */
  close(): void;
}

export interface HttpOptions {
  timeoutMs: number;
  /** At the most; fewer while the host throttles or fails. */
  maxConcurrent: number;
  /** 0 = no limit of our own. */
  requestsPerSecond: number;
  /** As the core `tls-config` node fills it in `addTLSOptions`; null = defaults. */
  tls: TlsOptions | null;
  /** As the core `http proxy` node holds it; null = `http_proxy`, `https_proxy`, `no_proxy` of the environment. */
  proxy: ProxyOptions | null;
}

export interface TlsOptions {
  ca?: string | Buffer;
  cert?: string | Buffer;
  key?: string | Buffer;
  passphrase?: string;
  servername?: string;
  rejectUnauthorized?: boolean;
  ALPNProtocols?: string[];
}

export interface ProxyOptions {
  url: string;
  noproxy: string[];
  username?: string;
  password?: string;
}
