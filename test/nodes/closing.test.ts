import should from "should";
import type { Dials } from "../../simulator";
import { type ConfigOverrides, withBench } from "./fixture";
import { cidaasUser, event, type FlowItem, legacyRecord, toCidaas, toLegacy } from "./flow";

/** Node-RED gives a node so long to close, ms. */
const NODE_RED_LIMIT_MS = 15_000;
/** A reading that goes on for long does not keep a deploy waiting, ms. */
const SOON_MS = 3_000;

/** Another value of a configuration node makes a deploy restart every node that uses it. */
const CHANGED: ConfigOverrides = { sync: { clockTolerance: 6 } };

const BULK = "POST /users-srv/user/bulk";
const READ = "GET /user-srv/users/:sub";
const PAGE = "POST /user-ext-srv/bulkread/users";

describe("A deploy while", function () {
  this.timeout(25_000);
  const bench = withBench();

  const tenant = () => bench.simulator.tenant;
  const legacy = () => bench.simulator.legacy;
  const calls = (name: string) => (tenant().calls()[name] ?? 0) + (legacy().calls()[name] ?? 0);

  async function onTheWire(name: string, before: number): Promise<void> {
    await bench.until(() => calls(name) > before, `${name} to be on the wire`);
  }

  /** Restarts all nodes of the package; resolves with how long that took, ms. */
  async function redeploy(nodes: FlowItem[]): Promise<number> {
    const start = performance.now();
    await bench.deploy(nodes, CHANGED);
    return performance.now() - start;
  }

  /** How often a node has ended a message, well or not. */
  const ends = (id: string) => bench.completed(id) + bench.caught().filter((error) => error.id === id).length;

  const slow = (faultPaths: string[], latencyMs = 600): Partial<Dials> => ({ latencyMs, faultPaths });

  it("a bulk call is on the wire waits for it, and nobody is sent again", async () => {
    const flow = toCidaas();
    await bench.load(flow);
    await bench.green("upsert", "batcher");
    const before = calls(BULK);
    tenant().setDials(slow(["/users-srv"]));
    const records = [legacyRecord(), legacyRecord()];
    bench.send("to-cidaas", { payload: records });
    await onTheWire(BULK, before);
    should(await redeploy(flow)).be.below(NODE_RED_LIMIT_MS);
    await bench.settled("to-cidaas", 2);
    should(await bench.counters("to-cidaas")).match({ delivered: 2, parked: 0 });
    should(calls(BULK)).equal(before + 1);
    should(ends("upsert")).equal(1);
  });

  it("a legacy write is on the wire waits for it, and nobody is created twice", async () => {
    const flow = toLegacy();
    await bench.load(flow);
    await bench.listening();
    const before = calls("POST /users");
    legacy().setDials(slow(["/users"]));
    const user = cidaasUser();
    await bench.post(event(tenant().register(user)));
    await onTheWire("POST /users", before);
    should(await redeploy(flow)).be.below(NODE_RED_LIMIT_MS);
    await bench.settled("to-legacy", 1);
    should(await bench.counters("to-legacy")).match({ delivered: 1 });
    should(calls("POST /users")).equal(before + 1);
    should(ends("out")).equal(1);
  });

  it("a user is read brings the user over once", async () => {
    const flow = toLegacy();
    await bench.load(flow);
    await bench.listening();
    const before = calls(READ);
    tenant().setDials(slow(["/user-srv"]));
    const user = cidaasUser();
    await bench.post(event(tenant().register(user)));
    await onTheWire(READ, before);
    should(await redeploy(flow)).be.below(NODE_RED_LIMIT_MS);
    await bench.listening();
    await bench.until(async () => (await bench.counters("to-legacy")).delivered === 1, "the user to be delivered");
    should(
      legacy()
        .snapshot()
        .filter(({ email }) => email === user.email),
    ).have.length(1);
    should(ends("fetch")).be.within(1, 2);
  });

  it("a call hangs cuts it off in time, and looks before it sends the user again", async () => {
    const flow = toCidaas();
    await bench.load(flow);
    await bench.green("upsert", "batcher");
    const before = calls(BULK);
    tenant().setDials({ rateHang: 1, faultPaths: ["/users-srv"] });
    const record = legacyRecord();
    bench.send("to-cidaas", { payload: record });
    await onTheWire(BULK, before);
    should(await redeploy(flow)).be.below(NODE_RED_LIMIT_MS - 3_000);
    tenant().setDials({ rateHang: 0 });
    await bench.settled("to-cidaas", 1);
    should(
      tenant()
        .snapshot()
        .filter(({ email }) => email === record.email),
    ).have.length(1);
    should(ends("upsert")).be.within(1, 2);
  });

  it("a page of the adoption is read does not wait for it, and goes on from where it was", async () => {
    const flow = toCidaas();
    const before = calls(PAGE);
    tenant().setDials(slow(["/user-ext-srv"], 5_000));
    await bench.load(flow);
    bench.send("to-cidaas", { payload: legacyRecord() });
    await onTheWire(PAGE, before);
    should(await redeploy(flow)).be.below(SOON_MS);
    tenant().setDials({ latencyMs: 0 });
    await bench.green("batcher");
    await bench.settled("to-cidaas", 1);
    should(bench.logged("batcher")).eql([]);
  });

  it("a page of the catch-up is read does not wait for it, and loses nobody", async () => {
    const flow = toLegacy({ webhook: { catchUpEvery: 60 } });
    await bench.load(flow);
    await bench.listening();
    await bench.green("webhook");
    await bench.unload();
    const sub = tenant().register(cidaasUser());
    const before = calls(PAGE);
    tenant().setDials(slow(["/user-ext-srv"], 5_000));
    await bench.reload(flow);
    await onTheWire(PAGE, before);
    should(await redeploy(flow)).be.below(SOON_MS);
    tenant().setDials({ latencyMs: 0 });
    const isTaken = () => bench.messages("taken").some(({ payload }) => Object(payload).sub === sub);
    await bench.deploy(flow);
    await bench.until(isTaken, "the user");
    should(bench.logged("webhook")).eql([]);
  });

  it("webhooks come in answers each with 200 once it is safe, else with 503", async () => {
    const flow = toLegacy();
    await bench.load(flow);
    await bench.listening();
    const answers: number[] = [];
    let posting = true;
    const post = async () => {
      while (posting) answers.push(await bench.post(event(tenant().register(cidaasUser()))));
    };
    const posts = [post(), post()];
    for (let round = 0; round < 3; round++) await bench.deploy(flow, round % 2 === 0 ? CHANGED : {});
    await bench.until(() => answers.at(-1) === 200, "webhooks to be taken again");
    posting = false;
    await Promise.all(posts);
    should([...new Set(answers)].sort()).eql([200, 503]);
    await bench.settled("to-legacy", answers.filter((status) => status === 200).length);
    should(await bench.counters("to-legacy")).match({ parked: 0 });
  });
});
