import should from "should";
import { withBench } from "./fixture";
import { cidaasUser, event, toLegacy } from "./flow";

describe("cidaas-user-fetch", () => {
  const bench = withBench();

  beforeEach(async () => {
    await bench.load(toLegacy());
    await bench.listening();
  });

  const tenant = () => bench.simulator.tenant;

  for (const profileLayout of ["flat", "account", "identities"] as const) {
    it(`gives the user in one normal form, also from the layout ${profileLayout}`, async () => {
      tenant().setDials({ profileLayout });
      const user = cidaasUser({ customFields: { tier: "gold" } });
      const sub = tenant().register(user);
      await bench.post(event(sub));
      const { payload } = await bench.first("read");
      should(payload).match({
        sub,
        email: user.email,
        given_name: "Ada",
        userStatus: "VERIFIED",
        customFields: { tier: "gold" },
      });
    });
  }

  it("sends a user who was deleted by event, and is absent, to output 2 as a delete", async () => {
    const sub = tenant().register(cidaasUser());
    tenant().remove(sub);
    await bench.post(event(sub, "ACCOUNT_DELETED"));
    const msg = await bench.first("gone");
    should(msg.payload).eql({ sub });
    should(Object(msg.sync).items[0].kind).equal("delete");
    should(bench.messages("read")).eql([]);
  });

  it("sends a user who is still there after the event of a deletion on as an upsert", async () => {
    const sub = tenant().register(cidaasUser());
    await bench.post(event(sub, "ACCOUNT_DELETED"));
    const msg = await bench.first("read");
    should(Object(msg.sync).items[0].kind).equal("upsert");
    should(bench.messages("gone")).eql([]);
  });

  it("parks a user who is absent without such an event, after reading again", async function () {
    this.timeout(20_000);
    await bench.post(event("no-such-user"));
    const { parked } = await bench.until(async () => {
      const counters = await bench.counters("to-legacy");
      return counters.parked > 0 && counters;
    }, "the user to be parked");
    should(parked).equal(1);
    const { items } = (await bench.admin("parked")).body;
    should(items).match([{ sub: "no-such-user", code: "USER_MISSING", lane: "to-legacy" }]);
    should(tenant().calls()["GET /user-srv/users/:sub"]).be.aboveOrEqual(2);
    should([...bench.messages("read"), ...bench.messages("gone")]).eql([]);
  });

  it("reads again what is older than its event", async () => {
    const sub = tenant().register(cidaasUser({ given_name: "Before" }));
    const eventTime = Date.now() + 500;
    const readsBefore = tenant().calls()["GET /user-srv/users/:sub"] ?? 0;
    await bench.post(event(sub, "ACCOUNT_MODIFIED", eventTime));
    await bench.until(() => tenant().calls()["GET /user-srv/users/:sub"] === readsBefore + 1, "the first read");
    await bench.until(async () => (await bench.status()).lanes["to-legacy"].waiting === 1, "the user to wait again");
    await bench.until(() => Date.now() >= eventTime, "an edit of now to be no older than the event");
    should(bench.messages("read")).eql([]);
    tenant().edit(sub, { given_name: "After" });
    should((await bench.first("read")).payload).match({ given_name: "After" });
  });

  it("refuses a message without a lease, and names the node to put in front", async () => {
    bench.send("fetch", { payload: { sub: "somebody" } });
    await bench.until(() => bench.caught().length > 0, "the error");
    should(bench.caught()).match([{ id: "fetch", code: "SYNC_NO_LEASE", message: /cidaas-webhook-in/ }]);
    should(bench.completed("fetch")).equal(0);
  });

  it("refuses a message whose lease is not ours", async () => {
    const items = [{ key: "1", kind: "upsert", lease: "made-up", attempt: 1, version: 1, occurredAt: null, sub: "a" }];
    bench.send("fetch", { payload: { sub: "a" }, sync: { v: 1, lane: "to-legacy", items } });
    await bench.until(() => bench.caught().length > 0, "the error");
    should(bench.caught()).match([{ code: "SYNC_NO_LEASE" }]);
  });

  it("tells a failing tenant through a Catch node, and reads the user once it is well again", async () => {
    const sub = tenant().register(cidaasUser());
    tenant().setDials({ rate5xx: 1, faultPaths: ["/user-srv"] });
    await bench.post(event(sub));
    await bench.until(() => bench.caught().length > 0, "the error");
    should(bench.caught()[0]).match({ id: "fetch", code: /^(SERVER_ERROR|UNAVAILABLE)$/ });
    tenant().setDials({ rate5xx: 0 });
    await bench.first("read");
    should((await bench.counters("to-legacy")).parked).equal(0);
  });

  it("parks nobody when the client may not read, and shows it", async () => {
    await bench.unload();
    tenant().setDials({ scopes: ["cidaas:users_search"] });
    await bench.load(toLegacy());
    await bench.listening();
    const sub = tenant().register(cidaasUser());
    await bench.post(event(sub));
    await bench.until(() => bench.caught().length > 0, "the error");
    should(bench.caught()).match([{ id: "fetch", code: "TENANT_FORBIDDEN" }]);
    should(await bench.red("fetch")).match(/refusedClient/);
    should((await bench.status()).lanes["to-legacy"]).match({ waiting: 1, parkedNow: 0 });
  });
});
