import should from "should";
import { FORGOTTEN_FOR_MS } from "../../../../lib/store/types";
import { type ConflictRecord, type Intent, LANES } from "../../../../lib/sync/types";
import { type EngineFactory, email, type Fixture, ledgerEntry, withFixture } from "./fixture";

const reason = { code: "RECORD_INVALID", message: "The record has no name." };
const conflict: ConflictRecord = {
  rule: "mail",
  winner: "legacy",
  at: 1,
  cidaasTime: 1,
  legacyTime: 2,
  ambiguous: false,
};
const intent: Intent = {
  side: "cidaas",
  create: false,
  at: 1,
  identifiers: [],
  rules: {},
  conflicts: [],
  heal: [],
};

/** Links `s` and `1`, with a ledger, a conflict, an open intent, both e-mails and one parked change. */
async function linkOne(f: Fixture): Promise<void> {
  await f.store.adopt([{ sub: "s", legacyId: "1", identifiers: [email("claimed", false), email("proven", true)] }]);
  await f.markLegacy("1", { identifiers: [email("mail", false)] });
  const { token } = await f.takeOne("to-cidaas");
  await f.store.extend([{ token, intent }]);
  await f.settleOne({
    token,
    outcome: "retry",
    notBefore: f.now,
    ledger: { mail: ledgerEntry("m") },
    conflicts: [conflict],
  });
  await f.store.park("to-legacy", { sub: "s", change: f.change() }, reason);
}

