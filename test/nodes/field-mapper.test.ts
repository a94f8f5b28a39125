import should from "should";
import { type ConfigOverrides, withBench } from "./fixture";
import { cidaasUser, event, legacyRecord, toCidaas, toLegacy } from "./flow";

const HASH = "$2b$04$abcdefghijklmnopqrstuuJ8sVh0w1yq1Yq1Yq1Yq1Yq1Yq1Yq1Yq";

describe("field-mapper", () => {
  const bench = withBench();

  describe("to cidaas", () => {
    beforeEach(() => bench.load(toCidaas()));

    it("maps one record to one record", async () => {
      const record = legacyRecord({ phone: "0151 23456789", birth_date: "01.02.1990", city: "Bonn" });
      bench.send("to-cidaas", { payload: record });
      const { payload, sync } = await bench.first("mapped-back");
      should(payload).match({
        email: record.email,
        given_name: "Ada",
        mobile_number: "+4915123456789",
        birthdate: "1990-02-01",
        address: { locality: "Bonn" },
        customFields: { newsletter: true, tier: "gold" },
        userStatus: "VERIFIED",
        provider: "self",
      });
      should(sync).match({
        v: 1,
        lane: "to-cidaas",
        items: [{ kind: "upsert", lease: null, legacyId: `${record.id}` }],
      });
      should(Object(sync).items[0].occurredAt).equal(Date.parse(String(record.updated_at)));
    });

    it("maps an array to one array", async () => {
      bench.send("to-cidaas", { payload: [legacyRecord(), legacyRecord(), legacyRecord()] });
      const { payload, sync } = await bench.first("mapped-back");
      should(payload).be.an.Array().and.have.length(3);
      should(Object(sync).items).have.length(3);
      should(bench.messages("mapped-back")).have.length(1);
    });

    it("passes an empty array on, so that whoever reads pages goes on", async () => {
      bench.send("to-cidaas", { payload: [], page: 7 });
      should(await bench.first("safe")).match({ payload: [], page: 7 });
    });

    it("sends each invalid record to output 2, masked and parked, and the others on", async () => {
      const { email, ...wrong } = legacyRecord({ password_hash: HASH, tier: "platinum" });
      bench.send("to-cidaas", { payload: [legacyRecord(), wrong, legacyRecord()] });
      const { payload, errors } = await bench.first("invalid-back");
      should(payload).match({ id: wrong.id, password_hash: "***", tier: "platinum" });
      should(errors).match([
        { rule: "email", path: "email", code: String, message: String },
        { rule: "tier", path: "tier", code: String, message: String },
      ]);
      should((await bench.first("mapped-back")).payload).have.length(2);
      should((await bench.admin("parked?lane=to-cidaas")).body.items).match([
        { legacyId: `${wrong.id}`, code: "RECORD_INVALID" },
      ]);
      should(JSON.stringify(bench.messages("invalid-back"))).not.containEql(HASH);
    });

    it("parks who breaks what cidaas asks for, without a value in the reason", async () => {
      const record = { ...legacyRecord({ city: 53_111, password_hash: HASH }), email: "ada at example" };
      bench.send("to-cidaas", { payload: record });
      const { payload, errors } = await bench.first("invalid-back");
      should(errors).match([
        { rule: "email", path: "email", code: "EMAIL_SYNTAX", message: /name@example.org/ },
        { rule: "city", path: "address.locality", code: "TEXT_EXPECTED", message: String },
      ]);
      should(payload).match({ password_hash: "***" });
      const { items } = (await bench.admin("parked?lane=to-cidaas")).body;
      should(items).match([{ code: "RECORD_INVALID", message: /^email: .*address\.locality: / }]);
      should(JSON.stringify([errors, items])).not.match(/ada at example|53111/);
      should(bench.messages("mapped-back")).eql([]);
    });

    it("sends nothing to output 1 for a single invalid record, and an empty array for an array of them", async () => {
      bench.send("to-cidaas", { payload: legacyRecord({ birth_date: "yesterday" }) });
      await bench.first("invalid-back");
      should(bench.messages("mapped-back")).eql([]);
      bench.send("to-cidaas", { payload: [legacyRecord({ birth_date: "yesterday" })] });
      should((await bench.first("mapped-back")).payload).eql([]);
      should(bench.completed("to-cidaas")).be.aboveOrEqual(1);
      should(bench.caught()).eql([]);
    });

    it("parks a record without an id", async () => {
      const { id, ...nameless } = legacyRecord();
      bench.send("to-cidaas", { payload: [nameless] });
      const { errors } = await bench.first("invalid-back");
      should(errors).match([{ code: "LEGACY_ID_MISSING", path: "id" }]);
      should((await bench.status()).lanes["to-cidaas"]).match({ parkedNow: 1, counters: { in: 1, parked: 1 } });
    });

    it("seals secrets, so that no message shows them", async () => {
      bench.send("to-cidaas", { payload: legacyRecord({ password_hash: HASH }) });
      const mapped = await bench.first("mapped-back");
      await bench.first("batch");
      should(Object(mapped.payload).password_hash_info).be.a.String().and.startWith("sealed:");
      for (const id of ["mapped-back", "batch", "written"])
        should(JSON.stringify(bench.messages(id))).not.containEql(HASH);
    });

    it("marks deletions that the source tells of", async () => {
      bench.send("to-cidaas", { payload: { id: 5 }, sync: { kind: "delete", occurredAt: "2026-01-02T03:04:05Z" } });
      const { sync } = await bench.first("mapped-back");
      should(Object(sync).items).match([
        { kind: "delete", legacyId: "5", occurredAt: Date.parse("2026-01-02T03:04:05Z") },
      ]);
    });

    it("does not stop a page for an entry that is no record", async () => {
      bench.send("to-cidaas", { payload: [legacyRecord(), null, "text", legacyRecord()] });
      should((await bench.first("mapped-back")).payload).have.length(2);
      should(await bench.arrived("invalid-back", 2)).have.length(2);
    });

    it("does not stop a page for a record that is nested too deep", async () => {
      const deep = JSON.parse(`${'{"a":'.repeat(40)}1${"}".repeat(40)}`);
      bench.send("to-cidaas", { payload: [legacyRecord(), legacyRecord({ deep })] });
      should((await bench.first("mapped-back")).payload).have.length(1);
    });

    it("refuses a single payload that is no record, with one error", async () => {
      bench.send("to-cidaas", { payload: "text" });
      await bench.until(() => bench.caught().length > 0, "the error");
      should(bench.caught()).match([{ id: "to-cidaas", code: "RECORD_INVALID" }]);
      should(bench.completed("to-cidaas")).equal(0);
    });
  });

  it("refuses a message of the other direction", async () => {
    await bench.load([...toLegacy({ mapper: { direction: "to-cidaas" } })]);
    await bench.listening();
    await bench.post(event(bench.simulator.tenant.register(cidaasUser())));
    await bench.until(() => bench.caught().length > 0, "the error");
    should(bench.caught()).match([{ id: "mapper", code: "SYNC_ENVELOPE" }]);
  });

  describe("to legacy", () => {
    async function loadWith(config: ConfigOverrides = {}) {
      await bench.load(toLegacy(), config);
      await bench.listening();
    }

    it("maps a user to a legacy record", async () => {
      await loadWith();
      const user = cidaasUser({ mobile_number: "+4915123456780", customFields: { newsletter: false, tier: "silver" } });
      await bench.post(event(bench.simulator.tenant.register(user)));
      const { payload } = await bench.first("mapped");
      should(payload).match({
        email: user.email,
        first_name: "Ada",
        phone: /^01512? ?3456780$/,
        newsletter: "N",
        tier: "silver",
        status: "active",
      });
    });

    it("never drops the leading zero of a national number that has no known pattern", async () => {
      await loadWith();
      await bench.post(event(bench.simulator.tenant.register(cidaasUser({ mobile_number: "+491512345678" }))));
      should((await bench.first("mapped")).payload).match({ phone: "+49 1512345678" });
    });

    it("parks a user who cannot be mapped, and gives the reason on output 2", async () => {
      await loadWith();
      const sub = bench.simulator.tenant.register(cidaasUser({ customFields: { tier: "platinum" } }));
      await bench.post(event(sub));
      const { errors } = await bench.first("invalid");
      should(errors).match([{ rule: "tier", path: String, code: String, message: String }]);
      should((await bench.admin("parked")).body.items).match([{ sub, lane: "to-legacy", code: "RECORD_INVALID" }]);
      should(bench.messages("mapped")).eql([]);
    });

    it("parks a user who breaks the schema of the legacy system", async () => {
      await loadWith({ sync: { legacySchema: JSON.stringify({ required: ["city"] }) } });
      const sub = bench.simulator.tenant.register(cidaasUser());
      await bench.post(event(sub));
      should((await bench.first("invalid")).errors).match([{ path: /city/ }]);
      should((await bench.status()).lanes["to-legacy"]).match({ parkedNow: 1, inFlight: 0 });
    });

    it("refuses a message without a lease, and names the nodes to put in front", async () => {
      await loadWith();
      bench.send("mapper", { payload: { sub: "a" } });
      await bench.until(() => bench.caught().length > 0, "the error");
      should(bench.caught()).match([{ code: "SYNC_NO_LEASE", message: /cidaas-webhook-in and cidaas-user-fetch/ }]);
    });
  });
});
