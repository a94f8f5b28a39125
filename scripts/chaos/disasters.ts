import { setTimeout as pause } from "node:timers/promises";
import type { Dials } from "../../simulator";
import type { Random } from "../../simulator/kit/random";
import type { FlowNode } from "../../test/support/flows";
import type { Demo } from "../demo/processes";
import type { ProcessSwitch } from "./process-switch";
import { pick } from "./scene";

const BETWEEN_MS = { least: 300, most: 3700 };
const CUT_MS = { least: 1500, most: 5000 };
/** All of a system, its single users only, or what it writes only (bulk calls begin with `/users-srv`). */
const CUTS: readonly Partial<Dials>[] = [
  { rate5xx: 1 },
  { rateReset: 1 },
  { rate5xx: 1, faultPaths: ["/user-srv/users", "/users/"] },
  { rateReset: 1, faultPaths: ["/users"] },
];
const NO_CUT: Partial<Dials> = { faultPaths: [] };

type Disaster = "kill" | "freeze" | "cut" | "redeploy";

export interface DisasterOptions {
  demo: Demo;
  flow: FlowNode[];
  processSwitch: ProcessSwitch;
  random: Random;
  kills: number;
  faults: Partial<Dials>;
  leaseMs: number;
  say(line: string): void;
}

/** What befalls Node-RED and its two systems, one after the other, except that a cut lasts while others happen. */
export class Disasters {
  readonly counts: Record<Disaster, number> = { kill: 0, freeze: 0, cut: 0, redeploy: 0 };
  readonly #options: DisasterOptions;
  #cut: Promise<void> = Promise.resolve();

  constructor(options: DisasterOptions) {
    this.#options = options;
  }

  /** Ends when all are done, or at the deadline (ms since the epoch) after the one under way. */
  async run(deadline: number): Promise<void> {
    const { kills, random } = this.#options;
    const plan: Disaster[] = Array.from({ length: kills }, () => "kill");
    for (const other of ["freeze", "cut", "redeploy"] as const) {
      plan.push(...Array.from({ length: Math.ceil(kills / (other === "freeze" ? 7 : 4)) }, () => other));
    }
    for (const disaster of random.shuffle(plan)) {
      await pause(between(random, BETWEEN_MS));
      if (Date.now() > deadline) break;
      await this.#happen(disaster);
      this.counts[disaster] += 1;
    }
    await this.#cut;
  }

  async #happen(disaster: Disaster): Promise<void> {
    const { demo, flow, processSwitch, random, leaseMs, say } = this.#options;
    say(disaster);
    if (disaster === "kill") {
      await demo.nodeRed.kill9();
      await pause(random.integer(1000));
      await demo.nodeRed.start();
    } else if (disaster === "freeze") {
      processSwitch.freeze();
      await pause(leaseMs + 500 + random.integer(2000));
      processSwitch.wake();
    } else if (disaster === "redeploy") {
      await demo.nodeRed.deployFlows(withOtherBatches(flow, random), pick(random, ["full", "nodes", "flows"]));
    } else {
      await this.#cut;
      this.#cut = this.#cutOff();
    }
  }

  /** Makes one of the systems, or a part of it, out of reach for a while. */
  async #cutOff(): Promise<void> {
    const { demo, random, faults } = this.#options;
    const system = pick(random, [demo.simulator.tenant, demo.simulator.legacy]);
    system.setDials(pick(random, CUTS));
    await pause(between(random, CUT_MS));
    system.setDials({ ...NO_CUT, ...faults });
  }
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