export function describeForgetting(factory: EngineFactory): void {
  describe("forgetting", () =>
    withFixture(factory, (fixture) => {
      it("erases all that is known of the person, in both lanes, and of nobody else", async () => {
        const f = fixture();
        await linkOne(f);
        await f.markSub("s");
        await f.markSub("other");
        await f.store.park("to-cidaas", { legacyId: "2", change: f.change() }, reason);
        should(await f.store.forget({ sub: "s" })).eql({ found: "one", at: f.now, until: f.now + FORGOTTEN_FOR_MS });
        should([await f.store.findPerson({ sub: "s" }), await f.store.findPerson({ legacyId: "1" })]).eql([null, null]);
        for (const side of ["cidaas", "legacy"] as const)
          should(await f.store.findByIdentifier(side, ["claimed", "proven", "mail"])).eql([]);
        should((await f.store.conflicts({})).items).eql([]);
        should((await f.store.parked({})).items.map(({ legacyId }) => legacyId)).eql(["2"]);
        const { lanes, persons, linked } = await f.store.status();
        should([persons, linked]).eql([2, 0]);
        should(lanes["to-legacy"]).containDeep({ waiting: 1, parkedNow: 0, counters: { in: 3, forgotten: 1 } });
        should(lanes["to-cidaas"]).containDeep({ waiting: 0, parkedNow: 1, counters: { in: 2, forgotten: 1 } });
        should((await f.takeOne("to-legacy")).person.sub).equal("other");
      });

      it("leaves nothing of the former knowledge to a person with the same ids, once the time is over", async () => {
        const f = fixture();
        await linkOne(f);
        const forgotten = await f.store.forget({ legacyId: "1" });
        f.now = forgotten.found === "one" ? forgotten.until : 0;
        await f.markLegacy("1");
        should(await f.takeOne("to-cidaas")).containDeep({
          person: { sub: null, legacyId: "1", inCidaas: false },
          ledger: {},
          intents: [],
        });
      });

      it("fences the lease of a person in flight: its settle settles, repairs and brings back nothing", async () => {
        const f = fixture();
        await linkOne(f);
        const { token } = await f.takeOne("to-cidaas");
        await f.store.forget({ sub: "s" });
        should(await f.store.extend([{ token }])).eql([]);
        should(await f.store.link(token, { sub: "s" })).be.null();
        await f.store.release([token]);
        const settlement = { token, outcome: "delivered" as const, link: { sub: "s" }, present: { cidaas: true } };
        should(await f.store.settle([settlement])).eql(["fenced"]);
        const { lanes, persons } = await f.store.status();
        should(persons).equal(0);
        should(lanes["to-cidaas"]).containDeep({ waiting: 0, inFlight: 0, counters: { delivered: 0, forgotten: 1 } });
      });

      it("lets a lease that was lost before repair nothing either", async () => {
        const f = fixture();
        await linkOne(f);
        const { token } = await f.takeOne("to-cidaas");
        await f.store.release([token]);
        await f.store.forget({ sub: "s" });
        should(await f.store.settle([{ token, outcome: "delivered" }])).eql(["fenced"]);
        for (const lane of LANES) await f.takeNone(lane);
      });

      it("ends what would bring the person back as forgotten, after a restart too, and keeps nothing of it", async () => {
        const f = fixture();
        await linkOne(f);
        await f.store.forget({ sub: "s" });
        const before = (await f.store.status()).lanes;
        await f.reopen();
        await f.markSub("s");
        await f.markSub("s", { kind: "delete" });
        await f.markLegacy("1");
        await f.markLegacy("new id", { identifiers: [email("mail")] });
        await f.markLegacy("newer id", { identifiers: [email("proven")] });
        await f.store.park("to-cidaas", { legacyId: "1", change: f.change() }, reason);
        await f.store.adopt([{ sub: "s", legacyId: null, identifiers: [email("mail")] }]);
        const { lanes, persons } = await f.store.status();
        should(persons).equal(0);
        should((await f.store.parked({})).items).eql([]);
        for (const [lane, count] of [
          ["to-legacy", 2],
          ["to-cidaas", 4],
        ] as const) {
          should(lanes[lane].waiting).equal(0);
          should(lanes[lane].counters.forgotten - before[lane].counters.forgotten).equal(count);
          should(lanes[lane].counters.in - before[lane].counters.in).equal(count);
        }
      });

      it("keeps out nobody by an e-mail that the forgotten one had only claimed in cidaas", async () => {
        const f = fixture();
        await linkOne(f);
        await f.store.forget({ sub: "s" });
        await f.markLegacy("owner", { identifiers: [email("claimed")] });
        should((await f.takeOne("to-cidaas")).person.legacyId).equal("owner");
      });

      it("lets others go on who share an e-mail with the forgotten one, and new accounts of cidaas", async () => {
        const f = fixture();
        await linkOne(f);
        await f.markLegacy("known", { identifiers: [email("mail")] });
        await f.store.forget({ sub: "s" });
        await f.markLegacy("known", { identifiers: [email("mail")] });
        should((await f.takeOne("to-cidaas")).person.legacyId).equal("known");
        await f.store.adopt([{ sub: "new", legacyId: null, identifiers: [email("mail", false)] }]);
        should((await f.store.findPerson({ sub: "new" }))?.inCidaas).be.true();
      });

      it("is about one pair of systems only", async () => {
        const f = fixture();
        await linkOne(f);
        await f.store.forget({ sub: "s" });
        f.key = "others";
        should(await f.store.forget({ sub: "s" })).eql({ found: "nobody" });
        await f.markSub("s");
        should((await f.takeOne("to-legacy")).person.sub).equal("s");
      });

      it("finds the person by an identifier of either side", async () => {
        const f = fixture();
        for (const print of ["proven", "mail"]) {
          f.key = print;
          await linkOne(f);
          should((await f.store.forget({ prints: [print] })).found).equal("one");
          should((await f.store.status()).persons).equal(0);
        }
      });

      it("changes nothing where the selection means nobody, or not one person alone", async () => {
        const f = fixture();
        await linkOne(f);
        await f.markLegacy("2", { identifiers: [email("mail")] });
        const before = await f.store.status();
        should(await f.store.forget({ sub: "nobody", legacyId: "nobody", prints: ["none"] })).eql({ found: "nobody" });
        should(await f.store.forget({})).eql({ found: "nobody" });
        for (const selection of [{ sub: "s", legacyId: "2" }, { prints: ["mail"] }])
          should(await f.store.forget(selection)).eql({ found: "several" });
        should(await f.store.status()).eql(before);
        await f.markSub("nobody");
        should((await f.takeOne("to-legacy")).person.sub).equal("nobody");
      });

      it("keeps ids out that were given with the person but not known of it", async () => {
        const f = fixture();
        await f.markLegacy("1");
        await f.store.forget({ sub: "s", legacyId: "1" });
        await f.markSub("s");
        await f.takeNone("to-legacy");
        should((await f.store.status()).lanes["to-legacy"].counters.forgotten).equal(1);
      });
    }));
}
