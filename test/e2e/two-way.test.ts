import should from "should";
import { checkTwoWay } from "../../scripts/demo/check";
import { compareSides } from "../../scripts/demo/compare";
import { type Demo, startDemo } from "../../scripts/demo/processes";
import { waitForQuiet } from "../../scripts/demo/quiet";
import type { HistoryEntry } from "../../simulator";
import { findNode, loadExample, withProperties } from "../support/flows";
import { waitFor } from "../support/wait-for";

/** 1, 5 and 10 minutes between the attempts of a webhook become 0.6, 3 and 6 s. */
const TIME_SCALE = 0.01;

describe("The two-way example in a real Node-RED", function () {
  this.timeout(120_000);
  let demo: Demo | null = null;

  afterEach(async () => {
    await demo?.close();
    demo = null;
  });

  it("brings a first load and edits of both sides at once to the same state", async () => {
    demo = await startDemo({ users: 100, port: null, page: false, timeScale: TIME_SCALE });

    const { problems, view } = await checkTwoWay(demo, { users: 100 });

    should(problems).eql([]);
    for (const { counters, parkedNow } of Object.values(view.status.lanes)) {
      const { in: taken, ...outcomes } = counters;
      should(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).equal(taken);
      should(parkedNow).equal(0);
    }
  });

  it("loses nobody and creates nobody twice when it is redeployed and killed in the middle of a load", async () => {
    const users = 300;
    const flow = withSmallBatches();
    demo = await startDemo({ users, port: null, page: false, timeScale: TIME_SCALE, flow });
    const { nodeRed, simulator, systems, load } = demo;
    simulator.tenant.setDials({ latencyMs: 150 });
    const arrived = () => simulator.tenant.snapshot().length;
    const waitForArrived = (count: number) =>
      waitFor(() => arrived() >= count, { timeoutMs: 30_000, what: `${count} users in cidaas`, seen: arrived });

    await load();
    await waitFor(async () => (await nodeRed.status()).lanes["to-cidaas"].counters.in === users, {
      timeoutMs: 30_000,
      what: "all users to be safe in the lane",
    });
    await waitForArrived(20);
    await nodeRed.deployFlows(flow, "full");
    await waitForArrived(100);
    await nodeRed.kill9();
    should(arrived()).be.below(users);
    await nodeRed.start();
    simulator.tenant.setDials({ latencyMs: 0 });
    await waitForQuiet(demo, 90_000, (view) => view.cidaasUsers >= users);

    const created = simulator.history.entries().filter(({ kind, by }) => kind === "created" && by === "sync");
    should(createdIn(created, "cidaas")).have.length(users);
    should(new Set(createdIn(created, "cidaas")).size).equal(users);
    should(createdIn(created, "legacy")).eql([]);
    should(simulator.history.entries().filter(({ kind }) => kind === "deleted")).eql([]);
    should(compareSides(await systems.cidaasUsers(), await systems.legacyUsers())).eql([]);
  });
});

/** Many small calls, so that there is a middle; a short lease, so that a crash is soon forgotten. */
function withSmallBatches() {
  const flow = loadExample("3 two-way sync");
  const batcher = findNode(flow, "bulk-batcher");
  const store = findNode(flow, "user-sync-store");
  return withProperties(withProperties(flow, batcher.id, { size: 10 }), store.id, { leaseSeconds: 10 });
}

/** The e-mail of every user a system ever created, in order; two of a kind are a user created twice. */
function createdIn(created: readonly HistoryEntry[], system: HistoryEntry["system"]): unknown[] {
  return created.filter((entry) => entry.system === system).map((entry) => entry.fields.email);
}
