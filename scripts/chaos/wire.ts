import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { IncomingMessage, ServerResponse } from "node:http";
import type { RunningSimulator } from "../../simulator";

const STARTED = "http.server.request.start";
const READ_OF_USER = /^\/user-srv\/users\/([^/?]+)$/;

/** How often a system failed a call of ours. */
export interface Faults {
  throttled: number;
  failed: number;
  /** Cut, or never answered. */
  unanswered: number;
}

/** What went between Node-RED and the two simulated systems of this process. */
export interface Wire {
  faults: Faults;
  /** When the tenant answered reads of a user, by sub, in ms since the epoch. */
  looks: ReadonlyMap<string, readonly number[]>;
  close(): void;
}

export function watchWire({ tenant, legacy }: RunningSimulator): Wire {
  const ports = [tenant.url, legacy.url].map((url) => Number(new URL(url).port));
  const faults: Faults = { throttled: 0, failed: 0, unanswered: 0 };
  const looks = new Map<string, number[]>();
  const onStart = (message: unknown) => {
    const exchange = exchangeOf(message);
    if (exchange === null || !ports.includes(exchange.request.socket.localPort ?? 0)) return;
    const { request, response } = exchange;
    response.once("close", () => {
      const status = response.writableFinished ? response.statusCode : null;
      if (status === null) faults.unanswered += 1;
      else if (status === 429) faults.throttled += 1;
      else if (status >= 500) faults.failed += 1;
    });
    const sub = request.method === "GET" ? READ_OF_USER.exec(request.url ?? "")?.[1] : undefined;
    if (sub === undefined) return;
    response.once("finish", () => {
      if (response.statusCode >= 400 && response.statusCode !== 404) return;
      looks.set(sub, [...(looks.get(sub) ?? []), Date.now()]);
    });
  };
  subscribe(STARTED, onStart);
  return { faults, looks, close: () => void unsubscribe(STARTED, onStart) };
}

function exchangeOf(message: unknown): { request: IncomingMessage; response: ServerResponse } | null {
  if (typeof message !== "object" || message === null || !("request" in message) || !("response" in message))
    return null;
  const { request, response } = message;
  return request instanceof IncomingMessage && response instanceof ServerResponse ? { request, response } : null;
}
