import should from "should";
import { UNLINKED_CODES } from "../../../../lib/store/codes";
import type { Lane } from "../../../../lib/sync/types";
import { type EngineFactory, email, type Fixture, ledgerEntry, withFixture } from "./fixture";

export function describeLinks(factory: EngineFactory): void {
  describeTakenBack(factory);
  describe("links", () =>
    withFixture(factory, (fixture) => {
      it("learns an id with the settle", async () => {
        const f = fixture();
        await f.markSub("a");
        const { token } = await f.takeOne("to-legacy");
        await f.settleOne({ token, outcome: "delivered", link: { legacyId: "1" }, present: { legacy: true } });
        should(await f.store.findPerson({ legacyId: "1" })).containDeep({ sub: "a", inCidaas: true, inLegacy: true });
        should(await f.store.status()).containDeep({ persons: 1, linked: 1 });
      });

      it("makes one person of two rows: marks, ledger, identifiers and parked changes", async () => {
        const f = fixture();
        await teach(f, "legacy", "1", "p-legacy");
        await teach(f, "cidaas", "a", "p-cidaas");
        await f.store.park("to-legacy", { sub: "a", change: f.change() }, { code: "X", message: "x" });
        await f.markSub("a", { events: ["A"] });
        await f.markLegacy("1");
        const lease = await f.takeOne("to-cidaas");
        await f.settleOne({ token: lease.token, outcome: "delivered", link: { sub: "a" } });
        should(await f.store.status()).containDeep({ persons: 1, linked: 1 });
        const merged = await f.takeOne("to-legacy");
        should(merged.person).eql({ ...lease.person, sub: "a", inCidaas: true });
        should(merged.change.events).eql(["A"]);
        should(merged.ledger).eql({
          own: ledgerEntry("p-legacy"),
          legacy: ledgerEntry("p-legacy"),
          cidaas: ledgerEntry("p-cidaas"),
        });
        should((await f.store.findByIdentifier("cidaas", ["p-cidaas"]))[0]?.person.id).equal(lease.person.id);
        should((await f.store.parked({})).items).containDeep([{ sub: "a", legacyId: "1" }]);
        should((await f.store.conflicts({})).items).containDeep([
          { sub: "a", legacyId: "1" },
          { sub: "a", legacyId: "1" },
        ]);
      });

      it("keeps the deletion of the row that it takes in, but not that of another user of cidaas", async () => {
        const f = fixture();
        const gone = { cidaas: false, legacy: false };
        await f.markLegacy("1");
        await f.settleOne({ token: (await f.takeOne("to-cidaas")).token, outcome: "delivered", present: gone });
        await f.store.adopt([{ sub: "b", legacyId: "2", identifiers: [] }]);
        await f.markSub("b");
        await f.settleOne({ token: (await f.takeOne("to-legacy")).token, outcome: "delivered", present: gone });
        for (const sub of ["a", "c"]) await f.markSub(sub);
        await f.store.adopt([
          { sub: "a", legacyId: "1", identifiers: [] },
          { sub: "c", legacyId: "2", identifiers: [] },
        ]);
        should(await f.store.findPerson({ legacyId: "1" })).containDeep({ sub: "a", deletedAt: f.now });
        should(await f.store.findPerson({ legacyId: "2" })).containDeep({ sub: "c", deletedAt: null });
      });

      it("merges while both rows are leased: the other lease is lost, its change waits", async () => {
        const f = fixture();
        await f.markSub("a", { events: ["FLIGHT"] });
        const other = await f.takeOne("to-legacy");
        await f.markSub("a", { events: ["WAITS"] });
        await f.markLegacy("1");
        const own = await f.takeOne("to-cidaas");
        const renewed = await f.store.link(own.token, { sub: "a" });
        should(renewed).containDeep({ token: own.token, person: { sub: "a", legacyId: "1" } });
        should(renewed?.other?.events).eql(["FLIGHT", "WAITS"]);
        should(await f.store.extend([{ token: other.token }, { token: own.token }])).eql([own.token]);
        await f.takeNone("to-legacy");
        should(await f.store.settle([{ token: other.token, outcome: "delivered" }])).eql(["fenced"]);
        await f.settleOne({ token: own.token, outcome: "delivered" });
        should((await f.takeOne("to-legacy")).change.events).eql(["FLIGHT", "WAITS"]);
      });

      it("parks the change, and keeps nothing of the settlement, when an id is taken", async () => {
        const f = fixture();
        await f.store.adopt([{ sub: "a", legacyId: "1", identifiers: [] }]);
        await f.markLegacy("2");
        const lease = await f.takeOne("to-cidaas");
        should(await f.store.link(lease.token, { sub: "a" })).be.null();
        const ledger = { name: ledgerEntry("n") };
        await f.settleOne({
          token: lease.token,
          outcome: "delivered",
          link: { sub: "a" },
          ledger,
          present: { cidaas: true },
        });
        const { items } = await f.store.parked({ code: "LINK_TAKEN" });
        should(items).containDeep([{ legacyId: "2", sub: null, lane: "to-cidaas" }]);
        should((await f.store.status()).lanes["to-cidaas"].counters).containDeep({ delivered: 0, parked: 1 });
        await f.store.retryParked({ ids: items.map((entry) => entry.id) });
        should(await f.takeOne("to-cidaas")).containDeep({ ledger: {}, person: { inCidaas: false, sub: null } });
      });

      it("tries again, and keeps nothing else of the settlement, when an id is taken of one that only wanted to go on with it", async () => {
        const f = fixture();
        await f.store.adopt([{ sub: "a", legacyId: "1", identifiers: [] }]);
        await f.markSub("b");
        for (let tries = 1; tries < f.policy.maxAttempts; tries += 1) {
          const { token, attempt } = await f.takeOne("to-legacy");
          should(attempt).equal(tries);
          const ledger = { name: ledgerEntry("n") };
          await f.settleOne({ token, outcome: "retry", notBefore: f.now, link: { legacyId: "1" }, ledger });
          should((await f.store.parked({})).items).eql([]);
          f.now += 60_000;
        }
        const last = await f.takeOne("to-legacy");
        should(last).containDeep({ ledger: {}, person: { sub: "b", legacyId: null } });
        await f.settleOne({ token: last.token, outcome: "retry", link: { legacyId: "1" } });
        should((await f.store.parked({})).items).containDeep([{ sub: "b", code: "LINK_TAKEN" }]);
      });

      it("gives a person whose legacy user was made anew the new one, though that has told of itself already", async () => {
        const f = fixture();
        await f.store.adopt([{ sub: "a", legacyId: "1", identifiers: [] }]);
        await f.markLegacy("2");
        await f.markSub("a");
        const { token } = await f.takeOne("to-legacy");
        should(await f.store.link(token, { legacyId: "2" })).be.null();
        should(await f.store.link(token, { legacyId: "2", anew: true })).containDeep({
          person: { sub: "a", legacyId: "2" },
        });
        should((await f.store.status()).persons).equal(1);
      });

      it("takes no user away from a person that has one, but learns a new id that nobody has", async () => {
        const f = fixture();
        await f.markSub("a");
        await f.markSub("b");
        const { token } = await f.takeOne("to-legacy");
        should(await f.store.link(token, { sub: "b" })).be.null();
        should(await f.store.link(token, { sub: "c" })).containDeep({ person: { sub: "c" } });
        should((await f.store.status()).persons).equal(2);
      });

      it("gives up the id of a legacy user that is gone for one that was made since", async () => {
        const f = fixture();
        await f.markLegacy("gone");
        const deletion = await f.takeOne("to-cidaas");
        await f.markSub("a");
        const { token } = await f.takeOne("to-legacy");
        await f.settleOne({ token: deletion.token, outcome: "unchanged", present: { legacy: false } });
        await f.store.link(token, { legacyId: "gone" });
        await f.markLegacy("made");
        await f.settleOne({ token, outcome: "delivered", link: { legacyId: "made" }, present: { legacy: true } });
        should(await f.store.findPerson({ sub: "a" })).containDeep({ legacyId: "made", inLegacy: true });
        should(await f.store.findPerson({ legacyId: "gone" })).be.null();
      });

      it("gives up a sub that was only chosen for one that exists", async () => {
        const f = fixture();
        await f.markLegacy("1");
        const first = await f.takeOne("to-cidaas");
        should((await f.store.link(first.token, { sub: "chosen" }))?.person.sub).equal("chosen");
        await f.settleOne({ token: first.token, outcome: "parked" });
        await f.markSub("real");
        const second = await f.takeOne("to-legacy");
        await f.settleOne({ token: second.token, outcome: "delivered", link: { legacyId: "1" } });
        should(await f.store.findPerson({ legacyId: "1" })).containDeep({ sub: "real" });
        should(await f.store.findPerson({ sub: "chosen" })).be.null();
        should(await f.store.status()).containDeep({ persons: 1, linked: 1 });
      });

      it("does not give up a chosen sub once its create may have been sent", async () => {
        const f = fixture();
        await f.markLegacy("1");
        const first = await f.takeOne("to-cidaas");
        await f.store.link(first.token, { sub: "chosen" });
        const intent = {
          side: "cidaas" as const,
          create: true,
          at: f.now,
          identifiers: [],
          rules: {},
          conflicts: [],
          heal: [],
        };
        await f.store.extend([{ token: first.token, intent }]);
        await f.markSub("real");
        const second = await f.takeOne("to-legacy");
        should(await f.store.link(second.token, { legacyId: "1" })).be.null();
      });

      it("renews the lease with the ids learned under it, and knows none that is lost", async () => {
        const f = fixture();
        await f.markSub("a");
        const { token } = await f.takeOne("to-legacy");
        f.now += 100_000;
        should(await f.store.link(token, { legacyId: "1" })).containDeep({ until: f.now + 180_000 });
        should(await f.store.link("unknown", { legacyId: "2" })).be.null();
      });

      it("links by a mark that names both ids, unless one of them is somebody else's", async () => {
        const f = fixture();
        await f.markSub("a");
        await f.markLegacy("1");
        await f.store.mark("to-cidaas", [{ sub: "a", legacyId: "1", change: f.change() }]);
        should(await f.store.status()).containDeep({ persons: 1, linked: 1 });
        await f.store.mark("to-cidaas", [{ sub: "a", legacyId: "2", change: f.change() }]);
        should(await f.store.findPerson({ legacyId: "2" })).containDeep({ sub: null });
        should(await f.store.findPerson({ sub: "a" })).containDeep({ legacyId: "1" });
        await f.store.mark("to-legacy", [{ sub: "b", legacyId: "1", change: f.change() }]);
        should(await f.store.findPerson({ sub: "b" })).containDeep({ legacyId: null });
      });

      it("adopts the tenant's users, again and again", async () => {
        const f = fixture();
        const users = [
          { sub: "a", legacyId: "1", identifiers: [email("a1")] },
          { sub: "b", legacyId: null, identifiers: [email("b1", false)] },
        ];
        await f.markLegacy("1");
        await f.store.adopt(users);
        await f.store.adopt(users);
        should(await f.store.status()).containDeep({ persons: 2, linked: 1 });
        should(await f.store.findPerson({ sub: "a" })).containDeep({ legacyId: "1", inCidaas: true, inLegacy: true });
        should(await f.store.findByIdentifier("cidaas", ["b1"])).containDeep([
          { person: { sub: "b" }, verified: false },
        ]);
        should((await f.store.status()).lanes["to-legacy"].counters.in).equal(0);
      });
    }));
}

