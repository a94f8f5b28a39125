import type { Node, NodeAPI, NodeDef, NodeMessage, NodeMessageInFlow } from "node-red";
import { ConfigError, StoreError, type SyncError, toSyncError } from "../../lib/errors";
import { pickedNode } from "./connection";
import type { SharedSync, SyncHub } from "./hub";
import { hubs } from "./parts";
import { Reports } from "./reports";
import { StatusLine } from "./status";
import type { StoreTrouble } from "./store-trouble";

/** A store that is locked or full, or a node not closed yet, heals without a deploy. */
const RETRY_MS = 5_000;

/** A node's close must end within Node-RED's own limit of 15 s. */
const CLOSE_MS = 8_000;

export interface SyncNodeDef extends NodeDef {
  sync?: string;
}

export type Send = (msg: NodeMessage | Array<NodeMessage | NodeMessage[] | null>) => void;

type Closer = () => void | Promise<void>;

/** What a node does between opening and closing. */
export interface Opening {
  sync: SharedSync;
  hub: SyncHub;
  /** Aborted as soon as the node begins to close: from then on nothing new is begun. */
  closing: AbortSignal;
  /** Runs once when the work under way has ended, the last closer first; at once when the node has closed by then. */
  onClose(closer: Closer): void;
}

/** An open `user-sync`, and what the node's `start` made of its own configuration. */
export interface Ready<Config> {
  sync: SharedSync;
  config: Config;
}

/**
 * What the nodes of a flow have in common: they hold their `user-sync` open while they live, say on their status why it
 * cannot be opened, and end every message with `done` exactly once.
 */
export class SyncNode<Config = void> {
  readonly status: StatusLine;
  readonly #RED: NodeAPI;
  readonly #node: Node;
  readonly #def: SyncNodeDef;
  readonly #start: (opening: Opening) => Config | Promise<Config>;
  readonly #closers: Closer[] = [];
  readonly #working = new Set<Promise<unknown>>();
  readonly #closing = new AbortController();
  readonly #reports = new Reports();
  #ready: Promise<Ready<Config>>;
  #trouble: StoreTrouble | null = null;
  #closed = false;
  #retry: NodeJS.Timeout | null = null;

  constructor(RED: NodeAPI, node: Node, def: SyncNodeDef, start: (opening: Opening) => Config | Promise<Config>) {
    this.#RED = RED;
    this.#node = node;
    this.#def = def;
    this.#start = start;
    this.status = new StatusLine(RED, node);
    this.status.show("grey", "connecting");
    this.#ready = this.#open();
    // Told by status and log; messages that arrive meanwhile get it through `done`.
    this.#ready.catch(() => {});
    node.on("close", (done: () => void) => {
      this.#close().then(done, done);
    });
  }

  /** Handles every incoming message, with what `start` gave; what the handler throws goes to `done`. */
  onInput(handle: (ready: Ready<Config>, msg: NodeMessageInFlow, send: Send) => Promise<void>): void {
    this.#node.on("input", (msg, send, done) => {
      const work = this.#ready
        .then((ready) => handle(ready, msg, send))
        .then(
          () => done(),
          (error: unknown) => {
            this.#trouble?.note(error);
            done(toSyncError(error));
          },
        );
      this.#track(work);
    });
  }

  /** Runs work outside an input handler; a failure reaches Catch nodes or the log, and never the process. */
  run(work: () => Promise<void>): void {
    this.#track(this.#reported(work));
  }

  /** Runs a long reading, for which a close does not wait: it is to end by `closing`, or by the close of its client. */
  runAside(work: () => Promise<void>): void {
    void this.#reported(work);
  }

  /** Tells Catch nodes, else the log, of a problem that belongs to no message, once as long as it goes on. */
  report(error: SyncError): void {
    this.#trouble?.note(error);
    if (this.#isNews(error)) this.#node.error(error, {});
  }

  async #open(): Promise<Ready<Config>> {
    // Config nodes of the same deploy may be made after this one.
    await new Promise((resolve) => setImmediate(resolve));
    try {
      return await this.#acquire();
    } catch (error) {
      const problem = toSyncError(error);
      this.#showProblem(problem);
      // As core nodes do with their configuration: for whoever deploys, and not for the flow.
      if (this.#isNews(problem)) this.#node.error(problem);
      await this.#runClosers();
      if (!this.#closing.signal.aborted) this.#retry = setTimeout(() => this.#reopen(), RETRY_MS);
      throw problem;
    }
  }

  #reopen(): void {
    this.#ready = this.#open();
    this.#ready.catch(() => {});
  }

  async #acquire(): Promise<Ready<Config>> {
    const node = pickedNode(this.#RED, this.#def.sync);
    const hub = node && hubs.get(node);
    if (!hub)
      throw new ConfigError("SYNC_CONFIG", "sync: is missing. Pick a user-sync in the dialog of this node.", "sync");
    const { shared, release } = await hub.acquire();
    this.#onClose(release);
    const { signal: closing } = this.#closing;
    if (closing.aborted) throw new StoreError("STORE_CLOSED", "The node is closing.");
    const config = await this.#start({ sync: shared, hub, closing, onClose: (closer) => this.#onClose(closer) });
    this.#trouble = shared.trouble;
    this.#onClose(shared.trouble.follow((error) => this.status.showTrouble(error && textOfTrouble(error))));
    return { sync: shared, config };
  }

  #isNews({ message }: SyncError): boolean {
    return !this.#closing.signal.aborted && this.#reports.isNews(message);
  }

  #showProblem(problem: SyncError): void {
    if (problem.code === "MAP_INVALID") this.status.show("bad", "mapInvalid");
    else if (problem.code === "DUPLICATE_KEY") this.status.show("bad", "duplicateKey");
    else if (problem.code === "DUPLICATE_TAKER") this.status.show("bad", "duplicateTaker");
    else if (problem.code === "DUPLICATE_PATH") this.status.show("bad", "duplicatePath");
    else if (problem instanceof StoreError) this.status.show("bad", textOfTrouble(problem));
    else if (problem instanceof ConfigError && problem.field)
      this.status.show("bad", "check", { field: problem.field });
    else this.status.show("bad", "notConfigured");
  }

  #reported(work: () => Promise<void>): Promise<void> {
    return work().catch((error: unknown) => this.report(toSyncError(error)));
  }

  #track(work: Promise<unknown>): void {
    this.#working.add(work);
    const forget = () => void this.#working.delete(work);
    // Not `finally`: its promise would reject once more, with nobody to handle it.
    work.then(forget, forget);
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    if (this.#retry) clearTimeout(this.#retry);
    await Promise.race([this.#finish(), timeLimit()]);
    // A call that hangs ends with its client, which closes once the last node has let go.
    await this.#runClosers();
    this.#closed = true;
    this.status.close();
  }

  async #finish(): Promise<void> {
    await this.#ready.catch(() => {});
    await Promise.allSettled(this.#working);
    await this.#runClosers();
  }

  #onClose(closer: Closer): void {
    this.#closers.push(closer);
    // The start of a node may outlast its close.
    if (this.#closed) void this.#runClosers();
  }

  async #runClosers(): Promise<void> {
    for (let closer = this.#closers.pop(); closer; closer = this.#closers.pop()) {
      try {
        await closer();
      } catch (error) {
        this.#node.error(toSyncError(error));
      }
    }
  }
}

function textOfTrouble({ code }: StoreError): string {
  return code === "STORE_FULL" ? "storeFull" : "storeFailed";
}

function timeLimit(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, CLOSE_MS).unref());
}
