import should from "should";
import type { JsonObject } from "../../lib/sync/types";
import { type ConfigOverrides, withBench } from "./fixture";
import { cidaasUser, event, type Properties, toCidaas, toLegacy } from "./flow";

describe("legacy-out over HTTP", () => {
  const bench = withBench();

  const tenant = () => bench.simulator.tenant;
  const legacy = () => bench.simulator.legacy;
  const recordOf = (email: unknown) =>
    legacy()
      .snapshot()
      .find((record) => record.email === email);

  async function load(out: Properties = {}, config: ConfigOverrides = {}) {
    await bench.load(toLegacy({ out }), config);
    await bench.listening();
  }

  /** Registers a user in cidaas and waits until the legacy system has it. */
  async function born(members: JsonObject = {}) {
    const user = cidaasUser(members);
    const at = Date.now();
    const sub = tenant().register(user);
    await bench.post(event(sub));
    await bench.first("delivered");
    return { sub, email: String(user.email), id: String(recordOf(user.email)?.id), at };
  }

  async function edited(sub: string, patch: JsonObject) {
    tenant().edit(sub, patch);
    await bench.post(event(sub));
  }

  it("creates a user, and links both ids", async () => {
    await load();
    const { sub, email, id } = await born();
    should(recordOf(email)).match({ first_name: "Ada", status: "active" });
    should((await bench.first("delivered")).payload).eql({ sub, legacyId: id, state: "CREATED" });
    should(await bench.status()).match({ persons: 1, linked: 1 });
  });

  it("writes the legacy id of a new user back to cidaas", async () => {
    await bench.load([...toLegacy(), ...toCidaas()]);
    await bench.listening();
    const { sub, id } = await born();
    await bench.first("written");
    const user = tenant()
      .snapshot()
      .find((candidate) => candidate.sub === sub);
    should(user).match({ given_name: "Ada", customFields: { legacy_id: id } });
    const reads = bench.messages("delivered").length;
    await bench.post(event(sub));
    await bench.arrived("delivered", reads + 1);
    should(bench.messages("delivered").at(-1)?.payload).match({ state: "UNCHANGED" });
  });

  it("updates only what changed", async () => {
    await load();
    const { sub, email, id } = await born({ address: { locality: "Bonn" } });
    legacy().edit(id, { city: "Ulm" });
    await edited(sub, { given_name: "Grace" });
    const [, update] = await bench.arrived("delivered", 2);
    should(update?.payload).eql({ sub, legacyId: id, state: "UPDATED" });
    should(recordOf(email)).match({ first_name: "Grace", city: "Ulm" });
  });

  it("writes nothing for an event that brings nothing new", async () => {
    await load();
    const { sub, at } = await born();
    const before = legacy().calls();
    // An event of a later time would wait for a user who was edited by then.
    await bench.post(event(sub, "ACCOUNT_MODIFIED", at));
    const [, second] = await bench.arrived("delivered", 2);
    should(second?.payload).match({ state: "UNCHANGED" });
    should(legacy().calls()).eql(before);
  });

  it("deletes a user who was deleted in cidaas", async () => {
    await load();
    const { sub, email, id } = await born();
    tenant().remove(sub);
    await bench.post(event(sub, "ACCOUNT_DELETED", Date.now() + 1));
    const [, deleted] = await bench.arrived("delivered", 2);
    should(deleted?.payload).eql({ sub, legacyId: id, state: "DELETED" });
    should(recordOf(email)).equal(undefined);
  });

  it("ignores deletions when it is told to", async () => {
    await load({ deletes: "ignore" });
    const { sub, email } = await born();
    tenant().remove(sub);
    await bench.post(event(sub, "ACCOUNT_DELETED", Date.now() + 1));
    await bench.settled("to-legacy", 2);
    should(recordOf(email)).be.ok();
    should(await bench.counters("to-legacy")).match({ delivered: 1, skipped: 1 });
  });

  it("writes nothing in a dry run", async () => {
    await load({ dryRun: true });
    const user = cidaasUser();
    const before = legacy().calls();
    await bench.post(event(tenant().register(user)));
    await bench.settled("to-legacy", 1);
    should(legacy().calls()).eql(before);
    should(await bench.counters("to-legacy")).match({ skipped: 1 });
  });

  it("links a new user with the one who has the e-mail already, when both sides have verified it", async () => {
    await load({}, { sync: { firstContact: "cidaas" } });
    const user = cidaasUser();
    const email = String(user.email);
    const id = legacy().create({ email, email_verified: 1, first_name: "Old", status: "active" });
    const sub = tenant().register(user);
    await bench.post(event(sub));
    should((await bench.first("delivered")).payload).eql({ sub, legacyId: id, state: "UPDATED" });
    should(
      legacy()
        .snapshot()
        .filter((record) => record.email === email),
    ).match([{ id: Number(id), first_name: "Ada" }]);
  });

  for (const [side, here, there] of [
    ["cidaas", false, 1],
    ["the legacy system", true, 0],
  ] as const) {
    it(`leaves a match for review when ${side} has not verified the e-mail`, async () => {
      await load();
      const user = cidaasUser({ email_verified: here });
      legacy().create({ email: String(user.email), email_verified: there, first_name: "Stranger" });
      const sub = tenant().register(user);
      await bench.post(event(sub));
      const { payload, error } = await bench.first("parked");
      should(payload).match({ sub });
      should(error).match({ code: "LINK_REVIEW" });
      should(recordOf(user.email)).match({ first_name: "Stranger" });
      should(bench.caught()).eql([]);
    });
  }

  it("parks a user whom the legacy system refuses, and goes on with the others", async () => {
    await load();
    const user = cidaasUser({ given_name: "x".repeat(300) });
    const sub = tenant().register(user);
    await bench.post(event(sub));
    const { payload, error, sync } = await bench.first("parked");
    should(payload).eql({ sub, legacyId: null });
    should(error).match({ code: "REQUEST_INVALID", message: String });
    should(sync).be.ok();
    should(JSON.stringify(error)).not.containEql(user.email);
    await born();
    should((await bench.status()).lanes["to-legacy"]).match({
      parkedNow: 1,
      counters: { in: 2, delivered: 1, parked: 1 },
    });
    should(bench.caught()).eql([]);
  });

  it("waits for the news of a deletion before it creates a user again whom the legacy system has lost", async () => {
    await load({}, { sync: { legacyKeyInCidaas: "" } });
    const { sub, email, id } = await born();
    legacy().remove(id);
    const before = legacy().calls();
    await edited(sub, { given_name: "Grace" });
    await bench.until(() => JSON.stringify(legacy().calls()) !== JSON.stringify(before), "the update");
    await bench.until(async () => (await bench.status()).lanes["to-legacy"].inFlight === 0, "the end of the try");
    should((await bench.status()).lanes["to-legacy"]).match({ waiting: 1, parkedNow: 0 });
    should(recordOf(email)).be.undefined();
  });

  it("parks a first contact of two different users", async () => {
    await load();
    const user = cidaasUser();
    const id = legacy().create({ email: String(user.email), first_name: "Other", email_verified: 1 });
    await bench.post(event(tenant().register({ ...user, customFields: { legacy_id: id } })));
    should((await bench.first("parked")).error).match({ code: "FIRST_CONTACT" });
    should(recordOf(user.email)).match({ first_name: "Other" });
  });

  it("creates a user once when answers get lost", async () => {
    await load();
    legacy().setDials({ rateReset: 1 });
    const user = cidaasUser();
    await bench.post(event(tenant().register(user)));
    await bench.until(() => bench.caught().length > 0, "the error");
    should(bench.caught()[0]).match({ id: "out", code: "CONNECTION_LOST" });
    legacy().setDials({ rateReset: 0 });
    await bench.settled("to-legacy", 1);
    should(
      legacy()
        .snapshot()
        .filter(({ email }) => email === user.email),
    ).have.length(1);
    should(await bench.status()).match({ linked: 1, lanes: { "to-legacy": { parkedNow: 0 } } });
  });

  it("stops and says so when its key is refused, and parks nobody", async () => {
    await bench.load(toLegacy(), {}, { legacy: { token: "wrong" } });
    await bench.listening();
    await bench.post(event(tenant().register(cidaasUser())));
    await bench.until(() => bench.caught().length > 0, "the error");
    should(bench.caught()).match([{ id: "out", code: "UNAUTHORIZED" }]);
    should(await bench.red("out")).match(/stopped/);
    should((await bench.status()).lanes["to-legacy"]).match({ waiting: 1, inFlight: 0, parkedNow: 0 });
    should(JSON.stringify(bench.caught())).not.containEql("wrong");
  });

  it("leaves out whom the flow skips", async () => {
    const [webhook, fetch, , ...others] = toLegacy();
    if (!webhook || !fetch) throw new Error("The flow has no such nodes");
    await bench.load([
      webhook,
      { ...fetch, wires: [["read"], ["gone"]] },
      ...others.filter(({ id }) => id !== "mapper"),
    ]);
    await bench.listening();
    const before = legacy().calls();
    await bench.post(event(tenant().register(cidaasUser())));
    const read = await bench.first("read");
    bench.send("out", { ...read, sync: { ...Object(read.sync), skip: "test account" } });
    await bench.settled("to-legacy", 1);
    should(await bench.counters("to-legacy")).match({ skipped: 1 });
    should(legacy().calls()).eql(before);
  });

  it("refuses a message without a lease, and names the nodes to put in front", async () => {
    await load();
    bench.send("out", { payload: { email: "somebody@example.org" } });
    await bench.until(() => bench.caught().length > 0, "the error");
    should(bench.caught()).match([{ id: "out", code: "SYNC_NO_LEASE", message: /cidaas-webhook-in.*field-mapper/ }]);
    should(bench.completed("out")).equal(0);
  });

  it("names legacy when it is to write over HTTP and no legacy system is picked", async () => {
    await bench.load(toLegacy(), { sync: { legacy: "" } });
    await bench.red("out");
    should(bench.logged("out").join()).match(/legacy: is missing/);
  });
});