/** Whoever was parked because nobody could say who it is on the other side. */
function describeTakenBack(factory: EngineFactory): void {
  describe("whoever was parked for want of a link", () =>
    withFixture(factory, (fixture) => {
      async function park(lane: Lane, code: string): Promise<void> {
        const f = fixture();
        await (lane === "to-legacy" ? f.markSub("a", { events: [code] }) : f.markLegacy("1"));
        const { token } = await f.takeOne(lane);
        await f.settleOne({ token, outcome: "parked", reason: { code, message: code } });
      }
      const lane = async (name: Lane) => (await fixture().store.status()).lanes[name];

      it("comes again by itself once the person is linked, and is parked no more", async () => {
        const f = fixture();
        for (const code of UNLINKED_CODES) await park("to-legacy", code);
        await f.store.adopt([{ sub: "a", legacyId: "1", identifiers: [] }]);
        should((await f.store.parked({})).items).eql([]);
        should((await f.takeOne("to-legacy")).change.events).eql([...UNLINKED_CODES]);
        const { counters, parkedNow } = await lane("to-legacy");
        const parked = UNLINKED_CODES.length;
        should({ counters, parkedNow }).match({
          parkedNow: 0,
          counters: { in: 2 * parked, parked, merged: parked - 1 },
        });
      });

      it("comes again in the lane that it was parked in, from the present state of the user", async () => {
        const f = fixture();
        await park("to-cidaas", "LINK_REVIEW");
        await f.store.adopt([{ sub: "a", legacyId: "1", identifiers: [] }]);
        await f.takeNone("to-legacy");
        should((await f.takeOne("to-cidaas")).change).match({ kind: "upsert", reread: true });
        should(await lane("to-cidaas")).match({ parkedNow: 0, counters: { in: 2, parked: 1 } });
      });

      it("gives way to a newer change that waits, though neither says when it was edited", async () => {
        const f = fixture();
        const city = (source: string) => ({ rules: { city: { at: null, source, values: [source] } } });
        await f.store.adopt([{ sub: "a", legacyId: null, identifiers: [] }]);
        await f.markLegacy("1", city("old"));
        const { token } = await f.takeOne("to-cidaas");
        await f.settleOne({ token, outcome: "parked", reason: { code: "LINK_REVIEW", message: "Who is it?" } });
        f.now += 1;
        await f.markLegacy("1", city("new"));
        await f.store.adopt([{ sub: "a", legacyId: "1", identifiers: [] }]);
        should((await f.takeOne("to-cidaas")).change.rules).match({ city: { source: "new" } });
      });

      it("comes again to the row that stays, while that is being worked on", async () => {
        const f = fixture();
        await park("to-legacy", "FIND_AMBIGUOUS");
        await f.markLegacy("1");
        const { token } = await f.takeOne("to-cidaas");
        const renewed = await f.store.link(token, { sub: "a" });
        should(renewed?.other?.events).eql(["FIND_AMBIGUOUS"]);
        should(await lane("to-legacy")).match({ parkedNow: 0, waiting: 1, counters: { in: 2, parked: 1 } });
      });

      it("stays where it is parked for another reason", async () => {
        const f = fixture();
        await park("to-legacy", "RECORD_INVALID");
        await f.store.adopt([{ sub: "a", legacyId: "1", identifiers: [] }]);
        should((await f.store.parked({})).items).match([{ code: "RECORD_INVALID", legacyId: "1" }]);
        await f.takeNone("to-legacy");
      });

      describe("stays while a sub is only chosen for it, and comes again", () => {
        let token: string;

        beforeEach(async () => {
          const f = fixture();
          await park("to-cidaas", "LINK_REVIEW");
          await f.markLegacy("1");
          ({ token } = await f.takeOne("to-cidaas"));
          await f.store.link(token, { sub: "chosen" });
          should((await f.store.parked({})).items).match([{ code: "LINK_REVIEW" }]);
        });

        afterEach(async () => {
          should((await fixture().store.parked({})).items).eql([]);
          should(await lane("to-cidaas")).match({ parkedNow: 0, waiting: 1, counters: { in: 3, parked: 1 } });
        });

        it("once that user is made", () =>
          fixture().settleOne({ token, outcome: "delivered", link: { sub: "chosen" }, present: { cidaas: true } }));

        it("once an event names that user", () => fixture().markSub("chosen"));

        it("once that user is adopted", () =>
          fixture().store.adopt([{ sub: "chosen", legacyId: "1", identifiers: [] }]));
      });
    }));
}

/** A person that one side knows, with a ledger, an identifier and a conflict. */
async function teach(f: Fixture, side: "cidaas" | "legacy", id: string, print: string): Promise<void> {
  const lane = side === "cidaas" ? "to-legacy" : "to-cidaas";
  await (side === "cidaas" ? f.markSub(id) : f.markLegacy(id));
  const { token } = await f.takeOne(lane);
  await f.settleOne({
    token,
    outcome: "delivered",
    ledger: { own: ledgerEntry(print), [side]: ledgerEntry(print) },
    identifiers: { side, list: [email(print)] },
    conflicts: [{ rule: "own", winner: side, at: 1, cidaasTime: null, legacyTime: null, ambiguous: false }],
  });
}
