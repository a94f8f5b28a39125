import * as http from "node:http";
import * as https from "node:https";
import { Readable } from "node:stream";
import axios, { type AxiosInstance, type AxiosResponse } from "axios";
import { CallError } from "../errors";
import type { Json } from "../sync/types";
import { isDistress, retryAfterMs, THROTTLED_MS } from "./answers";
import { answerTooLarge, type Fault, isLoss, toCallError, tooLate } from "./faults";
import { createLimiter, type Turn } from "./limiter";
import { createRoutes } from "./proxy";
import type { HttpAnswer, HttpClient, HttpOptions, HttpRequest } from "./types";

/** Bytes of an answer, decompressed. */
export const MAX_ANSWER_BYTES = 50 * 1024 * 1024;

/** Found where JSON may hold an integer beyond what a number holds exactly, or a member named `__proto__`. */
const NEEDS_CARE = /\d{16}|__proto__|\\u/;

/**
 * See `HttpClient`. A redirect is an answer like any other. Waiting for a turn does not count against `timeoutMs`.
 * Beyond the errors named there: `CLIENT_CLOSED` (transient) for a call not sent because of `close`, `PROXY_REFUSED` and
 * `URL_INVALID` (configuration). Throws `ConfigError` `PROXY_URL`.
 */
export function createHttpClient(options: HttpOptions): HttpClient {
  const { maxConcurrent, requestsPerSecond } = options;
  const limiter = createLimiter({ maxConcurrent, requestsPerSecond, now: () => performance.now() });
  const routes = createRoutes(options);
  const client = createAxios();
  const calls = new Set<Call>();

  async function send(request: HttpRequest, url: URL): Promise<HttpAnswer> {
    const call = new Call(url.host, request.timeoutMs ?? options.timeoutMs, request.startBefore);
    calls.add(call);
    try {
      const response = await client.request<unknown>({
        ...routes.to(url),
        method: request.method,
        url: url.href,
        ...encodeBody(request),
        signal: call.signal,
        transport: { request: call.openRequest },
      });
      return await readAnswer(response, url.host);
    } catch (error) {
      throw call.errorFor(error);
    } finally {
      call.finish();
      calls.delete(call);
    }
  }

  return {
    async send(request) {
      const url = parseUrl(request.url);
      const refusal = () => (isLate(request.startBefore) ? tooLate(url.host) : null);
      return limiter.run({ kind: request.kind ?? "read", refusal }, (turn) => watched(turn, send(request, url)));
    },
    close() {
      limiter.close();
      for (const call of calls) call.end("closed");
      routes.destroy();
    },
  };
}

/** Tells the limiter how the host is doing. */
async function watched(turn: Turn, sent: Promise<HttpAnswer>): Promise<HttpAnswer> {
  try {
    const answer = await sent;
    const { status, headers } = answer;
    if (!isDistress(status)) turn.well();
    else turn.distress(retryAfterMs(headers, Date.now()) ?? (status === 429 ? THROTTLED_MS : 0));
    return answer;
  } catch (error) {
    if (error instanceof CallError && isLoss(error)) turn.distress();
    throw error;
  }
}

function isLate(startBefore: number | undefined): boolean {
  return startBefore !== undefined && Date.now() > startBefore;
}

/** One call on the wire: its deadlines, and whether it ever had a connection. */
class Call {
  private readonly host: string;
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private readonly startBefore: number | undefined;
  private connected = false;
  private ended: Fault["ended"] = null;

  constructor(host: string, timeoutMs: number, startBefore?: number) {
    this.host = host;
    this.startBefore = startBefore;
    this.timer = setTimeout(() => this.end("timeout"), timeoutMs);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /**
   * What axios calls to open the request: Node's own, watched until the connection stands. The last look at the clock is
   * just before the request is written, since the process may have stood still meanwhile; only with TLS Node may write
   * as the handshake ends, a moment before.
   */
  readonly openRequest = (
    options: https.RequestOptions,
    onAnswer: (answer: http.IncomingMessage) => void,
  ): http.ClientRequest => {
    const secure = options.protocol === "https:";
    const request = (secure ? https : http).request(options, onAnswer);
    const onConnected = () => {
      if (isLate(this.startBefore)) {
        this.end("late");
        request.destroy();
      }
      this.connected = true;
    };
    request.once("socket", (socket) => {
      if (request.reusedSocket) onConnected();
      else socket.once(secure ? "secureConnect" : "connect", onConnected);
    });
    return request;
  };

  end(reason: "timeout" | "closed" | "late"): void {
    this.ended ??= reason;
    this.controller.abort();
  }

  finish(): void {
    clearTimeout(this.timer);
  }

  errorFor(thrown: unknown): CallError {
    return toCallError({ thrown, host: this.host, connected: this.connected, ended: this.ended });
  }
}

function createAxios(): AxiosInstance {
  return axios.create({
    adapter: "http",
    responseType: "stream",
    maxRedirects: 0,
    maxBodyLength: Number.POSITIVE_INFINITY,
    validateStatus: () => true,
    transformRequest: [(data: string) => data],
    transformResponse: [(data: Readable) => data],
    headers: { common: { Accept: "application/json", "User-Agent": "node-red-cidaas" } },
  });
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol === "https:" || url?.protocol === "http:") return url;
  throw new CallError("URL_INVALID", "The address to call is no http or https URL; correct the base URL.", {
    failure: "configuration",
  });
}

function encodeBody(request: HttpRequest): { data?: string; headers: Record<string, string> } {
  if (request.form) {
    const headers = { "Content-Type": "application/x-www-form-urlencoded", ...request.headers };
    return { data: new URLSearchParams(request.form).toString(), headers };
  }
  if (request.body === undefined) return { headers: { ...request.headers } };
  return { data: JSON.stringify(request.body), headers: { "Content-Type": "application/json", ...request.headers } };
}

async function readAnswer(response: AxiosResponse<unknown>, host: string): Promise<HttpAnswer> {
  const headers = textHeaders(response.headers);
  const text = await readText(response.data, host);
  return { status: response.status, headers, body: parseBody(text, headers["content-type"] ?? "") };
}

function textHeaders(headers: object): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined && value !== null)
      texts[name.toLowerCase()] = Array.isArray(value) ? value.join(", ") : String(value);
  return texts;
}

async function readText(stream: unknown, host: string): Promise<string> {
  if (!(stream instanceof Readable)) return "";
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw answerTooLarge(host, MAX_ANSWER_BYTES);
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

/**
 * Integers too long for a number stay the text they are, so that a 64-bit id is not rounded to another user's. Members
 * named `__proto__` are dropped.
 */
function parseBody(text: string, contentType: string): Json {
  if (text.trim() === "") return null;
  if (!/json/i.test(contentType) && !/^\s*[[{]/.test(text)) return text;
  try {
    const parsed: Json = NEEDS_CARE.test(text) ? JSON.parse(text, admitMember) : JSON.parse(text);
    return parsed;
  } catch {
    return text;
  }
}

function admitMember(name: string, value: Json, context?: { source?: string }): Json | undefined {
  if (name === "__proto__") return undefined;
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? "";
  return /^-?\d+$/.test(source) ? source : value;
}
