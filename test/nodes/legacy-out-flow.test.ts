import type { NodeMessage } from "node-red";
import should from "should";
import type { JsonObject } from "../../lib/sync/types";
import { type ConfigOverrides, type Received, withBench } from "./fixture";
import { cidaasUser, event, toLegacy } from "./flow";

describe("legacy-out in mode flow", () => {
  const bench = withBench();

  const tenant = () => bench.simulator.tenant;
  const operationOf = (msg: Received) => Object(msg.sync).op;

  async function load(config: ConfigOverrides = {}) {
    await bench.load(toLegacy({ out: { mode: "flow" } }), { ...config, sync: { legacy: "", ...config.sync } });
    await bench.listening();
  }

  /** The n-th question to the flow, which has to be this operation. */
  async function asked(number: number, operation: string): Promise<Received> {
    const question = (await bench.arrived("asked", number)).at(number - 1);
    if (!question) throw new Error("No question");
    should(operationOf(question)).equal(operation);
    return question;
  }

  const answer = (question: Received, members: NodeMessage & Record<string, unknown> = {}) =>
    bench.send("out", { ...question, ...members });

  /** Registers a user who is created as number 77 by the flow. */
  async function born(members: JsonObject = {}) {
    const user = cidaasUser(members);
    const sub = tenant().register(user);
    await bench.post(event(sub));
    const question = await asked(1, "create");
    answer(question, { legacyId: 77 });
    await bench.first("delivered");
    return { sub, user, question };
  }

  it("asks for a create and takes the legacy id of the confirmation", async () => {
    await load();
    const { sub, user, question } = await born();
    should(question.payload).match({ email: user.email, first_name: "Ada" });
    should(question.legacyId).equal(undefined);
    should((await bench.first("delivered")).payload).eql({ sub, legacyId: "77", state: "CREATED" });
    await bench.until(() => bench.completed("out") === 2, "both messages to be done");
    should(bench.caught()).eql([]);
  });

  it("asks for an update with nothing but the changed fields", async () => {
    await load();
    const { sub } = await born();
    tenant().edit(sub, { given_name: "Grace" });
    await bench.post(event(sub));
    const question = await asked(2, "update");
    should(question).match({ legacyId: "77" });
    should(question.payload).eql({ first_name: "Grace" });
    answer(question, { outcome: "done" });
    const [, updated] = await bench.arrived("delivered", 2);
    should(updated?.payload).eql({ sub, legacyId: "77", state: "UPDATED" });
  });

  it("asks for a delete", async () => {
    await load();
    const { sub } = await born();
    tenant().remove(sub);
    await bench.post(event(sub, "ACCOUNT_DELETED", Date.now() + 1));
    const question = await asked(2, "delete");
    should(question).match({ legacyId: "77" });
    answer(question);
    const [, deleted] = await bench.arrived("delivered", 2);
    should(deleted?.payload).eql({ sub, legacyId: "77", state: "DELETED" });
  });

  it("asks for a read at a first contact, and writes nothing when both sides agree", async () => {
    await load();
    const user = cidaasUser({ customFields: { legacy_id: "55" } });
    const sub = tenant().register(user);
    await bench.post(event(sub));
    const question = await asked(1, "read");
    should(question).match({ legacyId: "55" });
    const payload = { id: 55, email: user.email, first_name: "Ada", last_name: user.family_name, status: "active" };
    answer(question, { payload });
    should((await bench.first("delivered")).payload).eql({ sub, legacyId: "55", state: "UNCHANGED" });
    should(bench.messages("asked")).have.length(1);
  });

  it("creates a user of whom a read finds nothing", async () => {
    await load();
    const sub = tenant().register(cidaasUser({ customFields: { legacy_id: "56" } }));
    await bench.post(event(sub));
    answer(await asked(1, "read"), { payload: null });
    answer(await asked(2, "create"), { legacyId: "56" });
    should((await bench.first("delivered")).payload).eql({ sub, legacyId: "56", state: "CREATED" });
  });

  it("asks whether an interrupted create arrived before it repeats it", async () => {
    await load();
    const sub = tenant().register(cidaasUser());
    await bench.post(event(sub));
    answer(await asked(1, "create"), { outcome: "retry" });
    answer(await asked(2, "find"), { payload: null });
    answer(await asked(3, "create"), { legacyId: "78" });
    should((await bench.first("delivered")).payload).eql({ sub, legacyId: "78", state: "CREATED" });
    should(bench.caught()).match([{ id: "out", code: "FLOW_RETRY" }]);
  });

  it("links the user that a find gives", async () => {
    await load();
    const user = cidaasUser();
    const sub = tenant().register(user);
    await bench.post(event(sub));
    const create = await asked(1, "create");
    answer(create, { outcome: "retry" });
    const find = await asked(2, "find");
    should(find.payload).match({ email: user.email });
    answer(find, { payload: { ...Object(create.payload), id: 79 }, legacyId: "79" });
    should((await bench.first("delivered")).payload).match({ sub, state: "UNCHANGED" });
    should(await bench.status()).match({ linked: 1 });
    should(bench.messages("asked")).have.length(2);
  });

  it("takes an error without an outcome as retry", async () => {
    await load();
    await bench.post(event(tenant().register(cidaasUser())));
    answer(await asked(1, "create"), { error: { message: "The database is down" } });
    await bench.until(() => bench.caught().length > 0, "the error");
    should(bench.caught()).match([{ id: "out", code: "FLOW_RETRY", message: /The database is down/ }]);
    answer(await asked(2, "find"), { payload: null });
    answer(await asked(3, "create"), { legacyId: "80" });
    await bench.settled("to-legacy", 1);
    should(await bench.counters("to-legacy")).match({ delivered: 1, parked: 0 });
  });

  it("parks when the flow says so, with the flow's reason", async () => {
    await load();
    const sub = tenant().register(cidaasUser());
    await bench.post(event(sub));
    answer(await asked(1, "create"), { outcome: "park", error: { message: "Not allowed there" } });
    const { payload, error } = await bench.first("parked");
    should(payload).eql({ sub, legacyId: null });
    should(error).match({ code: "FLOW_PARKED", message: /Not allowed there/ });
    should((await bench.admin("parked")).body.items).match([{ sub, code: "FLOW_PARKED" }]);
    should(bench.caught()).eql([]);
  });

  it("parks a create that is confirmed without an id, when a find gives none either", async () => {
    await load();
    await bench.post(event(tenant().register(cidaasUser())));
    answer(await asked(1, "create"));
    answer(await asked(2, "find"), { payload: null });
    should((await bench.first("parked")).error).match({ code: "LEGACY_ID_MISSING" });
  });

  it("ignores and counts a second confirmation", async () => {
    await load();
    const { question } = await born();
    answer(question, { legacyId: "99" });
    await bench.until(async () => (await bench.status()).lanes["to-legacy"].lateConfirmations === 1, "the count");
    should(bench.messages("delivered")).have.length(1);
    should(await bench.counters("to-legacy")).match({ in: 1, delivered: 1 });
    should(bench.caught()).eql([]);
  });

  it("counts a confirmation that comes after the node was closed and opened again", async () => {
    await load();
    await bench.post(event(tenant().register(cidaasUser())));
    const question = await asked(1, "create");
    const start = Date.now();
    await bench.unload();
    should(Date.now() - start).be.below(5_000);
    await bench.reload(toLegacy({ out: { mode: "flow" } }), { sync: { legacy: "" } });
    answer(question, { legacyId: "81" });
    await bench.until(async () => (await bench.status()).lanes["to-legacy"].lateConfirmations === 1, "the count");
    answer(await asked(1, "find"), { payload: null });
    answer(await asked(2, "create"), { legacyId: "81" });
    await bench.settled("to-legacy", 1);
    should(await bench.counters("to-legacy")).match({ delivered: 1, parked: 0 });
  });

  it("closes at once while users are on their way, and lets go of the store", async function () {
    this.timeout(20_000);
    await load();
    const users = Array.from({ length: 8 }, () => tenant().register(cidaasUser()));
    await Promise.all(users.map((sub) => bench.post(event(sub))));
    await bench.first("asked");
    const start = Date.now();
    await bench.unload();
    should(Date.now() - start).be.below(5_000);
    await bench.load([]);
    should((await bench.admin("status")).status).equal(404);
  });

  it("tells a flow that does not answer, and asks again", async function () {
    this.timeout(20_000);
    await load({ store: { leaseSeconds: 5 } });
    await bench.post(event(tenant().register(cidaasUser())));
    await asked(1, "create");
    await bench.until(() => bench.caught().length > 0, "the error");
    should(bench.caught()).match([{ id: "out", code: "FLOW_SILENT" }]);
    await asked(2, "find");
  });
});
