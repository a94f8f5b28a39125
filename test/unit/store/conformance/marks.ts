import should from "should";
import { BACKFILL, ECHO, LANES, LIVE } from "../../../../lib/sync/types";
import { type EngineFactory, withFixture } from "./fixture";

export function describeMarks(factory: EngineFactory): void {
  describe("marks", () =>
    withFixture(factory, (fixture) => {
      it("merges changes of one person into one waiting mark", async () => {
        const f = fixture();
        await f.markSub("a", { events: ["ONE"], span: { first: 5, last: 5 } });
        await f.markSub("a", { events: ["TWO"], span: { first: 3, last: 3 } });
        const { lanes, persons } = await f.store.status();
        should(lanes["to-legacy"]).containDeep({ waiting: 1, counters: { in: 2, merged: 1 } });
        should(persons).equal(1);
        const lease = await f.takeOne("to-legacy");
        should(lease.change.events).eql(["TWO", "ONE"]);
        should(lease.change.span).eql({ first: 3, last: 5 });
        should(lease.version).equal(2);
        should(lease.attempt).equal(1);
        should(lease.person).containDeep({ sub: "a", legacyId: null, inCidaas: true, inLegacy: false });
      });

      it("gives the values of a change back as they came in", async () => {
        const f = fixture();
        const rules = { name: { at: 7, source: "p", values: ["Ünï", null, { deep: [1, true] }] } };
        await f.markLegacy("7", { rules, force: ["name"], backfill: 9, identifiers: [] });
        should((await f.takeOne("to-cidaas")).change).eql(f.change({ rules, force: ["name"], backfill: 9 }));
      });

      it("finds a person by the identifiers of a change that is still waiting", async () => {
        const f = fixture();
        await f.markLegacy("7", { identifiers: [{ kind: "email", print: "p", verified: true }] });
        const [match] = await f.store.findByIdentifier("legacy", ["p"]);
        should(match).containDeep({ person: { legacyId: "7" }, verified: true, intent: false });
        should(await f.store.findByIdentifier("cidaas", ["p"])).eql([]);
      });

      it("keeps a change that arrives in flight in the second slot", async () => {
        const f = fixture();
        await f.markSub("a", { events: ["ONE"] });
        const lease = await f.takeOne("to-legacy");
        await f.markSub("a", { events: ["TWO"] });
        should((await f.store.status()).lanes["to-legacy"]).containDeep({ waiting: 1, inFlight: 1 });
        await f.takeNone("to-legacy");
        await f.settleOne({ token: lease.token, outcome: "delivered" });
        should((await f.takeOne("to-legacy")).change.events).eql(["TWO"]);
      });

      it("hands out live marks first, then echoes, then the backfill, each by the time it has waited", async () => {
        const f = fixture();
        await f.markSub("backfill", { priority: BACKFILL });
        await f.markSub("echo", { priority: ECHO });
        await f.markSub("second", { priority: LIVE });
        f.now += 5;
        await f.markSub("third", { priority: LIVE });
        f.now -= 10;
        await f.markSub("first", { priority: LIVE });
        f.now += 10;
        const { leases } = await f.store.take("to-legacy", 10);
        should(leases.map((lease) => lease.person.sub)).eql(["first", "second", "third", "echo", "backfill"]);
      });

      it("raises the priority of a waiting mark when live news arrives", async () => {
        const f = fixture();
        await f.markSub("a", { priority: BACKFILL });
        await f.markSub("b", { priority: ECHO });
        await f.markSub("a", { priority: LIVE });
        should((await f.takeOne("to-legacy")).person.sub).equal("a");
      });

      it("never hands a person out in both lanes", async () => {
        const f = fixture();
        await f.store.mark("to-cidaas", [{ sub: "a", legacyId: "1", change: f.change({ events: ["C"] }) }]);
        await f.markSub("a", { events: ["L"] });
        const lease = await f.takeOne("to-cidaas");
        should(lease.other?.events).eql(["L"]);
        await f.takeNone("to-legacy");
        await f.settleOne({ token: lease.token, outcome: "delivered" });
        should((await f.takeOne("to-legacy")).other).be.null();
      });

      it("takes no more than asked for, and nothing of another sync", async () => {
        const f = fixture();
        await f.store.mark(
          "to-legacy",
          ["a", "b", "c"].map((sub) => ({ sub, change: f.change() })),
        );
        should((await f.engine.sync("customers").take("to-legacy", 10)).leases).eql([]);
        should((await f.engine.sync("customers").status()).persons).equal(0);
        should((await f.store.take("to-legacy", 2)).leases).have.length(2);
        should((await f.store.take("to-legacy", 2)).leases).have.length(1);
      });

      it("does not count a user as seen because of a delete event", async () => {
        const f = fixture();
        await f.markSub("a", { kind: "delete" });
        should((await f.store.findPerson({ sub: "a" }))?.inCidaas).be.false();
        await f.markLegacy("1");
        should((await f.store.findPerson({ legacyId: "1" }))?.inLegacy).be.true();
        should(await f.store.findPerson({ legacyId: "2" })).be.null();
      });

      it("hands nothing out from a paused lane, and tells when it goes on", async () => {
        const f = fixture();
        await f.markSub("a");
        await f.markLegacy("1");
        await f.store.pause("to-legacy", "brake");
        should((await f.store.status()).lanes["to-legacy"].paused).equal("brake");
        await f.takeNone("to-legacy");
        should((await f.store.take("to-cidaas", 1)).leases).have.length(1);
        const lanes: string[] = [];
        f.store.onWork((lane) => lanes.push(lane));
        await f.store.pause("to-legacy", null);
        should(lanes).eql(["to-legacy"]);
        should((await f.store.status()).lanes["to-legacy"].paused).be.false();
        await f.takeOne("to-legacy");
      });

      it("stays paused over a restart, and goes on taking in and merging", async () => {
        const f = fixture();
        await f.store.pause("to-legacy", "for the weekend");
        await f.reopen();
        await f.markSub("a");
        await f.markSub("a");
        await f.takeNone("to-legacy");
        should((await f.store.status()).lanes["to-legacy"]).containDeep({
          paused: "for the weekend",
          waiting: 1,
          counters: { in: 2, merged: 1 },
        });
      });

      it("makes due at once what backs off in a lane, however many, and tells the lane", async () => {
        const f = fixture();
        const subs = Array.from({ length: 1200 }, (_, index) => `s${index}`);
        await f.store.mark(
          "to-legacy",
          subs.map((sub, index) => ({ sub, change: f.change({ priority: index % 3 }) })),
        );
        await f.markLegacy("1");
        const later = { outcome: "retry" as const, notBefore: f.now + 60_000 };
        for (const lane of LANES) {
          const { leases } = await f.store.take(lane, 2000);
          await f.store.settle(leases.map(({ token }) => ({ token, ...later })));
          await f.takeNone(lane);
        }
        const heard: string[] = [];
        f.store.onWork((lane) => heard.push(lane));
        should(await f.store.hurry("to-legacy")).equal(1200);
        should(new Set(heard)).eql(new Set(["to-legacy"]));
        should(await f.store.hurry("to-legacy")).equal(0);
        const { leases } = await f.store.take("to-legacy", 2000);
        should(leases).have.length(1200);
        should(new Set(leases.map(({ attempt }) => attempt))).eql(new Set([2]));
        await f.takeNone("to-cidaas");
      });

      it("calls listeners after the commit until they stop, whatever one of them throws", async () => {
        const f = fixture();
        const heard: string[] = [];
        f.store.onWork(() => {
          throw new Error("listener");
        });
        const stop = f.store.onWork((lane) => heard.push(lane));
        await f.markSub("a");
        should(heard).eql(["to-legacy"]);
        stop();
        await f.markSub("a");
        should(heard).eql(["to-legacy"]);
      });

      it("lets look at what waits or is in flight for a person", async () => {
        const f = fixture();
        const rule = (value: string) => ({ city: { at: null, source: value, values: [value] } });
        should(await f.store.peek("to-cidaas", { legacyId: "1" })).be.null();
        await f.markLegacy("1", { rules: rule("first") });
        should(await f.store.peek("to-cidaas", { legacyId: "1" })).containDeep({ rules: rule("first") });
        should(await f.store.peek("to-legacy", { legacyId: "1" })).be.null();
        await f.takeOne("to-cidaas");
        await f.markLegacy("1", { rules: rule("second") });
        const seen = await f.store.peek("to-cidaas", { legacyId: "1" });
        should(seen?.rules.city).containDeep({ source: "second", earlier: [{ source: "first" }] });
      });

      it("tells a lane that its person is free again", async () => {
        const f = fixture();
        await f.markSub("a");
        const lease = await f.takeOne("to-legacy");
        await f.store.mark("to-cidaas", [{ sub: "a", change: f.change() }]);
        const heard: string[] = [];
        f.store.onWork((lane) => heard.push(lane));
        await f.settleOne({ token: lease.token, outcome: "unchanged" });
        should(heard).eql(["to-cidaas"]);
      });

      it("rejects one faulty call alone, whole, among calls that share its commit", async () => {
        const f = fixture();
        const results = await Promise.allSettled([
          f.markSub("a"),
          f.store.mark("to-legacy", [{ sub: "b", change: f.change() }, { change: f.change() }]),
          f.markSub("c"),
        ]);
        should(results.map((result) => result.status)).eql(["fulfilled", "rejected", "fulfilled"]);
        should((await f.store.status()).persons).equal(2);
        should(await f.store.findPerson({ sub: "b" })).be.null();
      });

      it("keeps notes, late confirmations and counters over a restart", async () => {
        const f = fixture();
        should(await f.store.getNote("position")).be.null();
        await f.store.setNote("position", "1");
        await f.store.setNote("position", "2");
        await f.store.countLateConfirmation("to-cidaas");
        await f.markSub("a");
        const before = await f.store.status();
        await f.reopen();
        should(await f.store.getNote("position")).equal("2");
        should(await f.store.status()).eql(before);
        should(before.lanes["to-cidaas"].lateConfirmations).equal(1);
      });

      it("keeps its print key for ever and refuses calls once closed", async () => {
        const f = fixture();
        const { printKey } = f.engine;
        should(printKey).have.length(32);
        const pending = f.markSub("a");
        const closed = f.store;
        await f.reopen();
        await pending;
        should(f.engine.printKey.equals(printKey)).be.true();
        await should(closed.status()).be.rejectedWith({ code: "STORE_CLOSED" });
        should((await f.store.status()).persons).equal(1);
      });
    }));
}
