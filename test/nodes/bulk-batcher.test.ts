import { copyFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import should from "should";
import { withBench } from "./fixture";
import { legacyRecord, node, probe, toCidaas } from "./flow";

/** The tenant's answer to the adoption of its users takes so long, ms. */
const SLOW_ADOPTION = { latencyMs: 400, faultPaths: ["/user-ext-srv"] };

describe("bulk-batcher", () => {
  const bench = withBench();

  const load = (batcher = {}) => bench.load(toCidaas({ batcher }));

  it("sends the incoming message on, and is done, once its users are in the store", async () => {
    bench.simulator.tenant.setDials(SLOW_ADOPTION);
    await load();
    bench.send("to-cidaas", { payload: [legacyRecord(), legacyRecord()], load: { after: 2 } });
    should(await bench.first("safe")).match({ load: { after: 2 } });
    should((await bench.status()).lanes["to-cidaas"]).match({ waiting: 2, counters: { in: 2 } });
    await bench.until(() => bench.completed("batcher") === 1, "done");
    should(bench.caught()).eql([]);
  });

  it("has its users on disk when it sends the message on", async () => {
    bench.simulator.tenant.setDials(SLOW_ADOPTION);
    await load();
    bench.send("to-cidaas", { payload: [legacyRecord(), legacyRecord()] });
    await bench.first("safe");
    const copy = `${bench.storePath}.copy`;
    for (const file of ["", "-wal"]) copyFileSync(bench.storePath + file, copy + file);
    const database = new DatabaseSync(copy);
    const row = database.prepare("SELECT count(*) AS count FROM mark").get();
    database.close();
    should(row).match({ count: 2 });
  });

  it("gives out batches of size at the most, and everybody once", async () => {
    bench.simulator.tenant.setDials(SLOW_ADOPTION);
    await load({ size: 3 });
    const records = Array.from({ length: 7 }, () => legacyRecord());
    bench.send("to-cidaas", { payload: records });
    await bench.settled("to-cidaas", 7);
    const batches = bench.messages("batch").map(({ payload }) => Object(payload).length);
    should(batches.toSorted()).eql([1, 3, 3]);
    const emails = bench.messages("batch").flatMap(({ payload }) => (Array.isArray(payload) ? payload : []));
    should(emails.map((user) => user.email).toSorted()).eql(records.map(({ email }) => email).toSorted());
  });

  it("gives each user of a batch an item with a lease", async () => {
    await load();
    bench.send("to-cidaas", { payload: legacyRecord() });
    const { payload, sync } = await bench.first("batch");
    should(payload).be.an.Array().and.have.length(1);
    should(sync).match({ v: 1, lane: "to-cidaas", items: [{ kind: "upsert", lease: String, attempt: 1 }] });
  });

  it("merges the changes of one user that is not taken yet", async () => {
    bench.simulator.tenant.setDials(SLOW_ADOPTION);
    await load();
    const record = legacyRecord({ city: "Bonn" });
    bench.send("to-cidaas", { payload: record });
    const later = new Date(Date.now() + 1_000).toISOString();
    bench.send("to-cidaas", { payload: [{ ...record, city: "Ulm", updated_at: later }] });
    const { payload } = await bench.first("batch");
    should(payload).match([{ email: record.email, address: { locality: "Ulm" } }]);
    await bench.settled("to-cidaas", 2);
    should(await bench.counters("to-cidaas")).match({ in: 2, merged: 1, delivered: 1 });
  });

  it("takes nothing before the tenant's users are known, and tells Catch nodes why", async () => {
    bench.simulator.tenant.setDials({ rate5xx: 1, faultPaths: ["/user-ext-srv"] });
    await load();
    bench.send("to-cidaas", { payload: legacyRecord() });
    await bench.first("safe");
    should(await bench.red("batcher")).match(/unreachable/);
    should((await bench.status()).lanes["to-cidaas"]).match({ waiting: 1, inFlight: 0 });
    should(bench.messages("batch")).eql([]);
    should(bench.caught()).match([{ id: "batcher", code: "SERVER_ERROR" }]);
    bench.simulator.tenant.setDials({ rate5xx: 0 });
    await bench.first("batch");
  });

  it("creates nobody whom the tenant has already, also where it may not bulkread", async () => {
    const record = legacyRecord();
    bench.simulator.tenant.register({ email: record.email, email_verified: true });
    bench.simulator.tenant.setDials({ bulkread: false });
    await load();
    const before = bench.simulator.tenant.snapshot().length;
    bench.send("to-cidaas", { payload: record });
    await bench.settled("to-cidaas", 1);
    should(bench.simulator.tenant.snapshot()).have.length(before);
  });

  it("refuses a message whose payload and items differ in length", async () => {
    await load();
    bench.send("to-cidaas", { payload: [legacyRecord(), legacyRecord()] });
    const mapped = await bench.first("mapped-back");
    await bench.settled("to-cidaas", 2);
    const [first] = Array.isArray(mapped.payload) ? mapped.payload : [];
    bench.send("batcher", { ...mapped, payload: [first] });
    await bench.until(() => bench.caught().length > 0, "the error");
    should(bench.caught()).match([{ id: "batcher", code: "SYNC_ENVELOPE", message: /before field-mapper/ }]);
    should((await bench.counters("to-cidaas")).in).equal(2);
  });

  it("refuses a message that was not mapped, and names the node to put in front", async () => {
    await load();
    bench.send("batcher", { payload: [legacyRecord()] });
    await bench.until(() => bench.caught().length > 0, "the error");
    should(bench.caught()).match([{ id: "batcher", code: "SYNC_ENVELOPE", message: /field-mapper/ }]);
    should(bench.messages("safe")).eql([]);
  });

  it("takes nobody of a message that the flow skips, and sends it on all the same", async () => {
    await load();
    bench.send("to-cidaas", { payload: legacyRecord(), sync: { skip: "test account" } });
    await bench.first("safe");
    should((await bench.counters("to-cidaas")).in).equal(0);
  });

  it("writes nothing for a record that brings nothing new", async () => {
    await load();
    const record = legacyRecord();
    bench.send("to-cidaas", { payload: record });
    await bench.first("written");
    bench.send("to-cidaas", { payload: record });
    await bench.arrived("safe", 2);
    await bench.settled("to-cidaas", 2);
    should(await bench.counters("to-cidaas")).match({ in: 2, delivered: 1, unchanged: 1 });
    should(bench.messages("batch")).have.length(1);
  });

  it("turns red when a second node takes from its lane, and names the first", async () => {
    const second = node("second", "bulk-batcher", [["second-batch"], []]);
    await bench.load([...toCidaas({ batcher: { name: "First batcher" } }), second, probe("second-batch")]);
    should(await bench.red("second")).match(/duplicateTaker/);
    should(bench.logged("second").join()).match(/First batcher/);
  });
});
