import { setTimeout as pause } from "node:timers/promises";
import type { Dials } from "../../simulator";
import type { Random } from "../../simulator/kit/random";
import type { FlowNode } from "../../test/support/flows";
import { waitFor } from "../../test/support/wait-for";
import type { Demo } from "../demo/processes";
import { CUTS } from "./cuts";
import { nameOf, type Order } from "./orders";
import type { Disaster } from "./plan";
import type { Sabotage } from "./sabotage";
import { pick } from "./scene";
import { resendWebhooks } from "./webhooks";

const BETWEEN_MS = { least: 100, most: 1500 };
const CUT_MS = { least: 1500, most: 5000 };
const FULL_MS = { least: 500, most: 3000 };
/** Longer than a lane may stay closed after a cut. */
const PASS_WITHIN_MS = 60_000;
/** A store may go on for a while on pages that are free in its file. */
const REFUSED_WITHIN_MS = 15_000;
const AGAIN_WITHIN_MS = 10_000;
const AGAIN_EVERY_MS = 100;
const NO_CUT: Partial<Dials> = { faultPaths: [] };

export interface DisasterOptions {
  demo: Demo;
  flow: FlowNode[];
  sabotage: Sabotage;
  random: Random;
  faults: Partial<Dials>;
  leaseMs: number;
  say(line: string): void;
}

/** A time in ms since the epoch, and a later one. */
export interface Interval {
  from: number;
  to: number;
}

/** What befell Node-RED and its two systems. */
export interface DisasterLog {
  /** By the fail-point, or "random". */
  kills: Record<string, number>;
  freezes: Record<string, number>;
  cuts: number;
  redeploys: number;
  fullDisks: number;
  /** Webhooks that were refused with 503 while the disk was full. */
  refusedWebhooks: number;
  /** When the process stood still. */
  frozen: Interval[];
  /** What did not happen as it had to, as sentences: a fail-point not passed, a full disk not felt. */
  missed: string[];
}

/** Lets disasters happen, one after the other, except that a cut lasts while others happen. */
export class Disasters {
  readonly log: DisasterLog = {
    kills: {},
    freezes: {},
    cuts: 0,
    redeploys: 0,
    fullDisks: 0,
    refusedWebhooks: 0,
    frozen: [],
    missed: [],
  };
  readonly #options: DisasterOptions;
  #cut: Promise<void> = Promise.resolve();

  constructor(options: DisasterOptions) {
    this.#options = options;
  }

  /** Ends when all are done, or at the deadline (ms since the epoch) after the one under way. */
  async run(plan: readonly Disaster[], deadline: number): Promise<void> {
    for (const disaster of plan) {
      await pause(between(this.#options.random, BETWEEN_MS));
      if (Date.now() < deadline) await this.#happen(disaster);
      else if (disaster.do === "at-point") this.log.missed.push(`no time was left for ${titleOf(disaster)}`);
    }
    await this.#cut;
  }

  /** Has an order obeyed, and after a kill the next ones, whose points the start of the process may pass. */
  async atPoint(order: Order, cause: () => void = () => {}, next: readonly Order[] = []): Promise<void> {
    const { demo, sabotage, say, leaseMs } = this.#options;
    say(titleOf(order));
    sabotage.order(order);
    cause();
    if (!(await sabotage.obeyed(PASS_WITHIN_MS))) {
      this.log.missed.push(`nothing passed the point of ${titleOf(order)} within ${PASS_WITHIN_MS / 1000} s`);
    } else if (order.end === "freeze") {
      await this.#stayFrozen(nameOf(order));
    } else {
      await waitFor(() => !demo.nodeRed.running, { timeoutMs: leaseMs, what: "the killed Node-RED to be gone" });
      let started: Promise<void> = Promise.resolve();
      const start = () => {
        started = this.#startAgain(nameOf(order));
      };
      const [following, ...others] = next;
      if (following === undefined) start();
      else await this.atPoint(following, start, others);
      await started;
    }
  }

  async #happen(disaster: Disaster): Promise<void> {
    const { demo, flow, sabotage, random, say } = this.#options;
    if (disaster.do === "at-point") return this.atPoint(disaster);
    say(disaster.do);
    if (disaster.do === "kill") {
      await demo.nodeRed.kill9();
      await this.#startAgain("random");
    } else if (disaster.do === "freeze") {
      sabotage.freeze();
      await this.#stayFrozen("random");
    } else if (disaster.do === "redeploy") {
      await demo.nodeRed.deployFlows(withOtherBatches(flow, random), pick(random, ["full", "nodes", "flows"]));
      this.log.redeploys += 1;
    } else if (disaster.do === "full-disk") {
      await this.#fillDisk();
    } else {
      await this.#cut;
      this.#cut = this.#cutOff();
    }
  }

  async #startAgain(where: string): Promise<void> {
    const { demo, random } = this.#options;
    this.log.kills[where] = (this.log.kills[where] ?? 0) + 1;
    await pause(random.integer(500));
    await demo.nodeRed.start();
  }

