import should from "should";
import type { Json } from "../../lib/sync/types";
import { type ConfigOverrides, withBench } from "./fixture";
import { cidaasUser, event, node, type Properties, probe, toCidaas, toLegacy } from "./flow";

/** The nodes of a flow; `input` is false for the one that takes no messages, `choice` a property that can be wrong. */
const NODES: { type: string; input: boolean; choice: string | null; number: string | null }[] = [
  { type: "cidaas-webhook-in", input: false, choice: "auth", number: "maxInFlight" },
  { type: "cidaas-user-fetch", input: true, choice: null, number: null },
  { type: "field-mapper", input: true, choice: "direction", number: null },
  { type: "bulk-batcher", input: true, choice: "verify", number: "size" },
  { type: "cidaas-bulk-upsert", input: true, choice: "deletes", number: null },
  { type: "legacy-out", input: true, choice: "mode", number: null },
  { type: "user-sync-control", input: true, choice: null, number: null },
  { type: "user-sync-backfill", input: true, choice: "format", number: "batch" },
];

// biome-ignore lint/suspicious/noTemplateCurlyInString: the notation of Node-RED for environment variables
const UNSET = "${NO_SUCH_VARIABLE}";

describe("Every node", () => {
  const bench = withBench();

  const load = (type: string, properties: Properties, config: ConfigOverrides = {}) =>
    bench.load([node("webhook", type, [[], [], []], properties)], config);

  for (const { type, input, choice, number } of NODES) {
    describe(type, () => {
      it("is red and names sync when no user-sync is picked", async () => {
        await load(type, { sync: "" });
        await bench.red("webhook");
        should(bench.logged("webhook").join()).match(/\bsync: is missing/);
      });

      it("names sync when the picked user-sync is gone", async () => {
        await load(type, { sync: "no-such-node" });
        await bench.until(() => /\bsync: is missing/.test(bench.logged("webhook").join()), "the error");
      });

      it("names the environment variable that is not set", async () => {
        const own: Properties = choice === null ? {} : { [choice]: UNSET };
        await load(type, own, choice === null ? { tenant: { baseUrl: UNSET } } : {});
        await bench.until(() => /NO_SUCH_VARIABLE/.test(bench.logged("webhook").join()), "the error");
      });

      if (choice !== null) {
        it(`names ${choice} when it is none of the choices`, async () => {
          await load(type, { [choice]: "surprise" });
          const wrong = new RegExp(`\\b${choice}: must be one of`);
          await bench.until(() => wrong.test(bench.logged("webhook").join()), "the error");
        });
      }

      if (number !== null) {
        it(`names ${number} when it is no number`, async () => {
          await load(type, { [number]: "many" });
          const wrong = new RegExp(`\\b${number}: must be a whole number`);
          await bench.until(() => wrong.test(bench.logged("webhook").join()), "the error");
        });
      }

      if (input) {
        it("ends each message with one error, and no done, while it is not configured", async () => {
          await load(type, { sync: "" });
          bench.send("webhook", { payload: {} });
          await bench.until(() => bench.caught().length > 0, "the error at the catch node");
          bench.send("webhook", { payload: {} });
          await bench.until(() => bench.caught().length > 1, "the second error");
          should(bench.caught().map(({ code }) => code)).eql(["SYNC_CONFIG", "SYNC_CONFIG"]);
          should(bench.completed("webhook")).equal(0);
        });
      }
    });
  }

  const wrongConfigurations: [string, ConfigOverrides, RegExp][] = [
    ["the tenant", { sync: { tenant: "" } }, /tenant: is missing/],
    ["the store", { sync: { store: "" } }, /store: is missing/],
    ["the base URL of the tenant", { tenant: { baseUrl: "" } }, /baseUrl: is missing/],
    ["a timeout of the tenant that is no number", { tenant: { timeout: "soon" } }, /timeout: must be a number/],
    ["the base URL of the legacy system", { legacy: { baseUrl: "nowhere" } }, /baseUrl: must be an http/],
    ["a missing path of the legacy system", { legacy: { createPath: "" } }, /createPath: is missing/],
    ["leaseSeconds of the store", { store: { leaseSeconds: "long" } }, /leaseSeconds: must be a number/],
    ["an engine that is not there", { store: { engine: "postgres" } }, /engine: postgres/],
    ["a namespace that is no UUID", { sync: { subNamespace: "me" } }, /subNamespace: must be a UUID/],
    ["clockTolerance", { sync: { clockTolerance: "little" } }, /clockTolerance: must be a number/],
    ["a key that no URL can hold", { sync: { key: "a/b" } }, /key: must be/],
    ["a schema that is no JSON", { sync: { legacySchema: "{" } }, /legacySchema: must be a JSON Schema/],
  ];
  for (const [what, config, expected] of wrongConfigurations) {
    it(`names ${what} of the configuration nodes`, async () => {
      await load("cidaas-user-fetch", {}, config);
      await bench.until(() => bench.logged("webhook").length > 0, "the error");
      should(bench.logged("webhook").join()).match(expected);
    });
  }

  it("takes numbers and flags that arrive as text", async () => {
    const numbers = { size: "50", waitMs: "0", maxInFlight: "4" };
    const config: ConfigOverrides = { tenant: { timeout: "60" }, store: { leaseSeconds: "180" } };
    await bench.load(toCidaas({ batcher: numbers, upsert: { dryRun: "true" } }), config);
    await bench.green("batcher", "upsert");
  });

  it("shows rules that cannot be used, and names them", async () => {
    const rule: Json = { id: "email", cidaas: "email", legacy: "email", direction: "both", transform: "magic" };
    await load("cidaas-user-fetch", {}, { sync: { rules: [rule] } });
    should(await bench.red("webhook")).match(/mapInvalid/);
    should(bench.logged("webhook").join()).match(/email/);
  });

  it("shows a map that says nothing about the status of users, and what to add", async () => {
    const rule: Json = { id: "email", cidaas: "email", legacy: "email" };
    await load("cidaas-user-fetch", {}, { sync: { rules: [rule] } });
    should(await bench.red("webhook")).match(/mapInvalid/);
    should(bench.logged("webhook").join()).match(/userStatus/);
  });

  it("is red when a second user-sync has the same key in one store, names the first, and is well once that is gone", async () => {
    const first: Properties = { name: "First sync", key: "same" };
    const sync = bench.base({ sync: first }).find(({ id }) => id === "sync");
    await bench.load(
      [
        node("first", "cidaas-user-fetch", [[], []]),
        node("second", "cidaas-user-fetch", [[], []], { sync: "second-sync" }),
        { ...sync, id: "second-sync", type: "user-sync" },
      ],
      { sync: first },
    );
    should(await bench.red("second")).match(/duplicateKey/);
    should(bench.logged("second").join()).match(/First sync/);
    const others = [
      node("second", "cidaas-user-fetch", [[], []], { sync: "second-sync" }),
      { ...sync, id: "second-sync", type: "user-sync" },
    ];
    await bench.deploy(others, { sync: first });
    await bench.green("second");
  });

  it("calls done once for each message of a whole journey", async () => {
    await bench.load(toLegacy());
    await bench.listening();
    const sub = bench.simulator.tenant.register(cidaasUser());
    await bench.post(event(sub));
    await bench.first("delivered");
    await bench.until(() => bench.completed("out") > 0, "legacy-out to be done");
    should(["fetch", "mapper", "out"].map((id) => bench.completed(id))).eql([1, 1, 1]);
    should(bench.caught()).eql([]);
  });

  it("closes in time and leaves no timer and no port behind", async () => {
    await bench.load([...toLegacy(), ...toCidaas()]);
    await bench.green("webhook", "fetch", "mapper", "out", "batcher", "upsert");
    await bench.unload();
    const before = timers();
    for (let round = 0; round < 5; round++) {
      await bench.reload([...toLegacy(), ...toCidaas(), probe("late")]);
      if (round % 2 === 0) await bench.listening();
      const start = Date.now();
      await bench.unload();
      should(Date.now() - start).be.below(5_000);
    }
    await bench.until(() => timers() <= before, "the timers to end");
  });
});

function timers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
}
