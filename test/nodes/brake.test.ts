import should from "should";
import type { JsonObject, Lane } from "../../lib/sync/types";
import { withBench } from "./fixture";
import { cidaasUser, event, type LegacyRecord, legacyRecord, node, probe, toCidaas, toLegacy } from "./flow";

const LIMIT = 3;
const RULES = [
  { id: "email", cidaas: "email", legacy: "email" },
  { id: "first", cidaas: "given_name", legacy: "first_name" },
  { id: "tier", cidaas: "customFields.tier", legacy: "tier", whenEmpty: "clear" },
  {
    id: "status",
    cidaas: "userStatus",
    legacy: "status",
    transform: "enum",
    options: {
      pairs: [
        ["VERIFIED", "active"],
        ["DECLINED", "locked"],
      ],
    },
  },
];
const CONFIG = { sync: { rules: RULES, brake: { count: `${LIMIT}`, share: 0 }, clockTolerance: 0 } };
const HELD = "brake: 4 deletes within an hour";

describe("The brake", () => {
  const bench = withBench();

  const tenant = () => bench.simulator.tenant;
  const legacy = () => bench.simulator.legacy;
  const laneOf = async (lane: Lane) => (await bench.status()).lanes[lane];
  const later = () => new Date(Date.now() + 1_000).toISOString();

  /** Waits until so many wait in a lane that stands still for this reason. */
  const held = (lane: Lane, waiting: number, reason = HELD) =>
    bench.until(async () => {
      const status = await laneOf(lane);
      return status.paused === reason && status.inFlight === 0 && status.waiting === waiting;
    }, `${waiting} users to wait in ${lane}: ${reason}`);

  describe("on the way to cidaas", () => {
    const nodes = () => [...toCidaas(), node("control", "user-sync-control", [["answers"]]), probe("answers")];
    const usersOf = (records: LegacyRecord[]) => {
      const emails = new Set(records.map(({ email }) => email));
      return tenant()
        .snapshot()
        .filter((user) => emails.has(String(user.email)));
    };
    const statuses = (records: LegacyRecord[]) =>
      usersOf(records)
        .map(({ userStatus }) => String(userStatus))
        .sort();
    const counts = (records: LegacyRecord[], status: string) =>
      statuses(records).filter((one) => one === status).length;

    /** So many users on both sides. */
    async function users(count: number): Promise<LegacyRecord[]> {
      await bench.load(nodes(), CONFIG);
      const records = Array.from({ length: count }, () => legacyRecord());
      bench.send("to-cidaas", { payload: records });
      await bench.settled("to-cidaas", count);
      return records;
    }

    const deleteAll = (records: LegacyRecord[]) =>
      bench.send(
        "to-cidaas",
        Object({ payload: records.map(({ id }) => ({ id })), sync: { kind: "delete", occurredAt: later() } }),
      );

    it("stops a mass deletion before the first call beyond the limit, in red, and loses nothing of it", async () => {
      const records = await users(8);
      deleteAll(records);
      await held("to-cidaas", 5);
      should(counts(records, "DECLINED")).equal(LIMIT);
      should(await laneOf("to-cidaas")).match({ parkedNow: 0, counters: { delivered: 8 + LIMIT } });
      should(await bench.red("batcher")).endWith(".brakedDelete");
      should(await bench.red("upsert")).endWith(".brakedDelete");
      should(bench.caught()).match([{ id: "upsert", code: "BRAKE", message: /to-cidaas.*4 deletes/ }]);
    });

    it("holds over a restart what it held, and all else of the lane", async () => {
      const records = await users(5);
      deleteAll(records);
      await held("to-cidaas", 2);
      await bench.unload();
      await bench.reload(nodes(), CONFIG);
      bench.send("to-cidaas", { payload: legacyRecord() });
      await held("to-cidaas", 3);
      await bench.red("batcher");
      await bench.red("upsert");
      should(counts(records, "DECLINED")).equal(LIMIT);
    });

    it("goes on at a person's word, and counts anew", async () => {
      const records = await users(8);
      deleteAll(records);
      await held("to-cidaas", 5);
      const { status, body } = await bench.admin("brake", { lane: "to-cidaas", do: "go-on" });
      should([status, body]).eql([200, { paused: { "to-legacy": false, "to-cidaas": false } }]);
      await held("to-cidaas", 2);
      should(counts(records, "DECLINED")).equal(2 * LIMIT);
      bench.send("control", { topic: "brake", payload: Object({ lane: "to-cidaas", do: "go-on" }) });
      await bench.settled("to-cidaas", 16);
      should(counts(records, "DECLINED")).equal(8);
      await bench.green("batcher", "upsert");
    });

    it("parks at a person's word what it held, goes on with the rest, and lets pass what is retried", async () => {
      const records = await users(6);
      deleteAll(records);
      await held("to-cidaas", 3);
      const other = legacyRecord();
      bench.send("to-cidaas", { payload: other });
      await bench.admin("brake", { lane: "to-cidaas", do: "drop" });
      await bench.settled("to-cidaas", 13);
      should(counts(records, "VERIFIED")).equal(3);
      should(statuses([other])).eql(["VERIFIED"]);
      should(bench.messages("refused").map(({ error }) => Object(error).code)).eql(["BRAKED", "BRAKED", "BRAKED"]);
      await bench.admin("parked/retry", { lane: "to-cidaas", code: "BRAKED" });
      await bench.settled("to-cidaas", 16);
      should(counts(records, "DECLINED")).equal(6);
      should(await laneOf("to-cidaas")).match({ paused: false, parkedNow: 0 });
    });

    it("counts no deletion that is not written", async () => {
      const written = { ...CONFIG, sync: { ...CONFIG.sync, brake: { count: 1, share: 0 } } };
      for (const properties of [{ deletes: "ignore" }, { dryRun: true }]) {
        await bench.load(toCidaas({ upsert: properties }), written);
        const records = Array.from({ length: 4 }, () => legacyRecord());
        bench.send("to-cidaas", { payload: records });
        await bench.settled("to-cidaas", 4);
        deleteAll(records);
        await bench.settled("to-cidaas", 8);
        should((await laneOf("to-cidaas")).paused).be.false();
        await bench.unload();
      }
    });

    it("says what is wrong with its limits", async () => {
      await bench.load(toCidaas(), { sync: { ...CONFIG.sync, brake: { count: 0, share: "101" } } });
      await bench.red("batcher");
      should(bench.logged("batcher")).match([/brake\.count: .*brake\.share: /]);
    });

    it("refuses a word about a lane that it does not hold, and one without a lane", async () => {
      await bench.load(nodes(), CONFIG);
      await bench.green("batcher");
      for (const [body, code] of [
        [{ lane: "to-cidaas", do: "go-on" }, "BRAKE_RELEASED"],
        [{ do: "drop" }, "ARGUMENT_INVALID"],
        [{ lane: "both", do: "drop" }, "ARGUMENT_INVALID"],
        [{ lane: "to-cidaas" }, "ARGUMENT_INVALID"],
      ] as const)
        should(await bench.admin("brake", body)).match({ status: 400, body: { code } });
    });

    const kinds: [
      name: string,
      patch: { status?: string; tier?: string },
      reason: string,
      isLost: (user: JsonObject) => boolean,
    ][] = [
      [
        "deactivations",
        { status: "locked" },
        "brake: 4 deactivations within an hour",
        ({ userStatus }) => userStatus !== "VERIFIED",
      ],
      [
        "blanked values",
        { tier: "" },
        "brake: 4 users with blanked values within an hour",
        ({ customFields }) => Object(customFields).tier === undefined,
      ],
    ];
    for (const [name, patch, reason, isLost] of kinds)
      it(`stops ${name}, of which the first load has none`, async () => {
        const records = await users(6);
        const changed = (list: LegacyRecord[]) => list.map((record) => ({ ...record, ...patch, updated_at: later() }));
        bench.send("to-cidaas", { payload: changed(records) });
        await held("to-cidaas", 3, reason);
        should(usersOf(records).filter(isLost)).have.length(LIMIT);
        await bench.admin("brake", { lane: "to-cidaas", do: "go-on" });
        await bench.settled("to-cidaas", 12);
        const newcomers = Array.from({ length: 5 }, () => legacyRecord());
        bench.send("to-cidaas", { payload: changed(newcomers) });
        await bench.settled("to-cidaas", 17);
        should(usersOf(newcomers).filter(isLost)).have.length(5);
      });
  });

  describe("on the way to the legacy system", () => {
    /** So many users on both sides, who came from cidaas. */
    async function subs(count: number): Promise<{ sub: string; email: string }[]> {
      await bench.load(toLegacy(), CONFIG);
      await bench.listening();
      const people = Array.from({ length: count }, () => {
        const user = cidaasUser({ customFields: { tier: "gold" } });
        return { sub: tenant().register(user), email: String(user.email) };
      });
      await Promise.all(people.map(({ sub }) => bench.post(event(sub))));
      await bench.settled("to-legacy", count);
      return people;
    }

    const recordsOf = (people: { email: string }[]) => {
      const emails = new Set(people.map(({ email }) => email));
      return legacy()
        .snapshot()
        .filter(({ email }) => emails.has(String(email)));
    };

    it("stops a mass deletion, however many are in flight, over a restart too", async () => {
      const people = await subs(8);
      for (const { sub } of people) tenant().remove(sub);
      await Promise.all(people.map(({ sub }) => bench.post(event(sub, "ACCOUNT_DELETED", Date.now() + 1))));
      await held("to-legacy", 5);
      should(recordsOf(people)).have.length(8 - LIMIT);
      await bench.red("webhook");
      await bench.red("out");
      should(bench.caught()).match([{ id: "out", code: "BRAKE" }]);
      await bench.unload();
      await bench.reload(toLegacy(), CONFIG);
      await bench.red("webhook");
      await bench.red("out");
      should(recordsOf(people)).have.length(8 - LIMIT);
      await bench.admin("brake", { lane: "to-legacy", do: "drop" });
      await bench.settled("to-legacy", 16);
      should(recordsOf(people)).have.length(8 - LIMIT);
      should(bench.messages("parked").map(({ error }) => Object(error).code)).eql(Array(5).fill("BRAKED"));
      await bench.admin("parked/retry", { lane: "to-legacy", code: "BRAKED" });
      await bench.settled("to-legacy", 21);
      should(recordsOf(people)).eql([]);
    });

    it("stops users who are locked in cidaas, and values that are blanked there, each kind for itself", async () => {
      const people = await subs(6);
      for (const { sub } of people) tenant().edit(sub, { customFields: { tier: "" } });
      await Promise.all(people.slice(0, 3).map(({ sub }) => bench.post(event(sub))));
      await bench.settled("to-legacy", 9);
      for (const { sub } of people.slice(0, 3)) tenant().edit(sub, { userStatus: "DECLINED" });
      await Promise.all(people.slice(0, 3).map(({ sub }) => bench.post(event(sub))));
      await bench.settled("to-legacy", 12);
      should(recordsOf(people).map(({ status, tier }) => [status, tier || ""])).containDeep([
        ["locked", ""],
        ["locked", ""],
        ["locked", ""],
        ["active", "gold"],
      ]);
      for (const { sub } of people.slice(3)) tenant().edit(sub, { userStatus: "DECLINED" });
      await Promise.all(people.slice(3).map(({ sub }) => bench.post(event(sub))));
      await bench.until(async () => (await laneOf("to-legacy")).paused !== false, "the lane to stop");
      should((await laneOf("to-legacy")).paused).match(/^brake: 4 /);
      should(recordsOf(people).filter(({ status }) => status === "locked")).have.length(3);
    });
  });
});
