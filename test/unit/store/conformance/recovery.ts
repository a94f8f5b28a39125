import should from "should";
import { emptyChange } from "../../../../lib/sync/change";
import type { Intent, Lane } from "../../../../lib/sync/types";
import { type EngineFactory, email, type Fixture, ledgerEntry, withFixture } from "./fixture";

const CITY = { city: { at: 5, source: "bonn", values: ["Bonn"] } };

/** What an engine does once an older backup was put in the place of the store. */
export function describeRecovery(factory: EngineFactory): void {
  describe("a recovery", () => {
    withFixture(factory, (fixture) => {
      it("leaves no entry of the ledger a valid base, and takes what is agreed from then on", async () => {
        const f = fixture();
        await agree(f, { city: ledgerEntry("old"), name: ledgerEntry("old") });
        await f.store.recover();
        await agree(f, { city: ledgerEntry("new") });
        await f.reopen();
        const { city, name } = await ledgerOf(f);
        should(city).eql(ledgerEntry("new"));
        should(name).eql({ ...ledgerEntry("old"), fingerprint: "" });
      });

      it("takes no entry for valid that was made of one that is not", async () => {
        const f = fixture();
        await agree(f, { city: ledgerEntry("old") });
        await f.store.recover();
        const { city } = await ledgerOf(f);
        if (city) await agree(f, { city: { ...city, legacy: { ...city.legacy, seenAt: 7 } } });
        should((await ledgerOf(f)).city).match({ fingerprint: "", legacy: { seenAt: 7 } });
      });

      it("can follow another, of the same backup or of a later one", async () => {
        const f = fixture();
        await f.store.recover();
        await agree(f, { city: ledgerEntry("old") });
        should((await ledgerOf(f)).city).eql(ledgerEntry("old"));
        await f.store.recover();
        should((await ledgerOf(f)).city?.fingerprint).equal("");
      });

      it("leaves the other syncs of the database alone", async () => {
        const f = fixture();
        f.key = "others";
        await agree(f, { city: ledgerEntry("kept") });
        await f.engine.sync("users").recover();
        should((await ledgerOf(f)).city).eql(ledgerEntry("kept"));
        f.key = "users";
      });

      it("fences what is in flight, and brings it and what waits from the present records", async () => {
        const f = fixture();
        await f.markLegacy("waits", { rules: CITY });
        await f.markLegacy("flies", { rules: CITY });
        await f.markSub("s");
        const lease = await f.takeOne("to-cidaas");
        should(await f.store.recover()).eql({ persons: 3, waiting: 3 });
        should(await f.store.extend([{ token: lease.token }])).eql([]);
        should(await f.store.settle([{ token: lease.token, outcome: "delivered" }])).eql(["fenced"]);
        const { leases } = await f.store.take("to-cidaas", 10);
        should(leases.map(({ change }) => change.reread)).eql([true, true]);
        should(leases.map(({ change }) => change.rules)).eql([CITY, CITY]);
        should((await f.takeOne("to-legacy")).change.reread).be.undefined();
        const [first] = leases;
        const renewed = first && (await f.store.link(first.token, { sub: "chosen" }));
        should(renewed?.change.reread).be.true();
      });

      it("takes what comes in afterwards as it is, and as old where old news wait", async () => {
        const f = fixture();
        await f.markLegacy("1", { rules: CITY });
        await f.store.recover();
        await f.markLegacy("1", { rules: CITY });
        await f.markLegacy("2", { rules: CITY });
        const { leases } = await f.store.take("to-cidaas", 10);
        should(leases.map(({ person, change }) => [person.legacyId, change.reread])).eql([
          ["1", true],
          ["2", undefined],
        ]);
      });

      it("lets an open write prove nothing, and a create still keep its place", async () => {
        const f = fixture();
        await f.markLegacy("1");
        const lease = await f.takeOne("to-cidaas");
        await f.store.extend([{ token: lease.token, intent: create() }]);
        await f.store.recover();
        const again = await f.takeOne("to-cidaas");
        should(again.intents).match([{ side: "cidaas", create: true, rules: { city: { overtaken: true } } }]);
        should(await f.store.findByIdentifier("cidaas", ["e"])).match([{ intent: true }]);
        await f.store.extend([{ token: again.token, intent: create() }]);
        await f.store.settle([{ token: again.token, outcome: "retry", notBefore: f.now }]);
        should((await f.takeOne("to-cidaas")).intents).eql([create()]);
      });

      it("leaves the parked and the notes as they are", async () => {
        const f = fixture();
        const reason = { code: "X", message: "For a test." };
        await f.store.park("to-cidaas", { legacyId: "1", change: f.change({ rules: CITY }) }, reason);
        await f.store.setNote("position", "7");
        await f.store.recover();
        should((await f.store.parked({})).items).match([{ code: "X", change: { rules: CITY } }]);
        should(await f.store.getNote("position")).equal("7");
      });
    });
  });
}

const LANE: Lane = "to-legacy";

async function agree(f: Fixture, ledger: Record<string, ReturnType<typeof ledgerEntry>>): Promise<void> {
  await f.store.mark(LANE, [{ sub: "s", change: emptyChange("upsert", f.now) }]);
  await f.settleOne({ token: (await f.takeOne(LANE)).token, outcome: "unchanged", ledger });
}

async function ledgerOf(f: Fixture): Promise<Record<string, ReturnType<typeof ledgerEntry>>> {
  await f.store.mark(LANE, [{ sub: "s", change: emptyChange("upsert", f.now) }]);
  const { token, ledger } = await f.takeOne(LANE);
  await f.settleOne({ token, outcome: "unchanged" });
  return ledger;
}

function create(): Intent {
  const city = { source: "bonn", target: "bonn", editAt: 5 };
  return {
    side: "cidaas",
    create: true,
    at: 9,
    identifiers: [email("e")],
    rules: { city },
    conflicts: [],
    heal: [],
  };
}
