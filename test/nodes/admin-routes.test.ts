import should from "should";
import { LANES } from "../../lib/sync/types";
import { withBench } from "./fixture";
import { cidaasUser, event, legacyRecord, toCidaas, toLegacy } from "./flow";

describe("The admin routes", () => {
  const bench = withBench();

  beforeEach(() => bench.load([...toLegacy(), ...toCidaas()]));

  const tenant = () => bench.simulator.tenant;

  /** Two records that the tenant refuses, parked. */
  async function parkTwo() {
    const records = [legacyRecord(), legacyRecord()];
    tenant().setDials({ failEmails: records.map(({ email }) => email) });
    bench.send("to-cidaas", { payload: records });
    await bench.until(async () => (await bench.counters("to-cidaas")).parked === 2, "both to be parked");
    tenant().setDials({ failEmails: [] });
    return records;
  }

  it("give the status in its documented form", async () => {
    await bench.listening();
    const lane = {
      waiting: 0,
      inFlight: 0,
      paused: false,
      lateConfirmations: 0,
      parkedNow: 0,
      counters: {
        in: 0,
        delivered: 0,
        merged: 0,
        unchanged: 0,
        refused: 0,
        skipped: 0,
        parked: 0,
        discarded: 0,
        forgotten: 0,
      },
    };
    should((await bench.admin("status")).body).eql({
      lanes: { "to-legacy": lane, "to-cidaas": lane },
      persons: 0,
      linked: 0,
    });
  });

  it("have counters that add up at any moment", async () => {
    await bench.listening();
    const records = Array.from({ length: 8 }, () => legacyRecord());
    tenant().setDials({ failEmails: [String(records[0]?.email)], latencyMs: 5 });
    bench.send("to-cidaas", { payload: [...records, ...records] });
    for (let number = 0; number < 5; number++) await bench.post(event(tenant().register(cidaasUser())));
    let looks = 0;
    await bench.until(async () => {
      const { lanes } = await bench.status();
      looks += 1;
      let open = 0;
      for (const { counters, waiting, inFlight } of LANES.map((lane) => lanes[lane])) {
        const { in: arrived, ...outcomes } = counters;
        const sum = Object.values(outcomes).reduce((total, count) => total + count, 0);
        if (arrived !== sum + waiting + inFlight) throw new Error(`${JSON.stringify(lanes)} does not add up`);
        open += waiting + inFlight;
      }
      return open === 0 && lanes["to-cidaas"].counters.in >= 16 && lanes["to-legacy"].counters.in >= 5;
    }, "everything to be settled");
    should(looks).be.aboveOrEqual(2);
    should(await bench.counters("to-legacy")).match({ parked: 0 });
    should(await bench.counters("to-cidaas")).match({ parked: 1 });
  });

  it("list who is parked, by lane and code, without values", async () => {
    const records = await parkTwo();
    const { body } = await bench.admin("parked?lane=to-cidaas&code=TENANT_FAILED_USER");
    const { items, next } = Object(body);
    should(next).equal(null);
    should(items).have.length(2);
    should(items[0]).have.keys("id", "lane", "sub", "legacyId", "code", "message", "since", "attempts", "record");
    should(items[0]).match({ lane: "to-cidaas", record: { email: "•••" } });
    const ids = items.map((entry: object) => Object(entry).legacyId).sort();
    should(ids).eql(records.map(({ id }) => `${id}`).sort());
    for (const secret of [...records.map(({ email }) => email), "Ada", "gold"])
      should(JSON.stringify(body)).not.containEql(secret);
    should((await bench.admin("parked?lane=to-legacy")).body).match({ items: [] });
    should((await bench.admin("parked?code=OTHER")).body).match({ items: [] });
    should((await bench.admin(`parked?after=${items[0].id}`)).body.items).have.length(1);
  });

  it("retry who is parked, as a new arrival", async () => {
    const records = await parkTwo();
    const { items } = Object((await bench.admin("parked")).body);
    const first = records.find(({ id }) => `${id}` === items[0].legacyId);
    const answer = { count: 1, present: 1, newestKnown: 0 };
    should((await bench.admin("parked/retry", { ids: [items[0].id] })).body).eql(answer);
    await bench.settled("to-cidaas", 3);
    should((await bench.status()).lanes["to-cidaas"]).match({
      parkedNow: 1,
      counters: { in: 3, parked: 2, delivered: 1 },
    });
    should(
      tenant()
        .snapshot()
        .map(({ email }) => email),
    ).containEql(first?.email);
    const all = { lane: "to-cidaas", code: "TENANT_FAILED_USER" };
    should((await bench.admin("parked/retry", all)).body).eql(answer);
    await bench.settled("to-cidaas", 4);
    should((await bench.status()).lanes["to-cidaas"]).match({ parkedNow: 0, counters: { delivered: 2 } });
  });

  it("discard who is parked, which moves no counter", async () => {
    await parkTwo();
    const before = await bench.counters("to-cidaas");
    should((await bench.admin("parked/discard", { lane: "to-cidaas" })).body).eql({ count: 2 });
    should((await bench.status()).lanes["to-cidaas"]).match({ parkedNow: 0, counters: before });
    should((await bench.admin("parked")).body).eql({ items: [], next: null });
  });

  it("refuse a selection that selects nobody, or cannot be meant like this", async () => {
    await parkTwo();
    const selections = [
      {},
      { lane: "elsewhere" },
      { lane: "constructor" },
      JSON.parse('{"__proto__":{"lane":"to-cidaas"}}'),
      { ids: "all" },
      { ids: "all", lane: "to-cidaas" },
      { ids: [], lane: "to-cidaas" },
      { ids: [{ id: "1" }] },
      { ids: Array.from({ length: 100_000 }, String) },
      { lane: { "to-cidaas": true } },
      { code: "TENANT_FAILED_USER" },
      ["1", "2"],
    ];
    for (const path of ["parked/discard", "parked/retry"]) {
      for (const selection of selections) {
        const { status, body } = await bench.admin(path, selection);
        should(status).equal(400, `${path} took ${JSON.stringify(selection).slice(0, 80)}`);
        should(body).match({ code: "SELECTION_INVALID", message: String });
      }
    }
    should((await bench.status()).lanes["to-cidaas"].parkedNow).equal(2);
  });

  it("forget a person, or say that there is nobody", async () => {
    const [record] = await parkTwo();
    const forget = (selection: object) => bench.admin("forget", selection);
    should(await forget({ legacyId: record?.id })).match({ status: 200, body: { forgotten: true, until: Number } });
    should(await forget({ legacyId: record?.id })).match({ status: 200, body: { forgotten: false, message: String } });
    should(await forget({})).match({ status: 400, body: { code: "SELECTION_INVALID" } });
    should((await bench.status()).lanes["to-cidaas"]).match({ parkedNow: 1, counters: { parked: 2 } });
  });

  it("recover a restored store, from a time on", async () => {
    await bench.listening();
    const sub = bench.simulator.tenant.register(cidaasUser());
    const { status, body } = await bench.admin("recover", { since: new Date(Date.now() - 60_000).toISOString() });
    should([status, body.waiting]).eql([200, 0]);
    should(body.marked).be.aboveOrEqual(1);
    await bench.until(async () => (await bench.counters("to-legacy")).delivered > 0, `${sub} to be delivered`);
    should(await bench.admin("recover", { since: "soon" })).match({ status: 400, body: { code: "ARGUMENT_INVALID" } });
  });

  it("refuse a list that nobody can have meant", async () => {
    await bench.listening();
    for (const query of ["lane=elsewhere", "lane=__proto__", "after[gt]=1", "code=A&code=B", "limit=0", "limit=1e9"]) {
      const { status, body } = await bench.admin(`parked?${query}`);
      should(status).equal(400, query);
      should(body).match({ code: "ARGUMENT_INVALID", message: String });
    }
    should((await bench.admin("conflicts?limit=many")).body).match({ code: "ARGUMENT_INVALID" });
  });

  it("pause, resume and drain, with the arguments and answers of the node", async () => {
    await bench.listening();
    const pause = await bench.admin("pause", { lane: "to-legacy", reason: "new disks" });
    should(pause).eql({ status: 200, body: { paused: { "to-legacy": "new disks", "to-cidaas": false } } });
    await bench.post(event(tenant().register(cidaasUser())));
    should((await bench.admin("drain", {})).body).eql({
      drained: false,
      lanes: {
        "to-legacy": { waiting: 1, inFlight: 0, paused: "new disks" },
        "to-cidaas": { waiting: 0, inFlight: 0, paused: false },
      },
    });
    should(await bench.admin("pause", { lane: "sideways" })).match({ status: 400, body: { code: "ARGUMENT_INVALID" } });
    should((await bench.admin("resume", {})).body).eql({ paused: { "to-legacy": false, "to-cidaas": false } });
    should((await bench.admin("drain", { lane: "to-legacy" })).body).match({ drained: true });
    should(await bench.counters("to-legacy")).match({ delivered: 1 });
  });

  it("catch up, and answer 502 with the code when the tenant refuses", async () => {
    await bench.listening();
    should(await bench.admin("catch-up", {})).eql({ status: 200, body: { marked: 0 } });
    tenant().setDials({ bulkread: false });
    should(await bench.admin("catch-up", {})).match({ status: 502, body: { code: "TENANT_FORBIDDEN" } });
  });

  it("list conflicts with their times and winner", async () => {
    await bench.unload();
    await bench.load(toLegacy(), { sync: { firstContact: "newest", clockTolerance: 0 } });
    await bench.listening();
    const user = cidaasUser();
    const id = bench.simulator.legacy.create({ email: String(user.email), first_name: "Other", email_verified: 1 });
    const created = Date.now();
    await bench.until(() => Date.now() > created + 10, "a later time");
    const sub = tenant().register({ ...user, customFields: { legacy_id: id } });
    const time = Date.now();
    await bench.post(event(sub, "ACCOUNT_MODIFIED", time));
    const items = await bench.until(async () => {
      const { body } = await bench.admin("conflicts");
      return Array.isArray(body.items) && body.items.length > 0 && body.items;
    }, "a conflict");
    const given = items.find((conflict) => Object(conflict).rule === "given_name");
    should(given).have.keys("sub", "legacyId", "rule", "winner", "at", "cidaasTime", "legacyTime", "ambiguous");
    should(given).match({ sub, legacyId: id, winner: "cidaas", cidaasTime: time, ambiguous: false });
  });

  it("answer 404 with a code for a key that no node uses", async () => {
    await bench.listening();
    await bench.unload();
    await bench.load([]);
    should(await bench.admin("status")).match({ status: 404, body: { code: "SYNC_UNKNOWN" } });
  });
});
