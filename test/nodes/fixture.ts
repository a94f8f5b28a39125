import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import type { Node, NodeAPI, NodeDef, NodeMessage } from "node-red";
import helper from "node-red-node-test-helper";
import type { StoreStatus } from "../../lib/store/types";
import type { Json, JsonObject, Lane } from "../../lib/sync/types";
import bulkBatcher from "../../nodes/bulk-batcher/bulk-batcher";
import cidaasBulkUpsert from "../../nodes/cidaas-bulk-upsert/cidaas-bulk-upsert";
import cidaasTenant from "../../nodes/cidaas-tenant/cidaas-tenant";
import cidaasUserFetch from "../../nodes/cidaas-user-fetch/cidaas-user-fetch";
import cidaasWebhookIn from "../../nodes/cidaas-webhook-in/cidaas-webhook-in";
import fieldMapper from "../../nodes/field-mapper/field-mapper";
import legacyOut from "../../nodes/legacy-out/legacy-out";
import userSync from "../../nodes/user-sync/user-sync";
import userSyncBackfill from "../../nodes/user-sync-backfill/user-sync-backfill";
import userSyncControl from "../../nodes/user-sync-control/user-sync-control";
import userSyncLegacy from "../../nodes/user-sync-legacy/user-sync-legacy";
import userSyncStore from "../../nodes/user-sync-store/user-sync-store";
import { type RunningSimulator, startSimulator } from "../../simulator";
import { DEFAULT_DIALS } from "../../simulator/kit/dials";
import { findNode, loadExample } from "../support/flows";
import { temporaryDirectory } from "../support/user-directory";
import { waitFor } from "../support/wait-for";
import { at, EVENTS_PATH, type FlowItem, type Properties, probe, TAB, WEBHOOK_KEY } from "./flow";

helper.init(require.resolve("node-red"));

/** Other properties of the four configuration nodes, by their id. */
export type ConfigOverrides = Partial<Record<"sync" | "tenant" | "legacy" | "store", Properties>>;

export interface Received extends NodeMessage {
  [property: string]: unknown;
}

/** What the watching nodes of the tab saw, besides what the probes of a test received. */
const STATUS = "watch-status";
const ERRORS = "watch-errors";
const DONE = "watch-done";

/** Gives the tests of a suite their bench, and ends the flow of each. Use it inside of tests and hooks only. */
export function withBench(): Bench {
  const bench = new Bench();
  before(() => bench.start());
  after(() => bench.close());
  afterEach(() => bench.unload());
  return bench;
}

/** Two simulated systems and a Node-RED runtime between them, in this process. One for the tests of a file. */
class Bench {
  readonly #directory = temporaryDirectory("nodes");
  readonly #server: Server = createServer((request, response) => this.#application?.(request, response));
  readonly #received = new Map<string, Received[]>();
  #simulator: RunningSimulator | null = null;
  #application: ((request: IncomingMessage, response: ServerResponse) => void) | null = null;
  #stores = 0;

