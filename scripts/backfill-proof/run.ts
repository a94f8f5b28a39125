import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { LANES, type Lane } from "../../lib/sync/types";
import type { HistoryEntry } from "../../simulator";
import { seededRandom } from "../../simulator/kit/random";
import type { StatusAnswer } from "../../test/support/answers";
import { exportOf } from "../../test/support/export";
import { temporaryDirectory } from "../../test/support/user-directory";
import { waitFor } from "../../test/support/wait-for";
import { miscounted } from "../chaos/rest";
import { compareSides, type Difference } from "../demo/compare";
import { type Demo, startDemo } from "../demo/processes";
import { waitForQuiet } from "../demo/quiet";
import type { ProofArguments } from "./args";
import { proofFlow, startButton } from "./flow";
import { type Interval, type LiveEdit, LiveEdits, lost, parted } from "./live";
import { Loaded } from "./loaded";
import { MemoryWatch } from "./memory";

/**
 * V8 lets garbage lie around as long as the machine has memory, so that the size of a process tells little of what it
 * needs. Under these bounds of its heap, in MB, a load that needs more ends the process.
 */
const HEAP_BOUNDS = "--max-semi-space-size=8 --max-old-space-size=256";
/** So much shorter are the pauses before the 2nd, 3rd and 4th try of an event that met a dead Node-RED. */
const TIME_SCALE = 0.2;
const IDLE_MS = 8_000;
const TELL_EVERY_MS = 10_000;
/** A load that stands still for so long has failed. After a kill it waits for catch-up, which reads all users of late. */
const STANDSTILL_MS = 1_200_000;
const QUIET_WITHIN_MS = 420_000;

export interface ProofResult {
  users: number;
  /** MB. */
  idle: number;
  most: number;
  /** Users made in cidaas per second, over the first and the last of them, and over all while Node-RED lived. */
  firstRate: number;
  lastRate: number;
  rate: number;
  window: number;
  /** Users in cidaas when Node-RED was killed. */
  killedAt: number[];
  dead: Interval[];
  /** Milliseconds from an edit to its arrival, apart from and beside the times at which Node-RED was dead. */
  apart: number[];
  beside: number[];
  never: LiveEdit[];
  lost: LiveEdit[];
  differences: Difference[];
  miscounted: Lane[];
  parked: number;
  status: StatusAnswer;
  nodeRedLog: string;
}

/** Loads a file into a tenant that sends webhooks, with live edits beside it and two kills on the way, and measures. */
export async function runProof(options: ProofArguments, say: (line: string) => void): Promise<ProofResult> {
  const directory = temporaryDirectory("backfill-proof");
  const file = join(directory.path, "users.csv");
  const flow = proofFlow();
  say(`${options.users} users are made`);
  try {
    const environment = { BACKFILL_FILE: file, NODE_OPTIONS: HEAP_BOUNDS };
    const demo = await startDemo({
      users: options.users,
      port: null,
      page: false,
      timeScale: TIME_SCALE,
      flow,
      environment,
    });
    try {
      writeFileSync(file, exportOf(demo.simulator.legacy.snapshot()));
      return await new Proof(demo, options, say).run(() => demo.nodeRed.inject(startButton(flow)));
    } finally {
      await demo.close();
    }
  } finally {
    directory.remove();
  }
}

class Proof {
  readonly #demo: Demo;
  readonly #options: ProofArguments;
  readonly #say: (line: string) => void;
  readonly #live: LiveEdits;
  readonly #loaded: Loaded;
  readonly #memory: MemoryWatch;
  readonly #dead: Interval[] = [];
  readonly #killedAt: number[] = [];
  readonly #random;

  constructor(demo: Demo, options: ProofArguments, say: (line: string) => void) {
    this.#demo = demo;
    this.#options = options;
    this.#say = say;
    this.#random = seededRandom(options.seed);
    this.#live = new LiveEdits(demo.simulator, seededRandom(this.#random.integer(2 ** 31)));
    this.#loaded = new Loaded(options.users);
    this.#memory = new MemoryWatch(() => demo.nodeRed.pid);
  }

