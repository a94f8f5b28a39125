import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import type { Engine, SyncStore } from "../types";
import { openSqliteEngine } from "./engine";
import { type Answer, Outbox, perform, type Request, type ThreadOptions, toFailure } from "./protocol";
import { assumeSound } from "./soundness";

/*
 * The thread in which a database lives: SQLite waits for the disk, and here it is not the event loop of Node-RED that
 * waits with it. Started by `ThreadEngine`.
 */

/** Opens the engine and serves it until it is told to close. */
async function serve(port: MessagePort, options: ThreadOptions): Promise<void> {
  const outbox = new Outbox<Answer<unknown>>((answers) => port.postMessage(answers));
  let clock = options.at;
  if (options.sound !== null) assumeSound(options.path, options.sound);
  try {
    const engine = await openSqliteEngine({
      ...options,
      now: () => clock,
      warn: (message) => outbox.add({ do: "warn", message }),
    });
    const service = new Service(port, outbox, engine);
    port.on("message", (requests: Request[]) => {
      for (const request of requests) {
        clock = request.at;
        void service.answer(request);
      }
    });
    outbox.add({ do: "opened", printKey: engine.printKey });
  } catch (error) {
    outbox.add({ do: "refused", failure: toFailure(error) });
  }
}

class Service {
  readonly #port: MessagePort;
  readonly #outbox: Outbox<Answer<unknown>>;
  readonly #engine: Engine;
  readonly #stores = new Map<string, SyncStore>();

  constructor(port: MessagePort, outbox: Outbox<Answer<unknown>>, engine: Engine) {
    this.#port = port;
    this.#outbox = outbox;
    this.#engine = engine;
  }

  /** Never rejects: a failure is an answer too. */
  async answer({ id, what }: Request): Promise<void> {
    try {
      this.#outbox.add({ do: "resolve", id, value: await this.#do(what) });
    } catch (error) {
      this.#outbox.add({ do: "reject", id, failure: toFailure(error) });
    }
    if (what.do !== "close") return;
    this.#outbox.flush();
    this.#port.close();
  }

  #do(what: Request["what"]): Promise<unknown> {
    if (what.do === "close") return this.#engine.close();
    if (what.do === "backup") return this.#engine.backup(what.path);
    return perform(this.#store(what.key), what.call);
  }

  #store(key: string): SyncStore {
    const known = this.#stores.get(key);
    if (known) return known;
    const store = this.#engine.sync(key);
    store.onWork((lane) => this.#outbox.add({ do: "work", key, lane }));
    this.#stores.set(key, store);
    return store;
  }
}

if (parentPort !== null) void serve(parentPort, workerData);