  async start(): Promise<void> {
    this.#simulator = await startSimulator();
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  get simulator(): RunningSimulator {
    if (this.#simulator === null) throw new Error("The bench has not started");
    return this.#simulator;
  }

  /** The configuration nodes, the watching nodes and the tab, to put a test's own nodes beside. */
  base(config: ConfigOverrides = {}): FlowItem[] {
    const example = loadExample("3 two-way sync");
    const item = (id: "sync" | "tenant" | "legacy" | "store", type: string, properties: Properties): FlowItem => {
      const { credentials, ...node } = findNode(example, type);
      return { ...node, ...properties, ...config[id], id, type };
    };
    return [
      { id: TAB, type: "tab", label: "Test" },
      item("sync", "user-sync", {
        tenant: "tenant",
        legacy: "legacy",
        store: "store",
        key: this.key,
        firstContact: "park",
      }),
      item("tenant", "cidaas-tenant", { baseUrl: this.simulator.tenant.url }),
      item("legacy", "user-sync-legacy", { baseUrl: this.simulator.legacy.url }),
      item("store", "user-sync-store", { path: this.storePath }),
      { ...at("all-status"), type: "status", scope: null, wires: [[STATUS]] },
      { ...at("all-errors"), type: "catch", scope: null, uncaught: false, wires: [[ERRORS]] },
      ...[STATUS, ERRORS, DONE].map(probe),
    ];
  }

  /** Deploys the nodes over a new store, and the configuration nodes beside them. */
  async load(nodes: FlowItem[], config: ConfigOverrides = {}, credentials: Record<string, object> = {}): Promise<void> {
    this.#stores += 1;
    await this.reload(nodes, config, credentials);
  }

  /** Deploys over the store that is there already. */
  async reload(
    nodes: FlowItem[],
    config: ConfigOverrides = {},
    credentials: Record<string, object> = {},
  ): Promise<void> {
    this.#received.clear();
    const types = [userSync, cidaasTenant, userSyncLegacy, userSyncStore, cidaasWebhookIn, cidaasUserFetch];
    const others = [fieldMapper, bulkBatcher, cidaasBulkUpsert, legacyOut, userSyncBackfill, userSyncControl];
    const all = [...types, ...others, this.#registerProbe];
    await helper.load(all, this.flow(nodes, config), this.credentials(credentials));
  }

  /** A partial deploy: nodes that did not change keep running. */
  async deploy(
    nodes: FlowItem[],
    config: ConfigOverrides = {},
    credentials: Record<string, object> = {},
  ): Promise<void> {
    await helper.setFlows(this.flow(nodes, config), "nodes", this.credentials(credentials));
  }

  flow(nodes: FlowItem[], config: ConfigOverrides): FlowItem[] {
    const ids = nodes.filter(({ type }) => type !== "probe").map(({ id }) => id);
    const complete = { ...at("all-done"), type: "complete", scope: ids, uncaught: false, wires: [[DONE]] };
    return [...this.base(config), complete, ...nodes];
  }

  credentials(others: Record<string, object>) {
    return {
      tenant: { clientId: "simulator-client", clientSecret: "simulator-secret" },
      legacy: { token: "simulator-legacy-key" },
      webhook: { secret: WEBHOOK_KEY },
      ...others,
    };
  }

  async unload(): Promise<void> {
    await helper.unload();
    this.simulator.tenant.setDials(DEFAULT_DIALS);
    this.simulator.legacy.setDials(DEFAULT_DIALS);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await this.#simulator?.close();
    this.#directory.remove();
  }

  /** The key of the `user-sync` over the present store; each has its own, so that no test sees another one's lanes. */
  get key(): string {
    return `users-${this.#stores}`;
  }

  /** The database of the present store. */
  get storePath(): string {
    return join(this.#directory.path, `${this.#stores}.db`);
  }

  /** Where the HTTP nodes are served, with nothing in front of them. */
  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("The server of the HTTP nodes is not open");
    return `http://127.0.0.1:${address.port}`;
  }

  /** Posts an event as the tenant does; resolves with the status of the answer. */
  async post(body: Json | string, headers: Record<string, string> = { "x-api-key": WEBHOOK_KEY }, path = EVENTS_PATH) {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const answer = await fetch(this.url + path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: text,
    });
    await answer.arrayBuffer();
    return answer.status;
  }

  send(id: string, msg: NodeMessage): void {
    helper.getNode(id).receive(structuredClone(msg));
  }

  /** What a probe received so far. */
  messages(id: string): Received[] {
    const list = this.#received.get(id) ?? [];
    this.#received.set(id, list);
    return list;
  }

  /** Waits until a probe has received so many messages, and gives them. */
  async arrived(id: string, count = 1): Promise<Received[]> {
    await this.until(() => this.messages(id).length >= count, `${count} messages at ${id}`);
    return this.messages(id);
  }

  async first(id: string): Promise<Received> {
    const [msg] = await this.arrived(id);
    if (!msg) throw new Error(`No message at ${id}`);
    return msg;
  }

  /** The errors that Catch nodes got, as `{ id, code, message }`. */
  caught(): { id: string; code: string; message: string }[] {
    return this.messages(ERRORS).map(({ error }) => {
      const { message, code, source } = Object(error);
      return { id: String(source?.id), code: String(code), message: String(message) };
    });
  }

  /** How often `done` was called without an error, by node. */
  completed(id: string): number {
    return this.messages(DONE).filter(({ complete }) => Object(complete).source?.id === id).length;
  }

  /** The status a node shows now. */
  shown(id: string): { fill: string; text: string } {
    const last = this.messages(STATUS).findLast(({ status }) => Object(status).source?.id === id);
    const { fill, text } = Object(last?.status);
    return { fill: String(fill), text: String(text) };
  }

  /** Errors in the log of a node, or what else has this level there, one text each. */
  logged(id: string, level = 20): string[] {
    const entries = helper.log().args.map(([entry]) => entry);
    return entries
      .filter((entry) => entry.id === id && entry.level === level)
      .map(({ msg }) => String(msg?.message ?? msg));
  }

  /** Waits until webhooks are taken: long before the status shows it, which changes twice a second at the most. */
  async listening(): Promise<void> {
    await this.until(async () => (await fetch(this.url + EVENTS_PATH)).status === 405, `${EVENTS_PATH} to be served`);
  }

  async green(...ids: string[]): Promise<void> {
    for (const id of ids) await this.until(() => this.shown(id).fill === "green", `${id} to be green`);
  }

  async red(id: string): Promise<string> {
    await this.until(() => this.shown(id).fill === "red", `${id} to be red`);
    return this.shown(id).text;
  }

  /** Answer of an admin route. */
  async admin(path: string, body?: object): Promise<{ status: number; body: JsonObject }> {
    const url = `/user-sync/${this.key}/${path}`;
    const request = body ? helper.request().post(url).send(body) : helper.request().get(url);
    const answer = await request;
    return { status: answer.status, body: answer.body };
  }

  async status(): Promise<StoreStatus> {
    const answer = await helper.request().get(`/user-sync/${this.key}/status`);
    return answer.body;
  }

  async counters(lane: Lane) {
    const { lanes } = await this.status();
    return lanes[lane].counters;
  }

  /** Waits until so many changes have come into the lane, and all of them have an outcome. */
  async settled(lane: Lane, arrivals: number): Promise<void> {
    await this.until(async () => {
      const { waiting, inFlight, counters } = (await this.status()).lanes[lane];
      return counters.in === arrivals && waiting + inFlight === 0;
    }, `${arrivals} changes in ${lane} to be settled`);
  }

  until<T>(condition: () => T | false | Promise<T | false>, what: string): Promise<T> {
    const seen = () => ({ caught: this.caught(), status: this.messages(STATUS).map(({ status }) => status) });
    return waitFor(condition, { timeoutMs: 8_000, everyMs: 10, what, seen });
  }

  readonly #registerProbe = (RED: NodeAPI): void => {
    const bench = this;
    this.#application = RED.httpNode;
    // A webhook through `helper.request()` meets Node-RED's body parser first, as with the editor at "/".
    RED.httpAdmin.use(RED.httpNode);
    function Probe(this: Node, def: NodeDef): void {
      RED.nodes.createNode(this, def);
      this.on("input", (msg, _send, done) => {
        bench.messages(def.id).push({ ...msg });
        done();
      });
    }
    RED.nodes.registerType("probe", Probe);
  };
}