  async run(begin: () => Promise<void>): Promise<ProofResult> {
    const { simulator } = this.#demo;
    const stopListening = simulator.history.onAppend((entry) => this.#see(entry));
    const timer = setInterval(() => void this.#tell(), TELL_EVERY_MS);
    try {
      await pause(IDLE_MS);
      const idle = this.#memory.median();
      this.#say(`idle at ${Math.round(idle)} MB`);
      await begin();
      await this.#load();
      this.#say("loaded: waiting for quiet");
      await waitForQuiet(this.#demo, QUIET_WITHIN_MS);
      this.#say("quiet: comparing");

      return await this.#judge(idle);
    } finally {
      stopListening();
      clearInterval(timer);
      this.#live.stop();
      this.#memory.close();
    }
  }

  #see(entry: HistoryEntry): void {
    this.#live.see(entry);
    if (entry.system !== "cidaas" || entry.kind !== "created") return;
    this.#loaded.add(entry.at);
    this.#live.loaded(entry.id, String(entry.fields["customFields.legacy_id"]));
  }

  async #load(): Promise<void> {
    await this.#until(1);
    const edits = this.#live.run(1000 / this.#options.rate);
    for (const count of this.#loaded.killsAt(this.#random)) {
      await this.#until(count);
      await this.#kill();
    }
    await this.#until(this.#options.users);
    this.#live.stop();
    await edits;
  }

  /** Dead is Node-RED until it makes users again: before that it looks whom the tenant has got meanwhile. */
  async #kill(): Promise<void> {
    const { nodeRed } = this.#demo;
    const from = Date.now();
    await nodeRed.kill9();
    const { count } = this.#loaded;
    this.#killedAt.push(count);
    await nodeRed.start();
    await this.#until(count + 1);
    this.#dead.push({ from, to: Date.now() });
    this.#say(`killed at ${count} users, and at work again after ${Date.now() - from} ms`);
  }

  /** Waits for so many users in cidaas. */
  async #until(count: number): Promise<void> {
    while (this.#loaded.count < count) {
      const before = this.#loaded.count;
      const moved = () => this.#loaded.count >= count || this.#loaded.count > before;
      await waitFor(moved, {
        timeoutMs: STANDSTILL_MS,
        everyMs: 20,
        what: `the load to go on from ${before} users`,
        seen: () => this.#demo.nodeRed.logs.slice(-3_000),
      });
    }
  }

  async #tell(): Promise<void> {
    const { lanes } = await this.#demo.nodeRed.status().catch(() => ({ lanes: null }));
    const waiting = lanes && `${lanes["to-cidaas"].waiting} to cidaas, ${lanes["to-legacy"].waiting} to legacy`;
    const edits = `${this.#live.edits.length} edits, ${this.#live.underWay} under way`;
    const memory = `${Math.round(this.#memory.now)} MB`;
    const unsent = `${this.#demo.simulator.tenant.pendingWebhooks()} webhooks unsent`;
    this.#say(`${this.#loaded.count} users, ${waiting ?? "?"} waiting, ${unsent}, ${edits}, ${memory}`);
  }

  async #judge(idle: number): Promise<ProofResult> {
    const { nodeRed, simulator } = this.#demo;
    const cidaas = simulator.tenant.snapshot();
    const legacy = simulator.legacy.snapshot().map((user) => ({ ...user }));
    const status = await nodeRed.status();
    const held = {
      cidaas: new Map(cidaas.map((user) => [String(user.sub), user])),
      legacy: new Map(legacy.map((user) => [String(user.id), user])),
    };
    return {
      users: this.#options.users,
      idle,
      most: this.#memory.most,
      ...this.#loaded.rates(this.#dead),
      killedAt: this.#killedAt,
      dead: this.#dead,
      ...parted(this.#live.edits, this.#dead),
      lost: lost(this.#live.edits, held),
      differences: compareSides(cidaas, legacy),
      miscounted: miscounted(status),
      parked: LANES.reduce((sum, lane) => sum + status.lanes[lane].parkedNow, 0),
      status,
      nodeRedLog: nodeRed.logs,
    };
  }
}
