import should from "should";
import type { Lane } from "../../lib/sync/types";
import { compareSides } from "../../scripts/demo/compare";
import { type Demo, startDemo } from "../../scripts/demo/processes";
import { waitForQuiet } from "../../scripts/demo/quiet";
import type { RunningSimulator } from "../../simulator";
import { type FlowNode, findNode, loadExample, withProperties } from "../support/flows";
import { addInspector, type Inspection, inspect } from "../support/inspector";
import { linkCheckout, temporaryDirectory } from "../support/user-directory";
import { waitFor } from "../support/wait-for";

const DEPLOYS = 20;
const USERS = 150;
const EDIT_EVERY_MS = 25;

describe("Twenty deploys of all kinds while both sides change", function () {
  this.timeout(120_000);
  const directory = temporaryDirectory("redeploy");
  let demo: Demo;
  let early: Inspection;
  let late: Inspection;

  before(async () => {
    linkCheckout(directory.path);
    addInspector(directory.path);
    const flow = flowOf(0);
    demo = await startDemo({
      users: USERS,
      port: null,
      page: false,
      timeScale: 0.01,
      flow,
      userDirectory: directory.path,
    });
    const { nodeRed, simulator } = demo;
    simulator.tenant.setDials({ latencyMs: 40 });
    simulator.legacy.setDials({ latencyMs: 20 });
    await demo.load();
    await waitFor(async () => (await nodeRed.status()).lanes["to-cidaas"].counters.in === USERS, {
      timeoutMs: 30_000,
      what: "all users to be safe in the lane",
    });
    const traffic = new Edits(simulator);
    await deployTo(2);
    early = await calm();
    traffic.go();
    await deployTo(DEPLOYS);
    late = await calm();

    async function deployTo(last: number): Promise<void> {
      const first = last === DEPLOYS ? 3 : 1;
      for (let number = first; number <= last; number++) {
        await nodeRed.deployFlows(flowOf(number), kindOf(number));
      }
    }

    /** Looks after a deploy that nothing follows, so that no connections of the traffic are counted. */
    async function calm(): Promise<Inspection> {
      traffic.stop();
      await waitForQuiet(demo, 60_000, (view) => view.cidaasUsers >= USERS);
      await nodeRed.deployFlows(flowOf(0), "full");
      await waitForQuiet(demo, 60_000);
      return inspect(nodeRed);
    }
  });

  after(async () => {
    await demo?.close();
    directory.remove();
  });

  it("leave no handler, listener, timer or open database behind", () => {
    should(late.layers).eql(early.layers);
    should(late.processListeners).eql(early.processListeners);
    should(late.flowListeners).eql(early.flowListeners);
    should(late.databases).eql(early.databases);
    // Timers of a moment, and kept-alive connections, come and go; what each deploy left would show eighteen times.
    should(late.resources.Timeout).be.below((early.resources.Timeout ?? 0) + 4);
    const { TCPSocketWrap: sockets = 0, ...others } = late.resources;
    should(sockets).be.below((early.resources.TCPSocketWrap ?? 0) + 10);
    should(Object.keys(others).sort()).eql(
      Object.keys(early.resources)
        .filter((kind) => kind !== "TCPSocketWrap")
        .sort(),
    );
  });

  it("lose nobody, create nobody twice, and bring both sides to the same state", async () => {
    const { simulator, systems } = demo;
    should(compareSides(await systems.cidaasUsers(), await systems.legacyUsers())).eql([]);
    for (const system of ["cidaas", "legacy"] as const) {
      const created = simulator.history
        .entries()
        .filter((entry) => entry.system === system && entry.kind === "created");
      const emails = created.map(({ fields }) => String(fields.email));
      should(emails.filter((email, index) => emails.indexOf(email) !== index)).eql([]);
    }
    should(simulator.history.entries().filter(({ kind }) => kind === "deleted")).eql([]);
  });

  it("leave counters that add up, and nobody parked", async () => {
    const { lanes } = await demo.nodeRed.status();
    for (const name of ["to-legacy", "to-cidaas"] satisfies Lane[]) {
      const { in: taken, ...outcomes } = lanes[name].counters;
      should(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).equal(taken);
      should(lanes[name].parkedNow).equal(0);
    }
  });

  it("end without an unhandled error", () => {
    should(demo.nodeRed.logs).not.match(/unhandled|uncaught|Error stopping node|timed out/i);
  });
});

/** Small batches and a short lease; a deploy of modified nodes needs one that is modified. */
function flowOf(number: number): FlowNode[] {
  const example = loadExample("3 two-way sync");
  const id = (type: string, name?: string) => findNode(example, type, name).id;
  const changed = [
    { id: id("user-sync-store"), properties: { leaseSeconds: 10 } },
    { id: id("bulk-batcher"), properties: { size: 10, waitMs: number % 3 === 0 ? 100 : 200 } },
    { id: id("cidaas-webhook-in"), properties: { maxInFlight: 10 + (number % 4) } },
    { id: id("user-sync"), properties: { clockTolerance: 1 + (number % 5 === 0 ? 1 : 0) } },
    { id: id("legacy-out"), properties: { name: `Write to legacy ${Math.floor(number / 2)}` } },
  ];
  return changed.reduce((flow, one) => withProperties(flow, one.id, one.properties), example);
}

function kindOf(number: number): "full" | "nodes" | "flows" {
  return (["full", "nodes", "flows"] as const)[number % 3] ?? "full";
}

/** People who edit and register on both sides, one after the other, until they are stopped. */
class Edits {
  readonly #simulator: RunningSimulator;
  #timer: NodeJS.Timeout | null = null;
  #number = 0;

  constructor(simulator: RunningSimulator) {
    this.#simulator = simulator;
  }

  go(): void {
    this.#timer = setInterval(() => this.#edit(), EDIT_EVERY_MS);
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
  }

  #edit(): void {
    const { tenant, legacy } = this.#simulator;
    this.#number += 1;
    const number = this.#number;
    const users = legacy.snapshot();
    const accounts = tenant.snapshot();
    if (number % 10 === 0)
      tenant.register({ email: `c${number}@example.org`, email_verified: true, family_name: "Neu" });
    else if (number % 10 === 5) legacy.create({ email: `l${number}@example.org`, email_verified: 1, last_name: "Neu" });
    else if (number % 2 === 0) legacy.edit(users[number % users.length]?.id ?? "", { city: `Bonn ${number}` });
    else tenant.edit(String(accounts[number % accounts.length]?.sub), { given_name: `Anna ${number}` });
  }
}
