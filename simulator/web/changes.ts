import type { History, HistoryEntry } from "../kit/history";
import type { KitAnswer, Route } from "../kit/http";

/** A stream without news ends after this time; the browser then asks again. */
const QUIET_MS = 15_000;
/** News of this time go out together. */
const GATHER_MS = 40;
/** More entries than this would only flood the page: the newest are enough. */
const MAX_ENTRIES = 200;
const RECONNECT_MS = 100;

/**
 * Server-sent events of the history. Each answer ends with the news at hand: the browser's `EventSource` comes back by
 * itself and names the last entry it saw, so that none is missed and no connection has to be looked after.
 */
export function changesRoute(history: History, render: (entry: HistoryEntry) => unknown): Route {
  return {
    method: "GET",
    path: "/api/changes",
    handle: async ({ headers, url }): Promise<KitAnswer> => {
      const newest = history.entries().length;
      const since = position(headers["last-event-id"] ?? url.searchParams.get("since"), newest);
      if (since >= newest) await nextEntry(history);
      const entries = history.since(since).slice(-MAX_ENTRIES);
      const events = entries.map((entry) => `id: ${entry.seq}\ndata: ${JSON.stringify(render(entry))}\n\n`);
      return {
        status: 200,
        headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
        body: `retry: ${RECONNECT_MS}\nid: ${since}\n\n${events.join("")}`,
      };
    },
  };
}

function position(value: string | string[] | null, newest: number): number {
  return typeof value === "string" && /^\d{1,15}$/.test(value) ? Math.min(Number(value), newest) : newest;
}

/** Waits for an entry and those that come right after it, or for a while. */
function nextEntry(history: History): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      stop();
      resolve();
    };
    let timer = setTimeout(finish, QUIET_MS).unref();
    const stop = history.onAppend(() => {
      stop();
      clearTimeout(timer);
      timer = setTimeout(resolve, GATHER_MS).unref();
    });
  });
}
