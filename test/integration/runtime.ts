import { EventEmitter } from "node:events";
import { join } from "node:path";
import type { Node, NodeAPI, NodeMessage } from "node-red";
import bulkBatcher from "../../nodes/bulk-batcher/bulk-batcher";
import cidaasBulkUpsert from "../../nodes/cidaas-bulk-upsert/cidaas-bulk-upsert";
import cidaasTenant from "../../nodes/cidaas-tenant/cidaas-tenant";
import cidaasUserFetch from "../../nodes/cidaas-user-fetch/cidaas-user-fetch";
import cidaasWebhookIn from "../../nodes/cidaas-webhook-in/cidaas-webhook-in";
import fieldMapper from "../../nodes/field-mapper/field-mapper";
import legacyOut from "../../nodes/legacy-out/legacy-out";
import type { SharedSync } from "../../nodes/shared/hub";
import { hubs, legacyParts, tenantParts } from "../../nodes/shared/parts";
import userSync from "../../nodes/user-sync/user-sync";
import userSyncLegacy from "../../nodes/user-sync-legacy/user-sync-legacy";
import userSyncStore from "../../nodes/user-sync-store/user-sync-store";
import type { FlowNode } from "../support/flows";

type Outputs = NodeMessage | (NodeMessage | NodeMessage[] | null)[];
type WebhookHandler = (request: object, response: object, next: () => void) => void;
type NodeType = new (def: FlowNode) => object;

/** What a node of the flow is to this runtime: where messages go in, and how it ends. */
interface Running {
  events: EventEmitter;
  wires: string[][];
}

/** A problem that a node told, through `done` or its log. */
export interface Problem {
  node: string;
  code: string;
  message: string;
}

/**
 * The nodes of a flow in this process without a Node-RED: just what they ask of its API, so that it can be dropped in
 * the middle of anything as a SIGKILL would, and started again over the same database.
 */
export class Runtime {
  readonly problems: Problem[] = [];
  readonly #nodes = new Map<string, Node>();
  readonly #running = new Map<string, Running>();
  readonly #types = new Map<string, NodeType>();
  readonly #directory: string;
  readonly #stopped: (() => void)[] = [];
  #webhooks: WebhookHandler | null = null;
  #dead = false;

  constructor(flow: readonly FlowNode[], directory: string) {
    this.#directory = directory;
    const RED = this.#api();
    const registers = [userSync, cidaasTenant, userSyncLegacy, userSyncStore, cidaasWebhookIn, cidaasUserFetch];
    for (const register of [...registers, fieldMapper, bulkBatcher, cidaasBulkUpsert, legacyOut]) register(RED);
    this.#types.set("answer", this.#answerType());
    for (const def of flow) {
      const Type = this.#types.get(def.type);
      if (Type) new Type(def);
    }
  }

