import should from "should";
import type { JsonObject } from "../../lib/sync/types";
import { withBench } from "./fixture";
import { type LegacyRecord, legacyRecord, toCidaas } from "./flow";

const PROFILE = "PUT /user-srv/users/:sub";
const STATUS = "PATCH /user-srv/users/:sub/status";

const rule = (cidaas: string | string[], legacy: string, others: JsonObject = {}) => ({
  id: legacy,
  cidaas,
  legacy,
  whenEmpty: "clear",
  ...others,
});

const RULES = [
  rule("email", "email", { whenEmpty: "skip" }),
  rule("given_name", "first_name"),
  rule("family_name", "last_name"),
  rule("address.locality", "city"),
  rule("address.country", "country", { whenEmpty: "skip" }),
  rule("customFields.tier", "tier"),
  rule("userStatus", "status", {
    whenEmpty: "skip",
    transform: "enum",
    options: {
      pairs: [
        ["VERIFIED", "active"],
        ["DECLINED", "closed"],
        ["LOCKED", "locked"],
      ],
    },
  }),
];

describe("Emptied fields and the status of a user, on the way to cidaas", () => {
  const bench = withBench();

  const tenant = () => bench.simulator.tenant;
  const userOf = ({ email }: LegacyRecord) =>
    tenant()
      .snapshot()
      .find((user) => user.email === email);

  /** Writes a user, then a later state of it. */
  async function write(first: JsonObject, later: JsonObject, upsert: JsonObject = {}): Promise<LegacyRecord> {
    await bench.load(toCidaas({ upsert }), { sync: { rules: RULES } });
    const record = legacyRecord({ city: "Bonn", country: "DE", ...first });
    bench.send("to-cidaas", { payload: record });
    await bench.settled("to-cidaas", 1);
    await change(record, later, 2);
    return record;
  }

  async function change(record: LegacyRecord, later: JsonObject, arrivals: number): Promise<void> {
    bench.send("to-cidaas", { payload: { ...record, ...later, updated_at: new Date().toISOString() } });
    await bench.settled("to-cidaas", arrivals);
  }

  for (const bulkUpdates of ["complete", "merge"])
    for (const empty of ["", null])
      it(`empties what became ${JSON.stringify(empty)} in the legacy system, with ${bulkUpdates} updates`, async () => {
        tenant().setDials({ leftOut: bulkUpdates === "merge" ? "merge" : "replace" });
        const later = { first_name: empty, city: empty, tier: empty };
        const record = await write({}, later, { bulkUpdates });
        const user = userOf(record);
        should(user).have.properties(["family_name", "email"]);
        should(user).not.have.properties(["given_name"]);
        should(user).match({ address: { country: "DE" }, customFields: { legacy_id: `${record.id}` } });
        should(user?.address).eql({ country: "DE" });
        should(user?.customFields).not.have.property("tier");
        should(await bench.counters("to-cidaas")).match({ delivered: 2, parked: 0 });
      });

  it("asks for no second call where nothing was emptied", async () => {
    const before = tenant().calls();
    await write({ first_name: "" }, { last_name: "Berg" });
    const calls = tenant().calls();
    should(calls[PROFILE] ?? 0).equal(before[PROFILE] ?? 0);
    should(calls[STATUS] ?? 0).equal(before[STATUS] ?? 0);
  });

  it("writes the next value over what was emptied", async () => {
    const record = await write({}, { tier: "" });
    await change(record, { tier: "silver" }, 3);
    should(userOf(record)).match({ customFields: { tier: "silver" } });
  });

  for (const statusUpdate of [true, false]) {
    const name = statusUpdate ? "takes a status by bulk" : "takes no status by bulk";
    it(`disables first and empties last, with a tenant that ${name}`, async () => {
      tenant().setDials({ statusUpdate, leftOut: "merge" });
      const record = await write({}, { status: "closed", tier: "", last_name: "Berg" });
      const user = userOf(record);
      should(user).match({ userStatus: "DECLINED", family_name: "Berg" });
      should(states(user?.sub)).eql([
        "VERIFIED Number gold",
        "DECLINED Number gold",
        "DECLINED Berg gold",
        "DECLINED Berg -",
      ]);
    });

    it(`empties first and enables last, with a tenant that ${name}`, async () => {
      tenant().setDials({ statusUpdate, leftOut: "merge" });
      const record = await write({ status: "closed" }, { status: "active", tier: "", last_name: "Berg" });
      const [, ...rest] = states(userOf(record)?.sub);
      should(rest[0]).equal("DECLINED Number -");
      should(rest.at(-1)).equal("VERIFIED Berg -");
      should(rest.filter((state) => state.startsWith("VERIFIED Number"))).eql([]);
    });
  }

  it("leaves a status to bulk that no call of its own can set", async () => {
    const before = tenant().calls()[STATUS] ?? 0;
    const record = await write({}, { status: "locked" });
    should(userOf(record)).match({ userStatus: "LOCKED" });
    should(tenant().calls()[STATUS] ?? 0).equal(before);
  });

  for (const [name, dials] of [
    ["5xx", { rate5xx: 1 }],
    ["lost answers", { rateReset: 1 }],
  ] as const)
    it(`finishes a write whose second call met ${name}`, async () => {
      tenant().setDials({ leftOut: "merge" });
      await bench.load(toCidaas(), { sync: { rules: RULES } });
      const record = legacyRecord({ city: "Bonn", country: "DE" });
      bench.send("to-cidaas", { payload: record });
      await bench.settled("to-cidaas", 1);
      // From the moment at which bulk has taken its part of the update.
      const stop = bench.simulator.history.onAppend(({ system, kind }) => {
        if (system === "cidaas" && kind === "updated") tenant().setDials({ ...dials, faultPaths: ["/user-srv/users"] });
      });
      bench.send("to-cidaas", {
        payload: { ...record, tier: "", first_name: "Eve", last_name: "Berg", updated_at: new Date().toISOString() },
      });
      await bench.until(() => bench.caught().length > 0, "the second call to fail");
      stop();
      should(userOf(record)).match({ given_name: "Eve", family_name: "Berg" });
      tenant().setDials({ rate5xx: 0, rateReset: 0 });
      await bench.settled("to-cidaas", 2);
      should(userOf(record)).match({ given_name: "Eve", family_name: "Berg" });
      should(userOf(record)?.customFields).not.have.property("tier");
      should((await bench.admin("conflicts")).body).match({ items: [] });
    });

  /** Status, family name and tier that the tenant held of a user, one state after the other. */
  function states(sub: unknown): string[] {
    const held: Record<string, unknown> = {};
    const entries = bench.simulator.history.entries().filter(({ id, kind }) => id === sub && kind !== "event");
    return entries.map(({ fields }) => {
      Object.assign(held, fields);
      return `${held.userStatus} ${String(held.family_name).replace(/\d/g, "")} ${held["customFields.tier"] ?? "-"}`;
    });
  }
});
