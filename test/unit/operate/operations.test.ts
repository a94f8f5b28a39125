import should from "should";
import { OPERATIONS, operationNamed } from "../../../lib/operate/operations";
import { emptyChange } from "../../../lib/sync/change";
import type { Lane } from "../../../lib/sync/types";
import { SqliteSync } from "./sqlite-sync";

const reason = { code: "X", message: "For a test." };

describe("The operations", () => {
  let sync: SqliteSync;

  beforeEach(async () => {
    sync = await SqliteSync.open();
  });

  afterEach(() => sync.close());

  const signal = new AbortController().signal;

  it("say which lanes are paused, and end a pause whatever its reason", async () => {
    await sync.context.store.pause("to-cidaas", "nobody answers");
    should(await OPERATIONS.pause(sync, { lane: "to-legacy", reason: "new disks" }, signal)).eql({
      paused: { "to-legacy": "new disks", "to-cidaas": "nobody answers" },
    });
    should(await OPERATIONS.resume(sync, {}, signal)).eql({ paused: { "to-legacy": false, "to-cidaas": false } });
  });

  it("decide on what the brake holds, which a resume does not", async () => {
    const { store } = sync.context;
    await store.mark("to-legacy", [{ sub: "a", change: emptyChange("delete", Date.now()) }]);
    const lose = async () => {
      const { leases } = await store.take("to-legacy", 1);
      const [verdict] = await store.brake(
        "to-legacy",
        leases.map(({ token }) => ({ token, kinds: ["delete"] })),
        { count: 0, share: 0 },
      );
      await store.release(leases.map(({ token }) => token));
      return verdict?.do;
    };
    should(await lose()).equal("wait");
    const held = { paused: { "to-legacy": "brake: 1 deletes within an hour", "to-cidaas": false } };
    should(await OPERATIONS.pause(sync, { lane: "to-legacy", reason: "x" }, signal)).not.eql(held);
    await OPERATIONS.resume(sync, {}, signal);
    should(await lose()).equal("wait");
    const decided = await OPERATIONS.brake(sync, { lane: "to-legacy", do: "drop" }, signal);
    should(decided).eql({ paused: { "to-legacy": false, "to-cidaas": false } });
    should(await lose()).equal("drop");
    await should(OPERATIONS.brake(sync, { lane: "to-legacy", do: "drop" }, signal)).be.rejectedWith({
      code: "BRAKE_RELEASED",
    });
  });

  const readings: [canRead: boolean | null, present: number, newestKnown: number][] = [
    [true, 3, 0],
    [false, 1, 2],
    [null, 1, 2],
  ];
  for (const [canRead, present, newestKnown] of readings) {
    it(`tell to which state users of both lanes are brought, the legacy system being readable: ${canRead}`, async () => {
      for (const [lane, id] of [
        ["to-legacy", { sub: "a" }],
        ["to-cidaas", { legacyId: "1" }],
        ["to-cidaas", { legacyId: "2" }],
      ] satisfies [Lane, object][])
        await sync.park(lane, id, reason);
      sync.legacy = canRead === null ? null : { target: { canRead } };
      const { items } = await OPERATIONS.parked(sync, {}, signal);
      const retried = await OPERATIONS.retry(sync, { ids: items.map(({ id }) => id) }, signal);
      should(retried).eql({ count: 3, present, newestKnown });
    });
  }

  it("page through the parked, and mask every value", async () => {
    for (const legacyId of ["1", "2", "3"])
      await sync.park("to-cidaas", { legacyId }, reason, { email: { at: null, source: "p", values: ["a@b.example"] } });
    const first = await OPERATIONS.parked(sync, { limit: 2 }, signal);
    should(first.items.map(({ legacyId, record }) => [legacyId, record])).eql([
      ["1", { email: "•••" }],
      ["2", { email: "•••" }],
    ]);
    const second = await OPERATIONS.parked(sync, { limit: 2, after: first.next }, signal);
    should([second.items.map(({ legacyId }) => legacyId), second.next]).eql([["3"], null]);
  });

  it("leave alone whom a hostile selection names", async () => {
    await sync.park("to-legacy", { sub: "a" }, reason);
    for (const ids of [["0x1"], ["1 OR 1=1"], ["-1"], ["1e0"], ["99999999999999999999"], ["constructor"]])
      should(await OPERATIONS.discard(sync, { ids }, signal)).eql({ count: 0 });
    should((await OPERATIONS.parked(sync, {}, signal)).items).have.length(1);
  });

  it("forget a person by its e-mail, with a receipt that names nobody", async () => {
    const { store, printer } = sync.context;
    const identifiers = [
      { kind: "email" as const, print: printer.identifier("email", "ada@x.example"), verified: false },
    ];
    const change = { ...emptyChange("upsert", 1), identifiers };
    await store.mark("to-cidaas", [{ legacyId: "1", change }]);
    const before = Date.now();
    const receipt = await OPERATIONS.forget(sync, { email: " ada@x.example " }, signal);
    should(receipt).match({ forgotten: true, covers: Array, doesNotCover: Array });
    should(receipt).have.keys("forgotten", "covers", "doesNotCover", "at", "until");
    const { at, until } = Object(receipt);
    should(at).be.within(before, Date.now());
    should(until - at).equal(90 * 24 * 60 * 60 * 1000);
    should(JSON.stringify(receipt)).not.match(/ada|x\.example/);
    should((await store.status()).persons).equal(0);
    await store.mark("to-cidaas", [{ legacyId: "2", change }]);
    should((await store.status()).lanes["to-cidaas"]).match({ waiting: 0, counters: { in: 2, forgotten: 2 } });
  });

  it("say so where there is nobody to forget, and refuse to choose between two", async () => {
    await sync.park("to-legacy", { sub: "a" }, reason);
    await sync.park("to-cidaas", { legacyId: "1" }, reason);
    const nobody = { sub: "b", legacyId: "2", email: "none@x.example" };
    should(await OPERATIONS.forget(sync, nobody, signal)).match({ forgotten: false, message: /knows nobody/ });
    const both = OPERATIONS.forget(sync, { sub: "a", legacyId: "1" }, signal);
    await should(both).be.rejectedWith({ code: "FORGET_AMBIGUOUS" });
    should((await OPERATIONS.parked(sync, {}, signal)).items).have.length(2);
  });

  it("pass on why a catch-up failed", async () => {
    sync.catchUp = () => Promise.reject(new Error("unplugged"));
    await should(OPERATIONS["catch-up"](sync, {}, signal)).be.rejectedWith("unplugged");
    sync.catchUp = async () => 7;
    should(await OPERATIONS["catch-up"](sync, {}, signal)).eql({ marked: 7 });
  });

  it("recover a restored store first, then look in cidaas for what is missing from a time on", async () => {
    const { store } = sync.context;
    await store.mark("to-legacy", [{ sub: "a", change: emptyChange("upsert", 1) }]);
    const asked: unknown[] = [];
    sync.catchUp = async (since) => asked.push(since);
    should(await OPERATIONS.recover(sync, {}, signal)).eql({ persons: 1, waiting: 1, marked: 1 });
    await OPERATIONS.recover(sync, { since: "2026-11-25T22:00:00Z" }, signal);
    should(asked).eql([undefined, Date.UTC(2026, 10, 25, 22)]);
    await should(OPERATIONS.recover(sync, { since: "yesterday" }, signal)).be.rejectedWith({
      code: "ARGUMENT_INVALID",
      message: /since: must be a time/,
    });
    should(asked).have.length(2);
  });

  it("have recovered the store even where the tenant cannot be asked", async () => {
    const { store } = sync.context;
    await store.mark("to-legacy", [{ sub: "a", change: emptyChange("upsert", 1) }]);
    const [lease] = (await store.take("to-legacy", 1)).leases;
    sync.catchUp = () => Promise.reject(new Error("unplugged"));
    await should(OPERATIONS.recover(sync, {}, signal)).be.rejectedWith("unplugged");
    should(await store.extend([{ token: lease?.token ?? "" }])).eql([]);
  });

  it("are found by their name alone", () => {
    should(operationNamed(" drain ")).equal("drain");
    for (const topic of ["constructor", "Drain", "", null, { toString: () => "drain" }])
      should(() => operationNamed(topic)).throw(/Set msg\.topic/);
  });
});
