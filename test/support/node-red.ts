import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { isJsonObject, type StatusAnswer, toStatusAnswer } from "./answers";
import { atExit } from "./at-exit";
import type { FlowNode } from "./flows";
import { linkCheckout, temporaryDirectory, writeSettings } from "./user-directory";
import { waitFor } from "./wait-for";

export type NodeRedLine = "5.0" | "4.1";

const PACKAGES: Record<NodeRedLine, string> = { "5.0": "node-red", "4.1": "node-red-4" };
const START_MS = 30_000;
/** Node-RED gives its nodes 15 s to close. */
const STOP_MS = 20_000;
const LOG_LINES = 5000;

export interface NodeRedOptions {
  line?: NodeRedLine;
  /** By default a free one; it stays the same over restarts. */
  port?: number;
  /** What the flows may use as `${NAME}`. Nothing of this process's own environment is passed on but the paths. */
  environment?: Record<string, string>;
  /** A user directory that has the package already; by default a fresh one with this checkout linked in. */
  userDirectory?: string;
}

/** A real Node-RED in a process of its own. Nothing of it outlives this process. */
export class NodeRed {
  readonly url: string;
  readonly port: number;
  readonly userDirectory: string;
  readonly #line: NodeRedLine;
  readonly #environment: Record<string, string>;
  readonly #removeDirectory: () => void;
  readonly #log: string[] = [];
  #process: ChildProcess | null = null;
  /** How often flows were started, by a start of the process or a deploy. */
  #starts = 0;

  private constructor(options: NodeRedOptions & { port: number; userDirectory: string; remove: () => void }) {
    this.port = options.port;
    this.url = `http://127.0.0.1:${options.port}`;
    this.userDirectory = options.userDirectory;
    this.#line = options.line ?? "5.0";
    this.#environment = options.environment ?? {};
    this.#removeDirectory = options.remove;
  }

  /** Starts Node-RED and waits until its flows run. */
  static async start(options: NodeRedOptions = {}): Promise<NodeRed> {
    const port = options.port ?? (await freePort());
    const fresh = options.userDirectory === undefined ? temporaryDirectory("node-red") : null;
    const userDirectory = options.userDirectory ?? fresh?.path ?? "";
    if (fresh !== null) linkCheckout(userDirectory);
    writeSettings(userDirectory, port);
    const nodeRed = new NodeRed({ ...options, port, userDirectory, remove: () => fresh?.remove() });
    try {
      await nodeRed.start();
    } catch (error) {
      await nodeRed.close();
      throw error;
    }
    return nodeRed;
  }

  /** Starts it again after `stop` or `kill9`, on the same user directory and port. */
  async start(): Promise<void> {
    const startsBefore = this.#starts;
    const child = spawn(process.execPath, [redScript(this.#line), "--userDir", this.userDirectory], {
      env: { ...pathsOf(process.env), ...this.#environment },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    this.#process = child;
    const forget = atExit(() => child.kill("SIGKILL"));
    child.once("exit", forget);
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on("line", (line) => this.#keep(line));
    }
    await this.#waitForStart(startsBefore);
  }

  /** True while the process lives. */
  get running(): boolean {
    return this.#process !== null && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Id of the process; undefined before the first start. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** What Node-RED printed, over all its starts. */
  get logs(): string {
    return this.#log.join("\n");
  }

  /** Deploys through the admin API and waits until the flows run. Credentials may lie inside the nodes. */
  async deployFlows(flows: FlowNode[], type: "full" | "nodes" | "flows" = "full"): Promise<void> {
    const startsBefore = this.#starts;
    await this.request("POST", "/flows", flows, { "Node-RED-Deployment-Type": type });
    await this.#waitForStart(startsBefore);
  }

  /** Presses the button of an inject node. */
  async inject(nodeId: string): Promise<void> {
    await this.request("POST", `/inject/${nodeId}`, {});
  }

  /** The sync's own counters, through its documented admin route. */
  async status(key = "users"): Promise<StatusAnswer> {
    return toStatusAnswer(await this.request("GET", `/user-sync/${encodeURIComponent(key)}/status`));
  }

  /** All node types that Node-RED knows, each with the error that kept it from loading. */
  async nodeTypes(): Promise<{ type: string; module: string; error: string | null }[]> {
    const sets = await this.request("GET", "/nodes");
    if (!Array.isArray(sets)) throw new Error("GET /nodes gave no list");
    return sets.filter(isJsonObject).flatMap((set) => {
      const types = Array.isArray(set.types) ? set.types : [];
      const error = set.err === undefined ? null : JSON.stringify(set.err);
      return types.map((type) => ({ type: String(type), module: String(set.module), error }));
    });
  }

  /** One call of the admin API. Throws for every answer but 2xx. */
  async request(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<unknown> {
    const answer = await fetch(this.url + path, {
      method,
      headers: { accept: "application/json", "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status}: ${text.slice(0, 300)}`);
    return answer.headers.get("content-type")?.includes("json") ? JSON.parse(text) : text;
  }

  /** Ends the process without a chance to tidy up, as a power cut would. */
  async kill9(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** Lets the process stand still, as a machine that is suspended does, until `thaw`. */
  freeze(): void {
    this.#process?.kill("SIGSTOP");
  }

  thaw(): void {
    this.#process?.kill("SIGCONT");
  }

  /** Asks the process to end, and insists if it does not. */
  async stop(): Promise<void> {
    await this.#end("SIGTERM");
  }

  /** Stops and removes the user directory if it was made here. */
  async close(): Promise<void> {
    await this.stop();
    this.#removeDirectory();
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (child === null || !this.running) return;
    const ended = once(child, "exit");
    child.kill(signal);
    const insist = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    await ended;
    clearTimeout(insist);
  }

  async #waitForStart(startsBefore: number): Promise<void> {
    const seen = () => this.#log.slice(-20).join("\n");
    const decided = () => !this.running || this.#starts > startsBefore;
    await waitFor(decided, { timeoutMs: START_MS, what: "Node-RED to start its flows", seen });
    if (!this.running) throw new Error(`Node-RED ended while it was starting:\n${seen()}`);
  }

  #keep(line: string): void {
    if (/\] Started (modified )?(flows|nodes)$/.test(line)) this.#starts += 1;
    this.#log.push(line);
    if (this.#log.length > LOG_LINES) this.#log.shift();
  }
}

/** The port if it is free, or any free one for 0; Node-RED itself does not take port 0. */
export async function freePort(port = 0): Promise<number> {
  if (port !== 0) {
    if (await isFree(port)) return port;
    throw new Error(`Port ${port} is in use: choose another one.`);
  }
  for (;;) {
    // Below the ports that the system gives away, so that nobody gets this one until Node-RED listens.
    const candidate = randomInt(10_000, 30_000);
    if (await isFree(candidate)) return candidate;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}

function redScript(line: NodeRedLine): string {
  const script = join(dirname(require.resolve(`${PACKAGES[line]}/package.json`)), "red.js");
  if (!existsSync(script)) throw new Error(`Node-RED ${line} is not installed: run npm install`);
  return script;
}

/** Proxies and Node.js options of this process would change what the flows do. */
function pathsOf(environment: NodeJS.ProcessEnv): Record<string, string> {
  const paths: Record<string, string> = {};
  for (const name of ["PATH", "HOME", "TMPDIR", "SystemRoot"]) {
    const value = environment[name];
    if (value !== undefined) paths[name] = value;
  }
  return paths;
}
