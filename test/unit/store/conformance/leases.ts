import should from "should";
import { ECHO, type Intent, LIVE } from "../../../../lib/sync/types";
import { type EngineFactory, email, ledgerEntry, withFixture } from "./fixture";

export function describeLeases(factory: EngineFactory): void {
  describe("leases", () =>
    withFixture(factory, (fixture) => {
      it("takes back what ran out, merged with what waits", async () => {
        const f = fixture();
        await f.markSub("a", { events: ["ONE"] });
        const lost = await f.takeOne("to-legacy");
        should(lost.until).equal(f.now + 180_000);
        await f.markSub("a", { events: ["TWO"] });
        f.expireLeases();
        const again = await f.takeOne("to-legacy");
        should(again.change.events).eql(["ONE", "TWO"]);
        should(again.version).equal(2);
        should(again.token).not.equal(lost.token);
        should((await f.store.status()).lanes["to-legacy"]).containDeep({
          inFlight: 1,
          waiting: 0,
          counters: { merged: 1 },
        });
      });

      it("takes back leases of the other lane too", async () => {
        const f = fixture();
        await f.store.mark("to-cidaas", [{ sub: "a", change: f.change() }]);
        await f.markSub("a");
        await f.takeOne("to-cidaas");
        f.expireLeases();
        await f.takeOne("to-legacy");
        should((await f.store.status()).lanes["to-cidaas"]).containDeep({ inFlight: 0, waiting: 1 });
      });

      it("counts no attempt, and expiries in a row, while nobody settles", async () => {
        const f = fixture();
        await f.markSub("a");
        for (let round = 0; round < 5; round++) {
          const taken = await f.store.take("to-legacy", 1);
          should(taken.expiredInRow).equal(round);
          should(taken.leases[0]?.attempt).equal(1);
          f.expireLeases();
        }
        await f.store.pause("to-legacy", null);
        should((await f.store.take("to-legacy", 0)).expiredInRow).equal(1);
      });

      it("counts an attempt when others were settled meanwhile, and parks at the limit", async () => {
        const f = fixture();
        for (const attempt of [1, 2, 3]) {
          await f.markSub("lost");
          should((await f.takeOne("to-legacy")).attempt).equal(attempt);
          await f.markSub(`settled${attempt}`);
          await f.settleOne({ token: (await f.takeOne("to-legacy")).token, outcome: "delivered" });
          f.expireLeases();
          should((await f.store.take("to-legacy", 0)).expiredInRow).equal(1);
        }
        const { items } = await f.store.parked({});
        should(items).containDeep([{ sub: "lost", code: "RETRIES_EXHAUSTED", attempts: 3 }]);
        await f.takeNone("to-legacy");
      });

      it("counts no attempt when others were settled only on the way to the sender", async () => {
        const f = fixture();
        await f.markSub("lost");
        for (let round = 1; round <= 4; round++) {
          should((await f.takeOne("to-legacy")).attempt).equal(1);
          await f.markSub(`settled${round}`);
          const { token } = await f.takeOne("to-legacy");
          await f.settleOne({ token, outcome: "unchanged", beforeSender: true });
          f.expireLeases();
          should((await f.store.take("to-legacy", 0)).expiredInRow).equal(round);
        }
      });

      it("takes a settle that comes too late for an answer all the same", async () => {
        const f = fixture();
        await f.markSub("a");
        const { token } = await f.takeOne("to-legacy");
        f.expireLeases();
        should((await f.store.take("to-legacy", 0)).expiredInRow).equal(1);
        should(await f.store.settle([{ token, outcome: "delivered" }])).eql(["fenced"]);
        should((await f.store.take("to-legacy", 0)).expiredInRow).equal(0);
      });

      it("renews a lease, and commits the intent with it", async () => {
        const f = fixture();
        await f.markLegacy("1");
        const lease = await f.takeOne("to-cidaas");
        const intent = createIntent(f.now);
        f.now += 179_000;
        should(await f.store.extend([{ token: lease.token, intent }, { token: "unknown" }])).eql([lease.token]);
        f.now += 179_000;
        await f.takeNone("to-cidaas");
        should(await f.store.findByIdentifier("cidaas", ["print", "other"])).containDeep([
          { person: { legacyId: "1" }, verified: true, intent: true },
        ]);
        await f.store.release([lease.token]);
        should((await f.takeOne("to-cidaas")).intents).eql([intent]);
      });

      it("commits with a new intent what the one it replaces has proven", async () => {
        const f = fixture();
        await f.markLegacy("1");
        const { token } = await f.takeOne("to-cidaas");
        await f.store.extend([{ token, intent: createIntent(f.now), ledger: { name: ledgerEntry("p") } }]);
        await f.store.release([token]);
        should((await f.takeOne("to-cidaas")).ledger).eql({ name: ledgerEntry("p") });
      });

      it("renews a lease that ran out as long as nobody else got the person", async () => {
        const f = fixture();
        await f.markSub("a");
        const { token } = await f.takeOne("to-legacy");
        f.expireLeases();
        should(await f.store.extend([{ token }])).eql([token]);
        await f.takeNone("to-legacy");
        f.expireLeases();
        await f.takeOne("to-legacy");
        should(await f.store.extend([{ token }])).eql([]);
      });

      it("keeps an intent through a retry unless it is not to be kept", async () => {
        const f = fixture();
        await f.markLegacy("1");
        const first = await f.takeOne("to-cidaas");
        await f.store.extend([{ token: first.token, intent: createIntent(f.now) }]);
        await f.settleOne({ token: first.token, outcome: "retry", notBefore: f.now });
        const second = await f.takeOne("to-cidaas");
        should(second.intents).have.length(1);
        await f.settleOne({ token: second.token, outcome: "retry", notBefore: f.now, keepIntent: false });
        should((await f.takeOne("to-cidaas")).intents).eql([]);
        should(await f.store.findByIdentifier("cidaas", ["print"])).eql([]);
      });

      it("notes under a lease of the other lane which rules of an open intent are overtaken", async () => {
        const f = fixture();
        await f.store.adopt([{ sub: "a", legacyId: "1", identifiers: [] }]);
        await f.markLegacy("1");
        const first = await f.takeOne("to-cidaas");
        const rule = { source: "s", target: "t", editAt: null };
        const intent = { ...createIntent(f.now), create: false, rules: { name: rule, mail: rule } };
        await f.store.extend([{ token: first.token, intent }]);
        await f.settleOne({ token: first.token, outcome: "retry", notBefore: f.now + 1_000 });
        await f.markSub("a");
        const look = await f.takeOne("to-legacy");
        await f.settleOne({ token: look.token, outcome: "unchanged", overtaken: ["mail", "other"] });
        f.now += 1_000;
        const [open] = (await f.takeOne("to-cidaas")).intents;
        should(open?.rules).eql({ name: rule, mail: { ...rule, overtaken: true } });
      });

      it("fences a lost lease: nothing is settled, both sides are read and compared", async () => {
        const f = fixture();
        await f.store.adopt([{ sub: "a", legacyId: "1", identifiers: [] }]);
        await f.markSub("a");
        const lost = await f.takeOne("to-legacy");
        f.expireLeases();
        const present = await f.takeOne("to-legacy");
        const settlement = { token: lost.token, outcome: "delivered" as const, present: { legacy: true } };
        should(await f.store.settle([settlement])).eql(["fenced"]);
        should(await f.store.findPerson({ legacyId: "1" })).containEql({ inLegacy: false });
        await f.settleOne({ token: present.token, outcome: "delivered" });
        const repair = await f.takeOne("to-legacy");
        should(repair.change).eql(f.change({ priority: ECHO }));
        should(repair.other).eql(f.change({ priority: ECHO }));
        should((await f.store.status()).lanes["to-legacy"].counters).containDeep({ in: 2, delivered: 1 });
        should((await f.store.status()).lanes["to-cidaas"].counters.in).equal(1);
      });

      it("tells the look at the side that was written to what the lost lease wrote there", async () => {
        const f = fixture();
        await f.store.adopt([{ sub: "a", legacyId: "1", identifiers: [] }]);
        await f.markSub("a");
        const lost = await f.takeOne("to-legacy");
        f.expireLeases();
        const present = await f.takeOne("to-legacy");
        const write = { print: "late", before: "p", at: 5, until: 6, editAt: 4 };
        const entry = ledgerEntry("p");
        const settled = { name: { ...entry, legacy: { ...entry.legacy, print: "late", writes: [write] } } };
        await f.store.settle([{ token: lost.token, outcome: "delivered", ledger: { ...settled, mail: entry } }]);
        await f.settleOne({ token: present.token, outcome: "delivered" });
        should((await f.takeOne("to-cidaas")).change).eql(f.change({ priority: ECHO, late: { name: write } }));
      });

      it("looks for no user on a side that does not have it yet after a lost lease", async () => {
        const f = fixture();
        await f.store.mark("to-cidaas", [{ sub: "chosen", legacyId: "1", change: f.change() }]);
        const lost = await f.takeOne("to-cidaas");
        f.expireLeases();
        await f.settleOne({ token: (await f.takeOne("to-cidaas")).token, outcome: "delivered" });
        should(await f.store.settle([{ token: lost.token, outcome: "delivered" }])).eql(["fenced"]);
        should((await f.takeOne("to-cidaas")).change).eql(f.change({ priority: ECHO }));
        await f.takeNone("to-legacy");
      });

      it("marks nothing when an already settled or unknown token is settled", async () => {
        const f = fixture();
        await f.markSub("a");
        const { token } = await f.takeOne("to-legacy");
        await f.settleOne({ token, outcome: "delivered" });
        should(
          await f.store.settle([
            { token, outcome: "delivered" },
            { token: "?", outcome: "parked" },
          ]),
        ).eql(["fenced", "fenced"]);
        should((await f.store.status()).lanes["to-legacy"]).containDeep({ waiting: 0, counters: { in: 1 } });
      });

      it("gives leases back without an attempt", async () => {
        const f = fixture();
        await f.markSub("a");
        await f.store.release([(await f.takeOne("to-legacy")).token, "unknown"]);
        should((await f.takeOne("to-legacy")).attempt).equal(1);
      });

      it("gives the leases of a dead process back at the start, without an attempt", async () => {
        const f = fixture();
        await f.markSub("a");
        const lost = await f.takeOne("to-legacy");
        await f.reopen();
        should((await f.store.status()).lanes["to-legacy"]).containDeep({ waiting: 1, inFlight: 0 });
        const { leases, expiredInRow } = await f.store.take("to-legacy", 1);
        should(leases[0]?.attempt).equal(1);
        should(expiredInRow).equal(0);
        should(await f.store.settle([{ token: lost.token, outcome: "delivered" }])).eql(["fenced"]);
      });

      it("waits between tries, longer each time, and parks at the limit with the reason of the last", async () => {
        const f = fixture();
        await f.markSub("a");
        const reason = { code: "LEGACY_DOWN", message: "The legacy system does not answer." };
        for (const waited of [500, 1000]) {
          await f.settleOne({ token: (await f.takeOne("to-legacy")).token, outcome: "retry", reason });
          f.now += waited - 1;
          await f.takeNone("to-legacy");
          f.now += 1;
        }
        const last = await f.takeOne("to-legacy");
        should(last.attempt).equal(3);
        await f.settleOne({ token: last.token, outcome: "retry", reason });
        should((await f.store.parked({})).items).containDeep([{ ...reason, attempts: 3, sub: "a", since: f.now }]);
        should((await f.store.status()).lanes["to-legacy"]).containDeep({ parkedNow: 1, counters: { parked: 1 } });
      });

      it("waits as long as the target asked, and counts no attempt when told so", async () => {
        const f = fixture();
        await f.markSub("a");
        for (let round = 0; round < 5; round++) {
          const lease = await f.takeOne("to-legacy");
          should(lease.attempt).equal(1);
          await f.settleOne({ token: lease.token, outcome: "retry", notBefore: f.now + 9000, counts: false });
          f.now += 8999;
          await f.takeNone("to-legacy");
          f.now += 1;
        }
      });

      it("tries at once when live news arrives during the back-off, but not for an echo", async () => {
        const f = fixture();
        await f.markSub("a");
        await f.settleOne({ token: (await f.takeOne("to-legacy")).token, outcome: "retry" });
        await f.markSub("a", { priority: ECHO });
        await f.takeNone("to-legacy");
        await f.markSub("a", { priority: LIVE });
        should((await f.takeOne("to-legacy")).attempt).equal(2);
      });

      it("merges a retry with the newer change that waits, under the back-off", async () => {
        const f = fixture();
        await f.markSub("a", { events: ["ONE"] });
        const { token } = await f.takeOne("to-legacy");
        await f.markSub("a", { events: ["TWO"] });
        await f.settleOne({ token, outcome: "retry" });
        await f.takeNone("to-legacy");
        f.now += 500;
        const lease = await f.takeOne("to-legacy");
        should(lease.change.events).eql(["ONE", "TWO"]);
        should(lease.attempt).equal(2);
      });
    }));
}

function createIntent(at: number): Intent {
  return {
    side: "cidaas",
    create: true,
    conflicts: [],
    heal: [],
    at,
    identifiers: [email("print")],
    rules: { name: { source: "s", target: "t", editAt: null } },
  };
}
