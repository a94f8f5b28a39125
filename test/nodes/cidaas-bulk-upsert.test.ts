import should from "should";
import { withBench } from "./fixture";
import { type LegacyRecord, legacyRecord, node, type Properties, probe, toCidaas } from "./flow";

const BULK = "POST /users-srv/user/bulk";

describe("cidaas-bulk-upsert", () => {
  const bench = withBench();

  const tenant = () => bench.simulator.tenant;
  const load = (upsert: Properties = {}) => bench.load(toCidaas({ upsert }));
  const bulkCalls = () => tenant().calls()[BULK] ?? 0;
  const userOf = (email: unknown) =>
    tenant()
      .snapshot()
      .find((user) => user.email === email);

  it("creates a user, keeps the legacy id in cidaas, and says what it did", async () => {
    await load();
    const record = legacyRecord();
    bench.send("to-cidaas", { payload: record });
    const { payload } = await bench.first("written");
    const user = userOf(record.email);
    should(payload).eql([{ sub: user?.sub, legacyId: `${record.id}`, state: "CREATED" }]);
    should(user).match({ given_name: "Ada", customFields: { tier: "gold", legacy_id: `${record.id}` } });
  });

  it("updates a user without taking anything away", async () => {
    await load();
    const record = legacyRecord({ city: "Bonn" });
    bench.send("to-cidaas", { payload: record });
    await bench.first("written");
    const sub = String(userOf(record.email)?.sub);
    tenant().edit(sub, { userStatus: "LOCKED", customFields: { shoe: "42" }, nickname: "Addy" });
    const { status, ...others } = record;
    bench.send("to-cidaas", { payload: { ...others, city: "Ulm", updated_at: new Date().toISOString() } });
    const [, second] = await bench.arrived("written", 2);
    should(second?.payload).eql([{ sub, legacyId: `${record.id}`, state: "UPDATED" }]);
    should(userOf(record.email)).match({
      address: { locality: "Ulm" },
      userStatus: "LOCKED",
      customFields: { tier: "gold" },
    });
  });

  it("parks a user whom the tenant refuses, with its reason, and delivers the others", async () => {
    await load();
    const records = [legacyRecord(), legacyRecord(), legacyRecord()];
    const refused = records[1];
    tenant().setDials({ failEmails: [String(refused?.email)] });
    bench.send("to-cidaas", { payload: records });
    const { payload, error } = await bench.first("refused");
    should(payload).match({ legacyId: `${refused?.id}` });
    should(error).match({ code: "TENANT_FAILED_USER", message: /user validation failed/ });
    await bench.settled("to-cidaas", 3);
    should(await bench.counters("to-cidaas")).match({ delivered: 2, parked: 1 });
    should(records.map(({ email }) => userOf(email) !== undefined)).eql([true, false, true]);
    should(bench.caught()).eql([]);
    should(JSON.stringify([error])).not.containEql(refused?.email);
  });

  it("finds the one who spoils a whole call", async () => {
    await load();
    const records = Array.from({ length: 5 }, () => legacyRecord());
    tenant().setDials({ poisonEmails: [String(records[3]?.email)] });
    bench.send("to-cidaas", { payload: records });
    should((await bench.first("refused")).payload).match({ legacyId: `${records[3]?.id}` });
    await bench.settled("to-cidaas", 5);
    should(await bench.counters("to-cidaas")).match({ delivered: 4, parked: 1 });
  });

  it("ties results to their users whatever their order", async () => {
    tenant().setDials({ shuffleResults: true });
    await load();
    const records = Array.from({ length: 6 }, () => legacyRecord());
    bench.send("to-cidaas", { payload: records });
    const done = await bench.until(() => {
      const users = bench.messages("written").flatMap(({ payload }) => (Array.isArray(payload) ? payload : []));
      return users.length >= 6 && users;
    }, "all six to be written");
    should(done).have.length(6);
    for (const { sub, legacyId } of done) {
      const email = records.find(({ id }) => `${id}` === legacyId)?.email;
      should(userOf(email)?.sub).equal(sub);
    }
  });

  it("refuses a message without a lease, and names the node to put in front", async () => {
    await load();
    const before = bulkCalls();
    bench.send("upsert", { payload: [{ email: "somebody@example.org" }] });
    await bench.until(() => bench.caught().length > 0, "the error");
    should(bench.caught()).match([{ id: "upsert", code: "SYNC_NO_LEASE", message: /bulk-batcher/ }]);
    should(bench.completed("upsert")).equal(0);
    should(bulkCalls()).equal(before);
  });

  it("does not write a cloned message a second time", async () => {
    const [mapper, , upsert, ...probes] = toCidaas();
    if (!mapper || !upsert) throw new Error("The flow has no such nodes");
    const batcher = node("batcher", "bulk-batcher", [["upsert", "clone"], ["safe"]], { waitMs: 0 });
    const clone = node("clone", "cidaas-bulk-upsert", [["cloned"], []]);
    await bench.load([mapper, batcher, upsert, clone, ...probes, probe("cloned")]);
    const before = bulkCalls();
    bench.send("to-cidaas", { payload: legacyRecord() });
    await bench.until(() => bench.caught().length > 0, "the clone to be refused");
    await bench.settled("to-cidaas", 1);
    should(bench.caught().map(({ code }) => code)).eql(["SYNC_NO_LEASE"]);
    should(bulkCalls()).equal(before + 1);
    await bench.until(() => bench.messages("written").length + bench.messages("cloned").length === 1, "the result");
  });

  it("refuses a message sent again after it was delivered", async () => {
    await load();
    bench.send("to-cidaas", { payload: legacyRecord() });
    await bench.first("written");
    const calls = bulkCalls();
    bench.send("upsert", await bench.first("batch"));
    await bench.until(() => bench.caught().length > 0, "the error");
    should(bench.caught()).match([{ code: "SYNC_NO_LEASE" }]);
    should(bulkCalls()).equal(calls);
  });

  it("makes a user whole again whom an update has made anew, since cidaas lost it a moment before", async () => {
    const [mapper, , upsert] = toCidaas();
    if (!mapper || !upsert) throw new Error("The flow has no such nodes");
    const held = node("batcher", "bulk-batcher", [["batch"], ["safe"]], { waitMs: 0 });
    const probes = ["batch", "safe", "mapped-back", "written"].map(probe);
    await bench.load([mapper, held, upsert, ...probes], { tenant: { bulkUpdates: "merge" } });
    const { id, updated_at: _, ...record } = legacyRecord({ city: "Bonn" });
    const { legacy } = bench.simulator;
    const present = () => ({ payload: legacy.snapshot().find((one) => one.email === record.email) });
    legacy.create(record, `${id}`);
    bench.send("to-cidaas", present());
    bench.send("upsert", await bench.first("batch"));
    await bench.first("written");
    legacy.edit(`${id}`, { city: "Ulm" });
    bench.send("to-cidaas", present());
    const [, update] = await bench.arrived("batch", 2);
    tenant().remove(String(userOf(record.email)?.sub));
    bench.send("upsert", update ?? {});
    const [, , rest] = await bench.arrived("batch", 3);
    bench.send("upsert", rest ?? {});
    await bench.settled("to-cidaas", 3);
    const whole = { given_name: "Ada", address: { locality: "Ulm" }, customFields: { tier: "gold" } };
    should(userOf(record.email)).match({ ...whole, family_name: record.last_name });
  });

  it("writes nothing in a dry run", async () => {
    await load({ dryRun: true });
    const record = legacyRecord();
    const before = bulkCalls();
    bench.send("to-cidaas", { payload: record });
    await bench.settled("to-cidaas", 1);
    should(bulkCalls()).equal(before);
    should(userOf(record.email)).equal(undefined);
    should(await bench.counters("to-cidaas")).match({ skipped: 1 });
  });

  it("leaves out whom the flow skips", async () => {
    await load();
    bench.simulator.tenant.setDials({ latencyMs: 100, faultPaths: ["/users-srv"] });
    const [mapper, , upsert] = toCidaas();
    if (!mapper || !upsert) throw new Error("The flow has no such nodes");
    await bench.unload();
    const held = node("batcher", "bulk-batcher", [["batch"], ["safe"]], { waitMs: 0 });
    await bench.load([mapper, held, upsert, ...["batch", "safe", "mapped-back", "written"].map(probe)]);
    bench.send("to-cidaas", { payload: legacyRecord() });
    const batch = await bench.first("batch");
    const before = bulkCalls();
    bench.send("upsert", { ...batch, sync: { ...Object(batch.sync), skip: "not today" } });
    await bench.settled("to-cidaas", 1);
    should(await bench.counters("to-cidaas")).match({ skipped: 1 });
    should(bulkCalls()).equal(before);
  });

  describe("with a user deleted in the legacy system", () => {
    async function deleteWith(deletes: string) {
      await load({ deletes });
      const record = legacyRecord();
      bench.send("to-cidaas", { payload: record });
      await bench.first("written");
      const occurredAt = new Date(Date.now() + 1_000).toISOString();
      bench.send("to-cidaas", { payload: { id: record.id }, sync: { kind: "delete", occurredAt } });
      await bench.settled("to-cidaas", 2);
      return record;
    }

    /** The record of the deleted user comes once more. */
    async function comesAgain(record: LegacyRecord): Promise<void> {
      const updated_at = new Date(Date.now() + 60_000).toISOString();
      bench.send("to-cidaas", { payload: { ...record, updated_at } });
      await bench.settled("to-cidaas", 3);
    }

    it("declines the user", async () => {
      const { email, id } = await deleteWith("decline");
      should(userOf(email)).match({ userStatus: "DECLINED" });
      const [, msg] = await bench.arrived("written", 2);
      should(msg?.payload).match([{ legacyId: `${id}`, state: "DELETED" }]);
    });

    it("gives the user its status back who was declined, and comes again", async () => {
      const record = await deleteWith("decline");
      await comesAgain(record);
      should(userOf(record.email)).match({ userStatus: "VERIFIED" });
      should(await bench.counters("to-cidaas")).match({ delivered: 3 });
    });

    it("purges the user", async () => {
      const { email } = await deleteWith("purge");
      should(userOf(email)).equal(undefined);
    });

    it("ignores the deletion", async () => {
      const { email } = await deleteWith("ignore");
      should(userOf(email)).match({ userStatus: "VERIFIED" });
      should(await bench.counters("to-cidaas")).match({ delivered: 1, skipped: 1 });
    });
  });

  it("stops and says so when the client has no right, and parks nobody for it", async () => {
    await load();
    bench.send("to-cidaas", { payload: legacyRecord() });
    await bench.first("written");
    tenant().setDials({ scopes: ["cidaas:users_read", "cidaas:users_search"] });
    tenant().revokeTokens();
    bench.send("to-cidaas", { payload: [legacyRecord(), legacyRecord()] });
    await bench.until(() => bench.caught().length > 0, "the error");
    should(bench.caught()).match([{ id: "upsert", code: "TENANT_FORBIDDEN", message: /cidaas:bulk_user_create/ }]);
    should((await bench.status()).lanes["to-cidaas"]).match({ waiting: 2, inFlight: 0, parkedNow: 0 });
    should(bench.messages("refused")).eql([]);
    should(await bench.red("upsert")).match(/stopped/);
    should(await bench.red("batcher")).match(/stopped/);
  });

  it("is green again after a lost answer, also when the users turn out to need nothing more", async () => {
    await load();
    // Every second broken connection breaks only after the call took effect.
    tenant().setDials({ rateReset: 1, faultPaths: ["/users-srv/user/bulk"], seed: 3 });
    const record = legacyRecord();
    bench.send("to-cidaas", { payload: record });
    await bench.until(() => userOf(record.email) !== undefined, "the call to take effect");
    should(await bench.red("upsert")).match(/unreachable/);
    tenant().setDials({ rateReset: 0 });
    await bench.settled("to-cidaas", 1);
    await bench.green("upsert");
  });

  for (const [name, dials] of [
    ["429", { rate429: 1, retryAfter: 0 }],
    ["5xx", { rate5xx: 1 }],
    ["broken connections", { rateReset: 1 }],
  ] as const) {
    it(`delivers a user once, after a time of ${name}`, async () => {
      await load();
      tenant().setDials({ ...dials, faultPaths: ["/users-srv/user/bulk"] });
      const record = legacyRecord();
      bench.send("to-cidaas", { payload: record });
      await bench.until(() => bench.caught().length > 0, "the error");
      should(bench.caught()[0]?.id).equal("upsert");
      tenant().setDials({ rate429: 0, rate5xx: 0, rateReset: 0 });
      await bench.settled("to-cidaas", 1);
      should(
        tenant()
          .snapshot()
          .filter((user) => user.email === record.email),
      ).have.length(1);
      should((await bench.counters("to-cidaas")).parked).equal(0);
    });
  }
});
