import should from "should";
import { Clock } from "../support/clock";
import { type ConfigOverrides, withBench } from "./fixture";
import { cidaasUser, event, type FlowItem, legacyRecord, node, probe, toCidaas, toLegacy } from "./flow";

const LEASE_MS = 5_000;
/** The least that the store takes. */
const MAX_ATTEMPTS = 6;
const SHORT_LEASE: ConfigOverrides = { store: { leaseSeconds: LEASE_MS / 1000, maxAttempts: MAX_ATTEMPTS } };

describe("A flow that loses users", function () {
  this.timeout(30_000);

  let clock: Clock;

  // Before the simulator, so that both tell the same time.
  before(() => {
    clock = new Clock();
  });

  const bench = withBench();

  after(() => clock.restore());

  const tenant = () => bench.simulator.tenant;
  const lane = async (name: "to-legacy" | "to-cidaas") => (await bench.status()).lanes[name];

  /** The nodes to legacy, of which some wires end in nothing. */
  function incomplete(cut: (item: FlowItem) => FlowItem): FlowItem[] {
    return toLegacy({ webhook: { maxInFlight: 1 } }).map(cut);
  }

  async function changeOne(): Promise<string> {
    const sub = tenant().register(cidaasUser());
    should(await bench.post(event(sub))).equal(200);
    return sub;
  }

  /** Lets the leases run out, and waits until whoever was lost is handed out again or the lane has stopped. */
  async function runOut(name: "to-legacy" | "to-cidaas", seenAt: string): Promise<void> {
    const seen = bench.messages(seenAt).length;
    clock.advance(LEASE_MS + 1_000);
    const decided = async () => bench.messages(seenAt).length > seen || (await lane(name)).paused !== false;
    await bench.until(decided, "the lease to run out");
  }

  const gaps: [string, (item: FlowItem) => FlowItem][] = [
    ["has no sender", (item) => (item.id === "out" ? { ...probe("out") } : item)],
    [
      "does not wire the mapper's output",
      (item) => (item.id === "mapper" ? { ...item, wires: [["mapped"], ["invalid"]] } : item),
    ],
    [
      "does not wire the output of cidaas-webhook-in",
      (item) => (item.id === "webhook" ? { ...item, wires: [["taken"]] } : item),
    ],
  ];
  for (const [gap, cut] of gaps) {
    it(`stops its lane and parks nobody when it ${gap}, and is healed by the deploy that completes it`, async () => {
      await bench.load(incomplete(cut), SHORT_LEASE);
      await bench.listening();
      const subs = [await changeOne(), await changeOne()];
      await bench.first("taken");
      await runOut("to-legacy", "taken");
      await runOut("to-legacy", "taken");
      should(await bench.red("webhook")).match(/nobodyAnswers/);
      const told = () => bench.caught().filter(({ code }) => code === "NOBODY_ANSWERS");
      await bench.until(() => told().length > 0, "the error");
      should(told()).match([{ id: "webhook", message: /legacy-out.*Complete the flow/ }]);
      should(await lane("to-legacy")).match({ waiting: 2, inFlight: 0, parkedNow: 0 });
      await bench.deploy(toLegacy({ webhook: { maxInFlight: 1 } }), SHORT_LEASE);
      await bench.settled("to-legacy", 2);
      should(await bench.counters("to-legacy")).match({ delivered: 2, parked: 0 });
      const { legacy } = bench.simulator;
      const emails = tenant()
        .snapshot()
        .filter(({ sub }) => subs.includes(String(sub)))
        .map(({ email }) => email);
      should(legacy.snapshot().filter(({ email }) => emails.includes(email))).have.length(2);
    });
  }

  it("stops its lane also while users of whom nothing has to be sent are settled before the gap", async () => {
    const [mapper, batcher, , ...probes] = toCidaas({ batcher: { size: 1, maxInFlight: 1 } });
    if (!mapper || !batcher) throw new Error("The flow has no such nodes");
    const complete = toCidaas({ batcher: { size: 1, maxInFlight: 1 } });
    const known = legacyRecord();
    await bench.load(complete, SHORT_LEASE);
    bench.send("to-cidaas", { payload: known });
    await bench.settled("to-cidaas", 1);
    await bench.deploy([mapper, batcher, ...probes], SHORT_LEASE);
    bench.send("to-cidaas", { payload: legacyRecord() });
    await bench.arrived("batch", 2);
    for (let round = 0; round < 2; round++) {
      bench.send("to-cidaas", { payload: known });
      await runOut("to-cidaas", "batch");
    }
    should(await bench.red("batcher")).match(/nobodyAnswers/);
    should(await lane("to-cidaas")).match({ parkedNow: 0, inFlight: 0 });
  });

  it("hands out again whom it lost while others arrive, and parks them in the end with a reason that says so", async () => {
    // The flow loses whoever comes through the probe in place of legacy-out, and a test sends the others on.
    const cut = incomplete((item) => (item.id === "mapper" ? { ...item, wires: [["mapped"], ["invalid"]] } : item));
    await bench.load(
      cut.map((item) => (item.id === "webhook" ? { ...item, maxInFlight: 3 } : item)),
      SHORT_LEASE,
    );
    await bench.listening();
    const lost = await changeOne();
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const isLost = () => bench.messages("mapped").filter(({ sync }) => Object(sync).items[0].sub === lost);
      await bench.until(() => isLost().length === attempt, `try ${attempt} of the lost user`);
      should(Object(isLost().at(-1)?.sync).items[0].attempt).equal(attempt);
      const other = await changeOne();
      const msg = await bench.until(
        () => bench.messages("mapped").find(({ sync }) => Object(sync).items[0].sub === other) ?? false,
        "the other user",
      );
      bench.send("out", msg);
      await bench.until(async () => (await bench.counters("to-legacy")).delivered === attempt, "the other's delivery");
      should((await lane("to-legacy")).paused).be.false();
      clock.advance(LEASE_MS + 1_000);
    }
    await bench.until(async () => (await lane("to-legacy")).parkedNow === 1, "the lost user to be parked");
    const { items } = Object((await bench.admin("parked")).body);
    should(items).match([{ sub: lost, code: "RETRIES_EXHAUSTED", message: /never confirmed/, attempts: MAX_ATTEMPTS }]);
    should((await lane("to-legacy")).paused).be.false();
  });

  it("and that throws is told by the error, and stops its lane", async () => {
    const flow = incomplete((item) => (item.id === "mapper" ? { ...item, wires: [["thrower"], ["invalid"]] } : item));
    await bench.load([...flow, node("thrower", "legacy-out", [[], [], []], { sync: "" })], SHORT_LEASE);
    await bench.listening();
    await changeOne();
    await bench.until(() => bench.caught().length > 0, "the error");
    await runOut("to-legacy", "taken");
    await runOut("to-legacy", "taken");
    should(await bench.red("webhook")).match(/nobodyAnswers/);
    should(await lane("to-legacy")).match({ waiting: 1, inFlight: 0, parkedNow: 0 });
  });
});
