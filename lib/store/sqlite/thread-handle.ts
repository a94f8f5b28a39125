import { extname, join } from "node:path";
import { Worker } from "node:worker_threads";
import { StoreError } from "../../errors";
import type { Lane } from "../../sync/types";
import type { SqliteOptions } from "./engine";
import { type Answer, fromFailure, Outbox, type Request, type ThreadOptions } from "./protocol";
import { soundState } from "./soundness";

/** Beside this file, compiled or as source. */
const THREAD = join(__dirname, `thread${extname(__filename)}`);

/** MB for short-lived values; by itself V8 takes several times as much before it looks what is garbage. */
const YOUNG_SPACE = 8;

interface Waiting {
  resolve(value: never): void;
  reject(error: Error): void;
}

/** One life of an engine's thread, seen from outside. */
export class Thread {
  /** Resolves when the thread has ended, however that came about. */
  readonly exit: Promise<void>;
  readonly #worker: Worker;
  readonly #options: SqliteOptions;
  readonly #announce: (key: string, lane: Lane) => void;
  readonly #waiting = new Map<number, Waiting>();
  readonly #outbox = new Outbox<Request>((requests) => this.#worker.postMessage(requests));
  readonly #opened = Promise.withResolvers<Uint8Array>();
  #ended = false;
  #requests = 0;

  private constructor(options: SqliteOptions, announce: (key: string, lane: Lane) => void) {
    this.#options = options;
    this.#announce = announce;
    this.#worker = new Worker(THREAD, {
      workerData: threadOptions(options),
      name: "user-sync store",
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_SPACE },
    });
    this.exit = new Promise((resolve) => this.#worker.once("exit", () => resolve()));
    this.#worker.on("message", (answers: Answer<never>[]) => {
      for (const answer of answers) this.#take(answer);
    });
    // Without this listener an error in the thread would end the process.
    this.#worker.on("error", (error) => this.#end(ended(error.message)));
    this.exit.then(() => this.#end(ended("without a word")));
  }

  /** Starts a thread that opens the database, and resolves once it has. Rejects as `openSqliteEngine`. */
  static async start(options: SqliteOptions, announce: (key: string, lane: Lane) => void) {
    const thread = new Thread(options, announce);
    try {
      return { thread, printKey: await thread.#opened.promise };
    } catch (error) {
      // Only then is the file free for the next try.
      await thread.exit;
      throw error;
    }
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Rejects with what the engine threw, and with `STORE_UNAVAILABLE` when the thread ends before it has answered. */
  request(what: Request["what"]): Promise<never> {
    if (this.#ended) return Promise.reject(ended("before"));
    const { now = Date.now } = this.#options;
    return new Promise<never>((resolve, reject) => {
      this.#requests += 1;
      this.#waiting.set(this.#requests, { resolve, reject });
      // An idle engine keeps no process alive, one that works does.
      this.#worker.ref();
      this.#outbox.add({ id: this.#requests, at: now(), what });
    });
  }

  #take(answer: Answer<never>): void {
    if (answer.do === "resolve") this.#finish(answer.id)?.resolve(answer.value);
    else if (answer.do === "reject") this.#finish(answer.id)?.reject(fromFailure(answer.failure));
    else if (answer.do === "work") this.#announce(answer.key, answer.lane);
    else if (answer.do === "warn") this.#options.warn?.(answer.message);
    else if (answer.do === "refused") this.#opened.reject(fromFailure(answer.failure));
    else {
      this.#worker.unref();
      this.#opened.resolve(answer.printKey);
    }
  }

  #finish(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#worker.unref();
    return waiting;
  }

  #end(error: StoreError): void {
    this.#ended = true;
    this.#opened.reject(error);
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

function threadOptions({ now = Date.now, warn: _, ...options }: SqliteOptions): ThreadOptions {
  return { ...options, at: now(), sound: soundState(options.path) };
}

function ended(why: string): StoreError {
  return new StoreError(
    "STORE_UNAVAILABLE",
    `The thread of the store ended by itself (${why}); it is started again, nothing accepted so far is lost.`,
  );
}
