import { StoreError } from "../../errors";
import type { Engine, SyncStore } from "../types";
import type { SqliteOptions } from "./engine";
import type { StoreCall } from "./protocol";
import { rememberSound } from "./soundness";
import { Thread } from "./thread-handle";
import { ThreadStore } from "./thread-store";

/**
 * An engine whose database lives in a thread of its own, so that nobody in this one waits for its disk. See
 * `openSqliteEngine` for the options, and for what it throws.
 */
export async function openThreadEngine(options: SqliteOptions): Promise<Engine> {
  const stores = new Map<string, ThreadStore>();
  const start = () => Thread.start(options, (key, lane) => stores.get(key)?.emitWork(lane));
  const { thread, printKey } = await start();
  return new ThreadEngine(options.path, stores, Buffer.from(printKey), thread, async () => (await start()).thread);
}

class ThreadEngine implements Engine {
  readonly printKey: Buffer;
  readonly #path: string;
  readonly #stores: Map<string, ThreadStore>;
  readonly #start: () => Promise<Thread>;
  #thread: Thread;
  #restarting: Promise<Thread> | null = null;
  #closed: Promise<void> | null = null;

  constructor(
    path: string,
    stores: Map<string, ThreadStore>,
    printKey: Buffer,
    thread: Thread,
    start: () => Promise<Thread>,
  ) {
    this.printKey = printKey;
    this.#path = path;
    this.#stores = stores;
    this.#thread = thread;
    this.#start = start;
  }

  sync(key: string): SyncStore {
    const known = this.#stores.get(key);
    if (known) return known;
    const store = new ThreadStore((call) => this.#call(key, call));
    this.#stores.set(key, store);
    return store;
  }

  async backup(path: string): Promise<void> {
    const thread = await this.#living();
    await thread.request({ do: "backup", path });
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.#restarting?.catch(() => {});
    if (this.#thread.ended) return;
    await this.#thread.request({ do: "close" });
    await this.#thread.exit;
    await rememberSound(this.#path);
  }

  async #call(key: string, call: StoreCall): Promise<never> {
    // Without a wait as long as the thread lives: calls keep their order.
    const thread = this.#thread.ended || this.#closed ? await this.#living() : this.#thread;
    return thread.request({ do: "call", key, call });
  }

  /** A thread that ended by itself (out of memory, a bug) is replaced; the new one takes back what was in flight. */
  async #living(): Promise<Thread> {
    if (this.#closed) throw new StoreError("STORE_CLOSED", "The store is closed; deploy again.");
    if (!this.#thread.ended) return this.#thread;
    this.#restarting ??= this.#start().finally(() => {
      this.#restarting = null;
    });
    this.#thread = await this.#restarting;
    return this.#thread;
  }
}
