import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import should from "should";
import type { JsonObject, Lane } from "../../lib/sync/types";
import { compareSides } from "../../scripts/demo/compare";
import { type Demo, startDemo } from "../../scripts/demo/processes";
import { waitForQuiet } from "../../scripts/demo/quiet";
import { Comms } from "../support/comms";
import { type FlowNode, findNode, loadExample, withProperties } from "../support/flows";
import { temporaryDirectory } from "../support/user-directory";
import { waitFor } from "../support/wait-for";

const USERS = 60;
const LANES: readonly Lane[] = ["to-legacy", "to-cidaas"];
/** A value that needs room wherever it is kept. */
const LARGE = "x".repeat(2_000);

describe("When the disk of the store is full", function () {
  this.timeout(120_000);
  const example = loadExample("3 two-way sync");
  const webhookId = findNode(example, "cidaas-webhook-in").id;
  const batcherId = findNode(example, "bulk-batcher").id;
  const directory = temporaryDirectory("full-disk");
  const flag = join(directory.path, "full");
  let demo: Demo;
  let comms: Comms;
  /** Users who registered in cidaas meanwhile. */
  let registered = 0;

  before(async () => {
    const environment = {
      NODE_OPTIONS: `--require ${JSON.stringify(join(__dirname, "../support/full-disk.cjs"))}`,
      FULL_DISK_FLAG: flag,
    };
    demo = await startDemo({ users: USERS, port: null, page: false, timeScale: 0.02, flow: flowOf(), environment });
    comms = await Comms.connect(demo.nodeRed.url);
  });

  after(async () => {
    comms?.close();
    await demo?.close();
    directory.remove();
  });

  const waitUntil = (condition: () => boolean | Promise<boolean>, what: string) =>
    waitFor(condition, { timeoutMs: 20_000, what, seen: () => ({ registered, debug: comms.debug.slice(-1) }) });

  const statusOf = (nodeId: string, text: RegExp) =>
    comms.waitForStatus(nodeId, (status) => text.test(status.text), `the status ${text}`);

  /** Somebody registers in cidaas; resolves with the status of the answer to an event about it. */
  async function registerAndPost(): Promise<number> {
    registered += 1;
    const email = `new${registered}@example.org`;
    const sub = demo.simulator.tenant.register({ email, email_verified: true, family_name: "Neu" });
    const createTime = new Date().toISOString();
    return post("/cidaas/events", "simulator-webhook-key", {
      ...{ eventtype: "ACCOUNT_MODIFIED", createTime, objectType: "users", objectId: sub, client_id: "" },
    });
  }

  /** Events that bring large values; resolves with the status of each answer. */
  function postLegacyEvents(): Promise<number[]> {
    const occurredAt = new Date(0).toISOString();
    const events = demo.simulator.legacy
      .snapshot()
      .slice(0, 20)
      .map((user): JsonObject => {
        const changed = { ...user, city: LARGE };
        return { event: "user.updated", occurredAt, user: changed };
      });
    return Promise.all(events.map((event) => post("/legacy/events", "demo-events-key", event)));
  }

  async function post(path: string, key: string, body: JsonObject): Promise<number> {
    const headers = { "content-type": "application/json", "x-api-key": key };
    const answer = await fetch(demo.nodeRed.url + path, { method: "POST", headers, body: JSON.stringify(body) });
    await answer.arrayBuffer();
    return answer.status;
  }

  it("says so, takes nothing it cannot keep, loses nothing it took, and goes on by itself", async () => {
    const { nodeRed, simulator } = demo;
    simulator.tenant.setDials({ latencyMs: 300 });
    simulator.legacy.setDials({ latencyMs: 100 });
    await demo.load();
    await waitUntil(() => simulator.tenant.snapshot().length > 10, "the load to be under way");

    writeFileSync(flag, "");
    await waitUntil(async () => (await registerAndPost()) === 503, "webhooks to be refused");
    await waitUntil(async () => (await postLegacyEvents()).includes(503), "legacy events to be refused");
    should(comms.debug.some((message) => message.includes("STORE_FULL"))).be.true();
    for (const id of [webhookId, batcherId]) await statusOf(id, /disk full/);
    // Every refused message has its own error at the Catch node; what belongs to no message is told once by each node.
    const lines = nodeRed.logs.split("\n").filter((line) => /\[error\].*disk of the store/.test(line));
    should(lines.length).be.belowOrEqual(2, lines.join("\n"));

    // Both sides go on meanwhile: their events are refused, and sent again by the systems.
    simulator.legacy.edit(String(simulator.legacy.snapshot()[1]?.id), { city: "Ulm" });
    simulator.tenant.edit(String(simulator.tenant.snapshot()[1]?.sub), { given_name: "Anna" });

    rmSync(flag);
    for (const id of [webhookId, batcherId]) await statusOf(id, /ready|waiting|in flight/);
    await waitForQuiet(demo, 60_000, ({ cidaasUsers, legacyUsers }) => cidaasUsers === legacyUsers);
    await judge();
  });

  async function judge(): Promise<void> {
    const { nodeRed, simulator, systems } = demo;
    should(compareSides(await systems.cidaasUsers(), await systems.legacyUsers())).eql([]);
    const created = simulator.history.entries().filter(({ kind, by }) => kind === "created" && by === "sync");
    const names = created.map(({ system, fields }) => `${system} ${fields.email}`);
    should(names).have.length(USERS + registered);
    should(new Set(names).size).equal(USERS + registered);
    const { lanes } = await nodeRed.status();
    for (const name of LANES) {
      const { in: taken, ...outcomes } = lanes[name].counters;
      should(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).equal(taken);
      should(lanes[name].parkedNow).equal(0);
    }
    should(nodeRed.logs).not.match(/unhandled|uncaught/i);
  }

  /** A short lease, so that what could not be settled soon comes again. */
  function flowOf(): FlowNode[] {
    const withBatches = withProperties(example, batcherId, { size: 10 });
    return withProperties(withBatches, findNode(example, "user-sync-store").id, { leaseSeconds: 6 });
  }
});