  async #stayFrozen(where: string): Promise<void> {
    const { sabotage, random, leaseMs } = this.#options;
    const from = Date.now();
    await pause(leaseMs + 300 + random.integer(1000));
    sabotage.wake();
    this.log.frozen.push({ from, to: Date.now() });
    this.log.freezes[where] = (this.log.freezes[where] ?? 0) + 1;
  }

  /** Makes one of the systems, or a part of it, out of reach for a while. */
  async #cutOff(): Promise<void> {
    const { demo, random, faults } = this.#options;
    const system = pick(random, [demo.simulator.tenant, demo.simulator.legacy]);
    system.setDials(pick(random, CUTS));
    await pause(between(random, CUT_MS));
    system.setDials({ ...NO_CUT, ...faults });
    this.log.cuts += 1;
  }

  /** Webhooks must be refused while the store has no room, and accepted again by itself once it has. */
  async #fillDisk(): Promise<void> {
    const { demo, sabotage, random } = this.#options;
    await sabotage.fillDisk();
    const from = Date.now();
    const until = from + between(random, FULL_MS);
    let refused = 0;
    do {
      await pause(AGAIN_EVERY_MS);
      const statuses = await resendWebhooks(demo);
      refused += statuses.filter((status) => status === 503).length;
      const others = new Set(statuses.filter((status) => status !== 503 && status !== 200));
      if (others.size > 0) this.log.missed.push(`a full disk made webhooks be answered ${[...others].join(", ")}`);
    } while (Date.now() < until || (refused === 0 && Date.now() < from + REFUSED_WITHIN_MS));
    if (refused === 0) this.log.missed.push("no webhook was refused while the disk was full");
    sabotage.emptyDisk();
    const accepted = async () => (await resendWebhooks(demo, 1)).every((status) => status === 200);
    const what = "webhooks to be accepted again, since there is room on the disk";
    await waitFor(accepted, { timeoutMs: AGAIN_WITHIN_MS, what, everyMs: AGAIN_EVERY_MS });
    this.log.fullDisks += 1;
    this.log.refusedWebhooks += refused;
  }
}

export function titleOf(disaster: Order): string {
  return `${disaster.end} at ${nameOf(disaster)}`;
}

/** A deploy of modified nodes or flows needs something that is modified. */
function withOtherBatches(flow: FlowNode[], random: Random): FlowNode[] {
  const size = 5 + random.integer(20);
  const maxInFlight = 8 + random.integer(16);
  return flow.map((node) => {
    if (node.type === "bulk-batcher") return { ...node, size };
    return node.type === "cidaas-webhook-in" ? { ...node, maxInFlight } : node;
  });
}

function between(random: Random, { least, most }: { least: number; most: number }): number {
  return least + random.integer(most - least);
}