  /** The path of the store's database. */
  get store(): string {
    return join(this.#directory, "user-sync.db");
  }

  /** What the nodes share, held open by the caller too. */
  async shared(): Promise<{ shared: SharedSync; release(): Promise<void> }> {
    const hub = hubs.get(this.#node("sync"));
    if (!hub) throw new Error("The flow has no user-sync");
    return hub.acquire();
  }

  /** Gives a message to a node; resolves once the node is done with it, and rejects with its error. */
  receive(id: string, msg: NodeMessage): Promise<void> {
    const running = this.#running.get(id);
    if (this.#dead || !running) return Promise.reject(new Error("The runtime is down"));
    return new Promise((resolve, reject) => {
      const send = (outputs: Outputs) => this.#send(running, outputs);
      running.events.emit("input", msg, send, (error?: Error) => {
        if (!error) return resolve();
        this.#note(id, error);
        reject(error);
      });
    });
  }

  /** Hands a webhook to the node that receives them, after Node-RED's own body parser; resolves with the answer's status. */
  webhook(path: string, headers: object, body: unknown): Promise<number> {
    const handle = this.#webhooks;
    if (this.#dead || handle === null) return Promise.resolve(503);
    return new Promise((resolve) => {
      let status = 200;
      const response = {
        headersSent: false,
        status(code: number) {
          status = code;
          return response;
        },
        set: () => response,
        json: () => resolve(status),
      };
      const request = { method: "POST", path, headers, query: {}, body, readableEnded: true };
      handle(request, response, () => resolve(404));
    });
  }

  /** Closes the nodes as a deploy does. */
  async close(): Promise<void> {
    for (const { events } of this.#running.values()) {
      const listeners = events.listeners("close");
      await Promise.all(listeners.map((listener) => new Promise<void>((resolve) => closeWith(listener, resolve))));
    }
    this.#dead = true;
  }

  /** Ends all at once: no message moves on, no call stays on the wire, nothing more is committed. */
  kill(): void {
    this.#dead = true;
    for (const node of this.#nodes.values()) {
      for (const parts of [tenantParts, legacyParts]) {
        const offer = parts.get(node);
        if (!offer) continue;
        const { resource } = offer.acquire();
        if ("tenant" in resource) resource.tenant.close();
        else resource.target.close();
      }
    }
    for (const stop of this.#stopped) stop();
  }

  /** Called by `kill`. */
  onKill(stop: () => void): void {
    this.#stopped.push(stop);
  }

  #node(id: string): Node {
    const node = this.#nodes.get(id);
    if (!node) throw new Error(`The flow has no node ${id}`);
    return node;
  }

  #send({ wires }: Running, outputs: Outputs): void {
    if (this.#dead) return;
    for (const [output, messages] of (Array.isArray(outputs) ? outputs : [outputs]).entries()) {
      for (const msg of Array.isArray(messages) ? messages : [messages]) {
        if (msg === null || msg === undefined) continue;
        for (const target of wires[output] ?? []) setImmediate(() => this.receive(target, msg).catch(() => {}));
      }
    }
  }

  #note(node: string, thrown: unknown): void {
    const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
    this.problems.push({ node, code, message: thrown instanceof Error ? thrown.message : String(thrown) });
  }

  #api(): NodeAPI {
    const application = {
      use: (handle: WebhookHandler) => {
        this.#webhooks = handle;
      },
    };
    return Object.assign(Object.create(null), {
      _: (text: string) => text,
      settings: { userDir: this.#directory },
      httpNode: application,
      httpAdmin: null,
      events: new EventEmitter(),
      nodes: {
        registerType: (type: string, nodeType: NodeType) => void this.#types.set(type, nodeType),
        getNode: (id: string) => this.#nodes.get(id) ?? null,
        eachNode: (look: (node: Node) => void) => this.#nodes.forEach(look),
        createNode: (node: Node, def: FlowNode) => this.#createNode(node, def),
      },
    });
  }

  /** Says 200 to whoever waits for the answer to a message, as the core node for HTTP responses does. */
  #answerType(): NodeType {
    const runtime = this;
    function Answer(this: Node, def: FlowNode): void {
      runtime.#createNode(this, def);
      this.on("input", (msg: NodeMessage & { answer?: unknown }, _send, done) => {
        if (typeof msg.answer === "function") msg.answer(200);
        done();
      });
    }
    return Object.assign(Object.create(null), { Answer }).Answer;
  }

  #createNode(node: Node, def: FlowNode): void {
    const events = new EventEmitter();
    const running: Running = { events, wires: wiresOf(def) };
    Object.assign(node, {
      id: def.id,
      type: def.type,
      name: def.name ?? def.id,
      credentials: def.credentials ?? {},
      on: (event: string, listener: (...given: unknown[]) => void) => events.on(event, listener),
      send: (outputs: Outputs) => this.#send(running, outputs),
      status: () => {},
      error: (error: unknown) => this.#note(def.id, error),
      warn: () => {},
      log: () => {},
    });
    this.#nodes.set(def.id, node);
    this.#running.set(def.id, running);
  }
}

function wiresOf(def: FlowNode): string[][] {
  const wires: unknown = def.wires;
  return Array.isArray(wires) ? wires.map((output) => (Array.isArray(output) ? output.map(String) : [])) : [];
}

/** Node-RED waits for the `done` of a close handler that has one or two parameters. */
function closeWith(listener: unknown, done: () => void): void {
  if (typeof listener !== "function") throw new TypeError("A close handler is a function");
  const given = listener.length > 1 ? [false, done] : [done];
  Reflect.apply(listener, null, given.slice(0, listener.length));
  if (listener.length === 0) done();
}
