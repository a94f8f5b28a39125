import { request } from "node:http";
import helper from "node-red-node-test-helper";
import should from "should";
import type { Middleware } from "../../nodes/cidaas-webhook-in/http-settings";
import { withBench } from "./fixture";
import { EVENTS_PATH, event, node, receiver, WEBHOOK_KEY } from "./flow";

const SUB = "4f2d8c1e-0000-4000-8000-000000000001";
const OTHER = "4f2d8c1e-0000-4000-8000-000000000002";

describe("cidaas-webhook-in", () => {
  const bench = withBench();

  const arrivals = async () => (await bench.counters("to-legacy")).in;

  describe("with an API key", () => {
    beforeEach(async () => {
      await bench.load(receiver());
      await bench.listening();
    });

    it("answers 200 once the change is in the store", async () => {
      should(await bench.post(event(SUB))).equal(200);
      should(await arrivals()).equal(1);
    });

    it("refuses a wrong and a missing key with 401 and leaves nothing behind", async () => {
      should(await bench.post(event(SUB), { "x-api-key": "wrong" })).equal(401);
      should(await bench.post(event(SUB), {})).equal(401);
      should(await arrivals()).equal(0);
      should((await bench.status()).persons).equal(0);
    });

    it("refuses what is not JSON with 400", async () => {
      should(await bench.post("{ not json")).equal(400);
      should(await bench.post("")).equal(400);
      should(await bench.post(`"text"`)).equal(400);
      should(await arrivals()).equal(0);
    });

    it("refuses a body nested too deep with 400", async () => {
      should(await bench.post(`${"[".repeat(40_000)}${"]".repeat(40_000)}`)).equal(400);
      should(await bench.post({ ...event(SUB), deep: JSON.parse(`${"[".repeat(40)}${"]".repeat(40)}`) })).equal(400);
      should(await arrivals()).equal(0);
    });

    it("refuses a body that is too large with 413", async () => {
      should(await bench.post({ ...event(SUB), filling: "x".repeat(300_000) })).equal(413);
      should(await arrivals()).equal(0);
    });

    it("refuses a body that is too large with 413 also when its length was not announced", async () => {
      const status = await new Promise<number | string>((resolve) => {
        const headers = { "x-api-key": WEBHOOK_KEY, "content-type": "application/json" };
        const call = request(bench.url + EVENTS_PATH, { method: "POST", headers }, (answer) => {
          resolve(answer.statusCode ?? 0);
          call.destroy();
        });
        call.on("error", (error) => resolve(error.message));
        for (let part = 0; part < 8; part++) call.write("x".repeat(64 * 1024));
        call.end();
      });
      should(status).equal(413);
    });

    it("takes an event that names no user with 200 and counts nothing", async () => {
      const group = { eventtype: "GROUP_UPDATED", objectType: "groups", objectId: "customers" };
      should(await bench.post(group)).equal(200);
      should(await bench.post({ eventtype: "ACCOUNT_MODIFIED" })).equal(200);
      should(await bench.post(event(SUB, "LOGIN_WITH_CIDAAS"))).equal(200);
      should(await arrivals()).equal(0);
    });

    it("refuses an event without a name with 400", async () => {
      should(await bench.post({ objectType: "users", objectId: SUB })).equal(400);
    });

    it("passes on what is not for its path", async () => {
      should(await bench.post(event(SUB), undefined, "/somewhere/else")).equal(404);
    });

    it("takes POST only", async () => {
      const answer = await fetch(bench.url + EVENTS_PATH, { headers: { "x-api-key": WEBHOOK_KEY } });
      should(answer.status).equal(405);
      should(answer.headers.get("allow")).equal("POST");
    });

    it("takes a body that Node-RED has parsed before", async () => {
      const answer = await helper.request().post(EVENTS_PATH).set("x-api-key", WEBHOOK_KEY).send(event(SUB));
      should(answer.status).equal(200);
      should(await arrivals()).equal(1);
      const deep = `${'{"a":'.repeat(1_000)}1${"}".repeat(1_000)}`;
      const tooDeep = await helper
        .request()
        .post(EVENTS_PATH)
        .set({ "x-api-key": WEBHOOK_KEY, "content-type": "application/json" })
        .send(deep);
      should(tooDeep.status).equal(400);
    });

    it("sends one message per user with an envelope of one item", async () => {
      const time = Date.now() - 60_000;
      await bench.post(event(SUB, "EMAIL_CHANGED", time));
      const msg = await bench.first("webhook-taken");
      should(msg.topic).equal("EMAIL_CHANGED");
      should(msg.payload).eql({ sub: SUB, events: ["EMAIL_CHANGED"], lastEventAt: time });
      should(msg.sync).match({
        v: 1,
        lane: "to-legacy",
        items: [{ key: String, kind: "upsert", occurredAt: time, version: 1, lease: String, attempt: 1, sub: SUB }],
      });
      should(Object(msg.sync).items).have.length(1);
      should(JSON.parse(JSON.stringify(msg.sync))).eql(msg.sync);
    });

    it("says in the envelope that a user was deleted", async () => {
      await bench.post(event(SUB, "ACCOUNT_DELETED"));
      const { sync } = await bench.first("webhook-taken");
      should(Object(sync).items[0].kind).equal("delete");
    });
  });

  describe("with settings of Node-RED", () => {
    afterEach(() => helper.settings({ httpNodeMiddleware: undefined, apiMaxLength: undefined }));

    it("runs the middleware of HTTP nodes first, and only for its own path", async () => {
      const seen: string[] = [];
      const note: Middleware = ({ path }, _response, next) => {
        seen.push(path);
        next();
      };
      const refuse: Middleware = ({ headers }, response, next) => {
        if (headers["x-forbidden"]) response.status(403).end();
        else next();
      };
      // Node-RED takes a list, too, which its types do not know.
      const settings: object = { httpNodeMiddleware: [note, refuse] };
      helper.settings(settings);
      await bench.load(receiver());
      await bench.listening();
      seen.length = 0;
      should(await bench.post(event(SUB))).equal(200);
      should(await bench.post(event(OTHER), { "x-api-key": WEBHOOK_KEY, "x-forbidden": "1" })).equal(403);
      should(await bench.post(event(SUB), undefined, "/somewhere/else")).equal(404);
      should(seen).eql([EVENTS_PATH, EVENTS_PATH]);
      should(await arrivals()).equal(1);
    });

    it("refuses a body larger than apiMaxLength with 413", async () => {
      helper.settings({ apiMaxLength: "1kb" });
      await bench.load(receiver());
      await bench.listening();
      should(await bench.post({ ...event(SUB), filling: "x".repeat(2_000) })).equal(413);
      should(await bench.post(event(SUB))).equal(200);
    });
  });

  it("takes only the events that are picked", async () => {
    await bench.load(receiver({ events: ["EMAIL_CHANGED"] }));
    await bench.listening();
    should(await bench.post(event(SUB, "ACCOUNT_MODIFIED"))).equal(200);
    should(await arrivals()).equal(0);
    await bench.post(event(SUB, "EMAIL_CHANGED"));
    should(await arrivals()).equal(1);
  });

  it("merges twenty events of one user that is not taken yet into one message", async () => {
    const out = node("out", "legacy-out", [[], [], []]);
    await bench.load([...receiver({ maxInFlight: 1 }), out]);
    await bench.listening();
    await bench.post(event(OTHER));
    const busy = await bench.first("webhook-taken");
    const start = Date.now();
    for (let number = 0; number < 20; number++) await bench.post(event(SUB, "ACCOUNT_MODIFIED", start + number));
    should((await bench.status()).lanes["to-legacy"]).match({ waiting: 1, inFlight: 1, counters: { merged: 19 } });
    bench.send("out", { ...busy, sync: { ...Object(busy.sync), skip: "test" } });
    const [, merged] = await bench.arrived("webhook-taken", 2);
    should(merged?.payload).eql({ sub: SUB, events: ["ACCOUNT_MODIFIED"], lastEventAt: start + 19 });
    should((await bench.status()).lanes["to-legacy"]).match({
      waiting: 0,
      inFlight: 1,
      counters: { in: 21, skipped: 1 },
    });
  });

  it("hands out what people did before what our own client did", async () => {
    const [busy, echo, edit] = [OTHER, `${SUB.slice(0, -1)}3`, SUB];
    await bench.load([...receiver({ maxInFlight: 1 }), node("out", "legacy-out", [[], [], []])]);
    await bench.listening();
    await bench.post(event(busy));
    const first = await bench.first("webhook-taken");
    await bench.post({ ...event(echo), client_id: "simulator-client" });
    await bench.post(event(edit));
    bench.send("out", { ...first, sync: { ...Object(first.sync), skip: "test" } });
    const [, second] = await bench.arrived("webhook-taken", 2);
    should(second?.payload).match({ sub: edit });
  });

  it("turns red when a second node wants its path, and names the first", async () => {
    const sync = bench.base().find(({ id }) => id === "sync");
    await bench.load(
      [
        ...receiver({ name: "First receiver" }),
        ...receiver({ sync: "second-sync" }, "second"),
        { ...sync, id: "second-sync", type: "user-sync", key: "others" },
      ],
      {},
      { second: { secret: WEBHOOK_KEY } },
    );
    should(await bench.red("second")).match(/duplicatePath/);
    should(bench.logged("second").join()).match(/First receiver/);
    should(await bench.post(event(SUB))).equal(200);
  });

  it("takes over the path and the lane of another one that is removed, without a restart", async () => {
    const second = receiver({}, "second");
    await bench.load([...receiver(), ...second], {}, { second: { secret: WEBHOOK_KEY } });
    await bench.red("second");
    await bench.deploy(second, {}, { second: { secret: WEBHOOK_KEY } });
    await bench.green("second");
    should(await bench.post(event(SUB))).equal(200);
    await bench.first("second-taken");
    should(bench.logged("second")).have.length(1);
  });

  it("turns red when a second node takes from its lane, and names the first", async () => {
    await bench.load(
      [...receiver({ name: "First receiver" }), ...receiver({ path: "/second" }, "second")],
      {},
      { second: { secret: WEBHOOK_KEY } },
    );
    should(await bench.red("second")).match(/duplicateTaker/);
    should(bench.logged("second").join()).match(/First receiver/);
  });

  it("answers 503 while it is closed and will be back, and 404 once it is removed", async () => {
    await bench.load(receiver());
    await bench.listening();
    await bench.deploy(receiver({ maxInFlight: "many" }));
    should(await bench.post(event(SUB))).equal(503);
    await bench.deploy(receiver());
    await bench.until(async () => (await bench.post(event(SUB))) === 200, "the receiver to be back");
    await bench.deploy([]);
    should(await bench.post(event(SUB))).equal(404);
  });

  it("answers 503 on its path from the start on, until it is open", async () => {
    await bench.load(receiver(), { store: { path: "/dev/null/no-store.db" } });
    should(await bench.post(event(SUB))).equal(503);
    await bench.red("webhook");
    should(await bench.post(event(SUB))).equal(503);
  });

  it("answers 503 while it is disabled, and 404 once it is deleted", async () => {
    await bench.load(receiver());
    await bench.listening();
    await bench.deploy(receiver({ d: true }));
    should(await bench.post(event(SUB))).equal(503);
    await bench.deploy(receiver());
    await bench.until(async () => (await bench.post(event(SUB))) === 200, "the receiver to be back");
    await bench.deploy(receiver({ d: true }));
    await bench.deploy([]);
    should(await bench.post(event(SUB))).equal(404);
  });

  it("leaves a path that it no longer has to others, and one that it never opened", async () => {
    await bench.load(receiver());
    await bench.listening();
    await bench.deploy(receiver({ path: "/elsewhere" }));
    should(await bench.post(event(SUB))).equal(404);
    await bench.until(async () => (await bench.post(event(SUB), undefined, "/elsewhere")) === 200, "the new path");
    await bench.deploy(receiver({ path: "/broken", auth: "surprise" }));
    await bench.red("webhook");
    should(await bench.post(event(SUB), undefined, "/broken")).equal(503);
    await bench.deploy([]);
    should(await bench.post(event(SUB), undefined, "/broken")).equal(404);
  });

  it("takes nothing from outside when webhook is off", async () => {
    await bench.load(receiver({ webhook: false }), {}, { webhook: {} });
    await bench.green("webhook");
    should(await bench.post(event(SUB))).equal(404);
  });

  it("takes at its next start who changed while it could not be reached", async () => {
    const caughtUp = receiver({ catchUpEvery: 60 });
    const reads = () => bench.simulator.tenant.calls()["POST /user-ext-srv/bulkread/users"] ?? 0;
    await bench.load(caughtUp);
    await bench.listening();
    await bench.unload();
    const sub = bench.simulator.tenant.register({ email: "meanwhile@example.org" });
    const before = reads();
    await bench.reload(caughtUp);
    await bench.until(() => bench.messages("webhook-taken").some((msg) => Object(msg.payload).sub === sub), "the user");
    should(reads()).be.above(before);
  });

  it("gives what nobody has begun back when it closes, and out again at the next start", async () => {
    await bench.load(receiver());
    await bench.listening();
    await bench.post(event(SUB));
    await bench.first("webhook-taken");
    await bench.unload();
    await bench.reload(receiver());
    const msg = await bench.first("webhook-taken");
    should(msg.payload).match({ sub: SUB });
    should(Object(msg.sync).items[0].attempt).equal(1);
  });
});
