import { StoreError } from "../../lib/errors";
import type { SyncStore } from "../../lib/store/types";

const PROBE_MS = 1_000;
const PROBE_NOTE = "probe";

/**
 * Whether the store takes anything now. A read succeeds on a full disk, and without traffic nothing is written: so as
 * long as there is trouble a small note is written once a second, which tells when it is over.
 */
export class StoreTrouble {
  readonly #store: Pick<SyncStore, "setNote">;
  readonly #listeners = new Set<(error: StoreError | null) => void>();
  #present: StoreError | null = null;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(store: Pick<SyncStore, "setNote">) {
    this.#store = store;
  }

  /** Takes note of an error if it is the store's. One that the close of a node brings about is no trouble. */
  note(error: unknown): void {
    if (!(error instanceof StoreError) || error.code === "STORE_CLOSED" || this.#closed) return;
    this.#set(error);
    this.#timer ??= setTimeout(() => this.#probe(), PROBE_MS);
  }

  /** Calls the listener at once and at every change; null = no trouble. Returns the way to stop listening. */
  follow(listener: (error: StoreError | null) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#present);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  #probe(): void {
    this.#store
      .setNote(PROBE_NOTE, String(Date.now()))
      .then(() => null)
      .catch((error: unknown) => error)
      .then((error) => {
        this.#timer = null;
        if (error === null) this.#set(null);
        else this.note(error);
      });
  }

  #set(error: StoreError | null): void {
    if (error?.code === this.#present?.code) return;
    this.#present = error;
    for (const listener of this.#listeners) listener(error);
  }
}
