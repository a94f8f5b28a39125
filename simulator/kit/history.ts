import type { Json } from "../../lib/sync/types";

/** One thing that happened to a user of one system. */
export interface HistoryEntry {
  seq: number;
  /** Milliseconds since the epoch. */
  at: number;
  system: "cidaas" | "legacy";
  /** The user's sub in cidaas, or the id in the legacy system. */
  id: string;
  kind: "created" | "updated" | "deleted" | "event" | "login";
  /** `user`: an edit of a person; `sync`: a call of the package under test; `system`: the simulated system itself. */
  by: "user" | "sync" | "system";
  /** Every value that changed, as the system holds it from now on. */
  fields: Record<string, Json>;
}

/**
 * Everything the two simulated systems ever held, in order. Entries are only added: whether an edit got lost is judged
 * here, not by what the systems hold in the end.
 */
export class History {
  readonly #entries: HistoryEntry[] = [];
  readonly #listeners = new Set<(entry: HistoryEntry) => void>();

  append(entry: Omit<HistoryEntry, "seq">): void {
    const numbered: HistoryEntry = { seq: this.#entries.length + 1, ...entry };
    this.#entries.push(numbered);
    for (const listener of this.#listeners) listener(numbered);
  }

  entries(): readonly HistoryEntry[] {
    return this.#entries;
  }

  /** The entries after the one numbered `seq`; 0 gives all. */
  since(seq: number): readonly HistoryEntry[] {
    return this.#entries.slice(Math.max(0, seq));
  }

  /** Calls `listener` for every later entry; the result unsubscribes it. */
  onAppend(listener: (entry: HistoryEntry) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
