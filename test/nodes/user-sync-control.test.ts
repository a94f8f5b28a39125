import should from "should";
import type { JsonObject, Lane } from "../../lib/sync/types";
import type { LegacyPatch } from "../../simulator/legacy/legacy";
import { type ConfigOverrides, withBench } from "./fixture";
import { cidaasUser, event, type FlowItem, node, probe, rulesWithPairs, toCidaas, toLegacy } from "./flow";

const READ_ALL = "POST /user-ext-srv/bulkread/users";

const control = (): FlowItem[] => [node("control", "user-sync-control", [["answers"]]), probe("answers")];

describe("user-sync-control", () => {
  const bench = withBench();

  const { tenant, legacy } = { tenant: () => bench.simulator.tenant, legacy: () => bench.simulator.legacy };
  const load = (config: ConfigOverrides = {}, nodes = [...toLegacy(), ...toCidaas()]) =>
    bench.load([...nodes, ...control()], config);

  /** Sends an operation, and gives the payload of its answer. */
  async function ask(topic: string, payload: object | string = {}): Promise<JsonObject> {
    const before = bench.messages("answers").length;
    bench.send("control", { topic, payload });
    const answers = await bench.arrived("answers", before + 1);
    const answer = answers.at(-1);
    should(answer?.topic).equal(topic);
    return Object(answer?.payload);
  }

  /** Sends what has to fail, and gives the error of the Catch node. */
  async function fail(topic: unknown, payload: unknown = {}) {
    const before = bench.caught().length;
    bench.send("control", Object({ topic, payload }));
    await bench.until(() => bench.caught().length > before, "the error");
    should(bench.messages("answers")).eql([]);
    return bench.caught().at(-1);
  }

  const laneOf = async (lane: Lane) => (await bench.status()).lanes[lane];
  const recordOf = (id: string) =>
    legacy()
      .snapshot()
      .find((user) => String(user.id) === id);
  const userOf = (email: unknown) =>
    tenant()
      .snapshot()
      .find((user) => user.email === email);

  /** A user of the legacy system whose change the tenant refused, so that it is parked. */
  async function parkOne(members: { email: string; city?: string; tier?: string }): Promise<string> {
    const id = legacy().create({ first_name: "Ada", last_name: "Parked", email_verified: 1, ...members });
    await parkAgain(id, {});
    return id;
  }

  async function parkAgain(id: string, patch: LegacyPatch): Promise<void> {
    legacy().edit(id, patch);
    const record = recordOf(id);
    tenant().setDials({ failEmails: [String(record?.email)] });
    bench.send("to-cidaas", { payload: record });
    await bench.until(async () => (await laneOf("to-cidaas")).parkedNow === 1, "the user to be parked");
    tenant().setDials({ failEmails: [] });
  }

  it("reports what the admin route reports, and keeps the rest of the message", async () => {
    await load();
    bench.send("control", Object({ topic: " stats ", payload: Date.now(), other: 7 }));
    const answer = await bench.first("answers");
    should(answer).match({ topic: "stats", other: 7 });
    should(answer.payload).eql(await bench.status());
    await bench.until(() => bench.completed("control") === 1, "the node to be done");
    should(bench.caught()).eql([]);
    await bench.green("control");
  });

  it("pauses a lane over a redeploy, in which changes go on to be merged, and resumes it", async () => {
    await load();
    await bench.listening();
    should(await ask("pause", { lane: "to-legacy", reason: "new disks" })).eql({
      paused: { "to-legacy": "new disks", "to-cidaas": false },
    });
    await bench.unload();
    await bench.reload([...toLegacy(), ...control()]);
    await bench.listening();
    const sub = tenant().register(cidaasUser());
    for (let round = 0; round < 3; round++) await bench.post(event(sub));
    should(await laneOf("to-legacy")).match({
      paused: "new disks",
      waiting: 1,
      inFlight: 0,
      counters: { in: 3, merged: 2 },
    });
    should(bench.messages("taken")).eql([]);
    should(await ask("resume", "to-legacy")).eql({ paused: { "to-legacy": false, "to-cidaas": false } });
    should((await bench.first("delivered")).payload).match({ sub, state: "CREATED" });
  });

  it("lists the parked without values, and discards them", async () => {
    await load();
    await parkOne({ email: "listed@example.org", city: "Bonn" });
    const { items, next } = await ask("parked", { lane: "to-cidaas", code: "TENANT_FAILED_USER" });
    should(next).equal(null);
    should(items).match([{ lane: "to-cidaas", code: "TENANT_FAILED_USER", record: { email: "•••" } }]);
    should(JSON.stringify(items)).not.match(/listed@|Bonn|Ada/);
    should(await ask("parked", { code: "OTHER" })).eql({ items: [], next: null });
    should(await ask("conflicts")).eql({ items: [], next: null });
    should(await ask("discard", { lane: "to-cidaas" })).eql({ count: 1 });
    should(await laneOf("to-cidaas")).match({ parkedNow: 0 });
  });

  it("brings a retried user to the present state of the legacy system", async () => {
    await load();
    const id = await parkOne({ email: "broken@example.org", city: "Bonn" });
    legacy().edit(id, { email: "mended@example.org", city: "Ulm" });
    const { items } = Object(await ask("parked"));
    should(await ask("retry", { ids: [items[0].id] })).eql({ count: 1, present: 1, newestKnown: 0 });
    await bench.settled("to-cidaas", 2);
    should(userOf("mended@example.org")).match({
      given_name: "Ada",
      address: { locality: "Ulm" },
      customFields: { legacy_id: id },
    });
    should(userOf("broken@example.org")).be.undefined();
  });

  it("brings it to the newest known state where the legacy system cannot be read, and says so", async () => {
    await load({ legacy: { readPath: "" } });
    const id = await parkOne({ email: "unread@example.org", city: "Bonn" });
    legacy().edit(id, { city: "Ulm" });
    should(await ask("retry", "to-cidaas")).eql({ count: 1, present: 0, newestKnown: 1 });
    await bench.settled("to-cidaas", 2);
    should(userOf("unread@example.org")).match({ address: { locality: "Bonn" } });
  });

  it("brings what was parked when the legacy system has the record no more", async () => {
    await load();
    legacy().remove(await parkOne({ email: "removed@example.org", city: "Bonn" }));
    await ask("retry", "to-cidaas");
    await bench.settled("to-cidaas", 2);
    should(userOf("removed@example.org")).match({ address: { locality: "Bonn" } });
  });

  it("does not lose a retried user while the legacy system is down", async () => {
    await load();
    const id = await parkOne({ email: "patient@example.org", city: "Bonn" });
    legacy().edit(id, { city: "Ulm" });
    legacy().setDials({ rate5xx: 1 });
    await ask("retry", "to-cidaas");
    await bench.until(() => bench.caught().some(({ id }) => id === "batcher"), "the read to fail");
    legacy().setDials({ rate5xx: 0 });
    should(await ask("drain", { lane: "to-cidaas" })).match({ drained: true });
    should(userOf("patient@example.org")).match({ address: { locality: "Ulm" } });
  });

  it("parks again whose present record breaks the rules", async () => {
    await load(rulesWithPairs("tier", [["gold", "gold"]]));
    const id = await parkOne({ email: "tier@example.org", tier: "gold" });
    legacy().edit(id, { tier: "silver" });
    should(await ask("retry", "to-cidaas")).match({ count: 1 });
    await bench.settled("to-cidaas", 2);
    should(await ask("parked")).match({ items: [{ legacyId: id, code: "RECORD_INVALID", message: /tier/ }] });
  });

  it("parks again whose present record cidaas would refuse", async () => {
    // Bulk takes LOCKED, and BLOCKED only in what it shows.
    const pairs = [
      ["VERIFIED", "active"],
      ["BLOCKED", "locked"],
    ];
    await load(rulesWithPairs("status", pairs));
    const id = await parkOne({ email: "status@example.org" });
    legacy().edit(id, { status: "locked" });
    should(await ask("retry", "to-cidaas")).match({ count: 1 });
    await bench.settled("to-cidaas", 2);
    should(await ask("parked")).match({ items: [{ legacyId: id, code: "RECORD_INVALID", message: /^userStatus: / }] });
  });

  it("deletes a retried user that the legacy system marks as deleted by now", async () => {
    await load({ sync: { legacyDeleted: { path: "city", values: ["gone"] } } });
    const id = await parkOne({ email: "leaving@example.org", city: "Bonn" });
    await ask("retry", "to-cidaas");
    await bench.settled("to-cidaas", 2);
    const sub = userOf("leaving@example.org")?.sub;
    should(sub).be.a.String();
    await parkAgain(id, { last_name: "Left" });
    legacy().edit(id, { city: "gone" });
    await ask("retry", "to-cidaas");
    should((await bench.arrived("written", 2))[1]?.payload).eql([{ sub, legacyId: id, state: "DELETED" }]);
  });

  it("parks again who was parked without values and cannot be read, instead of forgetting it", async () => {
    await load({ legacy: { readPath: "" } });
    await bench.green("batcher");
    bench.send("to-cidaas", { payload: { id: 4711, email: "no.date@example.org", birth_date: "some day" } });
    await bench.first("invalid-back");
    await ask("retry", "to-cidaas");
    await bench.settled("to-cidaas", 2);
    should(await ask("parked")).match({ items: [{ legacyId: "4711", code: "RECORD_UNREADABLE" }] });
  });

  it("forgets a person, whom neither its records nor its events bring back", async () => {
    await load();
    await bench.green("batcher");
    const id = legacy().create({ email: "erased@example.org", first_name: "Ada", email_verified: 1 });
    bench.send("to-cidaas", { payload: recordOf(id) });
    await bench.settled("to-cidaas", 1);
    const sub = String(userOf("erased@example.org")?.sub);
    should(await ask("forget", { email: "erased@example.org" })).match({ forgotten: true });
    should(await ask("forget", { sub })).match({ forgotten: false });
    const { forgotten } = await bench.counters("to-legacy");
    bench.send("to-cidaas", { payload: { ...recordOf(id), first_name: "Eva" } });
    bench.send("to-cidaas", { payload: { ...recordOf(id), id: "another id" } });
    await bench.post(event(sub, "ACCOUNT_MODIFIED"));
    await bench.until(async () => (await bench.counters("to-cidaas")).forgotten === 2, "both records to be dropped");
    should((await bench.counters("to-legacy")).forgotten).be.above(forgotten);
    for (const ids of [{ sub }, { legacyId: id }, { legacyId: "another id" }])
      should(await ask("forget", ids)).match({ forgotten: false });
    should(userOf("erased@example.org")).match({ given_name: "Ada" });
  });

  it("recovers a restored store: what differs is a first contact, and no more overwritten", async () => {
    await load();
    await bench.green("batcher");
    const email = "restored@example.org";
    const id = legacy().create({ email, first_name: "Ada", city: "Ulm", email_verified: 1 });
    bench.send("to-cidaas", { payload: recordOf(id) });
    await bench.until(() => userOf(email) !== undefined, "the user to be in cidaas");
    await bench.until(async () => (await laneOf("to-cidaas")).inFlight === 0, "its write to be settled");
    // Accepted after the backup, and lost with the store.
    legacy().edit(id, { city: "Bonn" });
    const sub = String(userOf(email)?.sub);
    should(await ask("recover", "")).match({ persons: Number, waiting: 0, marked: 0 });
    tenant().edit(sub, { given_name: "Eva" });
    await bench.post(event(sub));
    await bench.until(async () => (await laneOf("to-legacy")).parkedNow === 1, "the user to be parked");
    should(await ask("parked")).match({ items: [{ sub, code: "FIRST_CONTACT" }] });
    should(recordOf(id)).match({ city: "Bonn", first_name: "Ada" });
    await bench.green("control");
  });

  it("catches up on demand, in one run for all who ask meanwhile", async () => {
    await load({}, toLegacy());
    await bench.listening();
    should(await ask("catch-up")).eql({ marked: 0 });
    tenant().register(cidaasUser());
    tenant().setDials({ latencyMs: 400 });
    const calls = () => tenant().calls()[READ_ALL] ?? 0;
    const before = calls();
    for (let round = 0; round < 3; round++) bench.send("control", { topic: "catch-up", payload: "" });
    await bench.until(() => bench.shown("control").text.includes("catchingUp"), "the status to say so");
    const answers = await bench.arrived("answers", 4);
    const marked = Number(Object(answers[1]?.payload).marked);
    should(marked).be.above(0);
    should(answers.slice(1).map(({ payload }) => payload)).eql(Array(3).fill({ marked }));
    const together = calls() - before;
    await ask("catch-up");
    should(calls() - before).equal(2 * together);
    await bench.until(async () => (await bench.counters("to-legacy")).delivered > 0, "the user to be delivered");
    await bench.green("control");
  });

  it("tells through done why it could not catch up, and is red until something works", async () => {
    await load({}, toLegacy());
    await bench.listening();
    await ask("catch-up");
    tenant().setDials({ bulkread: false });
    bench.send("control", { topic: "catch-up", payload: {} });
    await bench.until(() => bench.caught().length > 0, "the error");
    should(bench.caught()).match([{ id: "control", code: "TENANT_FORBIDDEN" }]);
    should(await bench.red("control")).match(/refusedClient/);
    await ask("stats");
    await bench.green("control");
    should(bench.completed("control")).equal(2);
  });

  it("answers a drain when what backed off has gone out", async () => {
    await load();
    await bench.green("batcher");
    tenant().setDials({ rate5xx: 1, faultPaths: ["/users-srv/user/bulk"] });
    const id = legacy().create({ email: "backing.off@example.org", first_name: "Ada", email_verified: 1 });
    bench.send("to-cidaas", { payload: recordOf(id) });
    await bench.until(() => bench.caught().length > 1, "the second failure");
    tenant().setDials({ rate5xx: 0, faultPaths: [] });
    should(await ask("drain", { lane: "to-cidaas", timeout: 5 })).eql({
      drained: true,
      lanes: { "to-cidaas": { waiting: 0, inFlight: 0, paused: false } },
    });
    should(userOf("backing.off@example.org")).not.be.undefined();
  });

  it("answers a drain after its time with what is left, and ends it when the node closes", async () => {
    tenant().setDials({ rate5xx: 1 });
    await load();
    const record = { id: 4712, email: "left.over@example.org", first_name: "Ada" };
    bench.send("to-cidaas", { payload: record });
    await bench.until(async () => (await laneOf("to-cidaas")).counters.in === 1, "the user to wait");
    const answer = await ask("drain", { timeout: 0.2 });
    should(answer).match({ drained: false, lanes: { "to-legacy": { waiting: 0 }, "to-cidaas": { paused: false } } });
    bench.send("control", { topic: "drain", payload: {} });
    await bench.until(() => bench.shown("control").text.includes("draining"), "the status to say so");
    const start = Date.now();
    await bench.unload();
    should(Date.now() - start).be.below(4_000);
  });

  it("refuses an unknown topic, and lists those it knows", async () => {
    await load({}, []);
    for (const topic of [undefined, "", "toString", "__proto__", "STATS", 7, ["stats"]]) {
      const error = await fail(topic);
      should(error).match({ code: "CONTROL_TOPIC" });
      should(error?.message).match(
        /stats, pause, resume, brake, parked, conflicts, retry, discard, forget, catch-up, recover, drain/,
        `topic ${topic}`,
      );
    }
    should(bench.completed("control")).equal(0);
    await bench.green("control");
  });

  it("refuses wrong arguments, and changes nothing", async () => {
    await load({}, []);
    should(await fail("retry")).match({ code: "SELECTION_INVALID" });
    should(await fail("discard", { ids: "all", lane: "to-cidaas" })).match({ code: "SELECTION_INVALID" });
    should(await fail("forget")).match({ code: "SELECTION_INVALID" });
    should(await fail("pause", { lane: `\${NO_SUCH_LANE}` })).match({
      code: "ARGUMENT_INVALID",
      message: /NO_SUCH_LANE is not set/,
    });
    should(await fail("drain", { timeout: "long" })).match({ code: "ARGUMENT_INVALID", message: /timeout/ });
    should(await laneOf("to-cidaas")).match({ paused: false });
    await bench.green("control");
  });
});
