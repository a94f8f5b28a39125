import should from "should";
import { type ConflictRecord, ECHO, type Outcome } from "../../../../lib/sync/types";
import { type EngineFactory, email, ledgerEntry, withFixture } from "./fixture";

export function describeSettlements(factory: EngineFactory): void {
  describe("settlements", () =>
    withFixture(factory, (fixture) => {
      it("counts every outcome by its name", async () => {
        const f = fixture();
        const outcomes: Outcome[] = [
          "delivered",
          "unchanged",
          "refused",
          "skipped",
          "parked",
          "discarded",
          "forgotten",
        ];
        for (const outcome of outcomes) {
          await f.markSub(outcome);
          await f.settleOne({ token: (await f.takeOne("to-legacy")).token, outcome });
        }
        should((await f.store.status()).lanes["to-legacy"].counters).eql({
          in: 7,
          delivered: 1,
          merged: 0,
          unchanged: 1,
          refused: 1,
          skipped: 1,
          parked: 1,
          discarded: 1,
          forgotten: 1,
        });
      });

      it("sets a part of a change aside while the rest is delivered, one of a code at most, to be retried", async () => {
        const f = fixture();
        const reason = { code: "PING_PONG", message: "The sides fight." };
        for (const rule of ["mail", "phone"]) {
          await f.markSub("a", { events: ["ACCOUNT_MODIFIED"] });
          const { token } = await f.takeOne("to-legacy");
          await f.settleOne({ token, outcome: "delivered", aside: { change: f.change({ thaw: [rule] }), reason } });
        }
        const { items } = await f.store.parked({});
        should(items).match([{ sub: "a", lane: "to-legacy", ...reason, attempts: 0, change: { thaw: ["phone"] } }]);
        const { parkedNow, counters } = (await f.store.status()).lanes["to-legacy"];
        should(parkedNow).equal(1);
        should(counters).containEql({ in: 4, delivered: 2, parked: 2 });
        should(await f.store.retryParked({ lane: "to-legacy", code: "PING_PONG" })).containEql({ "to-legacy": 1 });
        should((await f.takeOne("to-legacy")).change.thaw).eql(["phone"]);
      });

      it("puts ledger entries in place of the present ones, rule by rule", async () => {
        const f = fixture();
        await f.markSub("a");
        const ledger = { name: ledgerEntry("n1"), mail: ledgerEntry("m1") };
        await f.settleOne({ token: (await f.takeOne("to-legacy")).token, outcome: "delivered", ledger });
        await f.markSub("a");
        const lease = await f.takeOne("to-legacy");
        should(lease.ledger).eql(ledger);
        await f.settleOne({ token: lease.token, outcome: "delivered", ledger: { mail: ledgerEntry("m2") } });
        await f.markSub("a");
        should((await f.takeOne("to-legacy")).ledger).eql({ name: ledgerEntry("n1"), mail: ledgerEntry("m2") });
      });

      it("sets the tombstone, which a late event does not lift but the sight of the revived user does", async () => {
        const f = fixture();
        await f.markSub("a");
        const first = await f.takeOne("to-legacy");
        const deletedAt = f.now;
        await f.settleOne({ token: first.token, outcome: "delivered", present: { cidaas: false, legacy: true } });
        f.now += 1000;
        await f.markSub("a");
        const second = await f.takeOne("to-legacy");
        should(second.person).containDeep({ inCidaas: false, inLegacy: true, deletedAt });
        await f.settleOne({ token: second.token, outcome: "refused", present: { legacy: true } });
        should((await f.store.findPerson({ sub: "a" }))?.deletedAt).equal(deletedAt);
        await f.markSub("a");
        const third = await f.takeOne("to-legacy");
        await f.settleOne({ token: third.token, outcome: "delivered", present: { cidaas: true } });
        should(await f.store.findPerson({ sub: "a" })).containDeep({ inCidaas: true, deletedAt: null });
      });

      it("replaces the identifiers of a side, and finds persons by them on that side only", async () => {
        const f = fixture();
        for (const [sub, verified] of [
          ["a", true],
          ["b", false],
        ] as const) {
          await f.markSub(sub);
          const { token } = await f.takeOne("to-legacy");
          const identifiers = { side: "cidaas" as const, list: [email("shared", verified), email(`old-${sub}`)] };
          await f.settleOne({ token, outcome: "delivered", identifiers });
        }
        const shared = await f.store.findByIdentifier("cidaas", ["shared"]);
        should(shared.map(({ person, verified, intent }) => [person.sub, verified, intent])).eql([
          ["a", true, false],
          ["b", false, false],
        ]);
        should(await f.store.findByIdentifier("legacy", ["shared"])).eql([]);
        await f.markSub("a");
        const { token } = await f.takeOne("to-legacy");
        await f.settleOne({ token, outcome: "delivered", identifiers: { side: "cidaas", list: [email("new")] } });
        should(await f.store.findByIdentifier("cidaas", ["old-a"])).eql([]);
        should(await f.store.findByIdentifier("cidaas", ["new", "shared"])).have.length(2);
      });

      it("keeps a print once that names a user twice, and takes the present list for all there is", async () => {
        const f = fixture();
        const verified = async (print: string): Promise<boolean[]> =>
          (await f.store.findByIdentifier("legacy", [print])).map((match) => match.verified);
        await f.store.adopt([{ sub: "s", legacyId: "1", identifiers: [] }]);
        await f.markLegacy("1", { identifiers: [email("a", false), email("b")] });
        await f.markLegacy("1", { identifiers: [email("a", false), email("a")] });
        should([await verified("a"), await verified("b")]).eql([[true], []]);
        await f.markLegacy("1", { identifiers: [email("a", false)] });
        should(await verified("a")).eql([false]);
      });

      it("keeps what named a person that is not linked before, but trusts it no more", async () => {
        const f = fixture();
        const found = async (print: string) =>
          (await f.store.findByIdentifier("legacy", [print])).map(({ person, verified }) => [
            person.legacyId,
            verified,
          ]);
        await f.markLegacy("1", { identifiers: [email("old")] });
        await f.markLegacy("1", { identifiers: [email("new")] });
        should([await found("old"), await found("new")]).eql([[["1", false]], [["1", true]]]);
        const { token } = await f.takeOne("to-cidaas");
        const identifiers = { side: "legacy" as const, list: [email("new")] };
        await f.settleOne({ token, outcome: "delivered", link: { sub: "s" }, identifiers });
        should(await found("old")).eql([]);
      });

      it("records conflicts, page by page", async () => {
        const f = fixture();
        await f.markSub("a");
        const conflicts = [1, 2, 3].map((at): ConflictRecord => {
          return { rule: "mail", winner: "legacy", at, cidaasTime: 1.5, legacyTime: null, ambiguous: at === 2 };
        });
        await f.settleOne({ token: (await f.takeOne("to-legacy")).token, outcome: "refused", conflicts });
        const first = await f.store.conflicts({ limit: 2 });
        should(first.items).eql(conflicts.slice(0, 2).map((one) => ({ ...one, sub: "a", legacyId: null })));
        const rest = await f.store.conflicts({ limit: 2, after: first.next ?? "" });
        should(rest.items.map((one) => one.at)).eql([3]);
        should(rest.next).be.null();
      });

      it("records a conflict that both lanes have judged once, and another one beside it", async () => {
        const f = fixture();
        await f.store.adopt([{ sub: "s", legacyId: "1", identifiers: [] }]);
        const base: ConflictRecord = {
          rule: "mail",
          winner: "legacy",
          at: 1,
          cidaasTime: 10,
          legacyTime: 20,
          ambiguous: true,
        };
        const settle = async (sub: string, conflicts: ConflictRecord[]) => {
          await f.markSub(sub);
          await f.settleOne({ token: (await f.takeOne("to-legacy")).token, outcome: "refused", conflicts });
        };
        await settle("s", [base]);
        await f.reopen();
        await settle("s", [{ ...base, at: 2, ambiguous: false }]);
        const recorded = (await f.store.conflicts({})).items;
        should(recorded).eql([{ ...base, sub: "s", legacyId: "1" }]);

        const others: ConflictRecord[] = [
          { ...base, rule: "name" },
          { ...base, winner: "cidaas" },
          { ...base, cidaasTime: 11 },
          { ...base, legacyTime: 21 },
          { ...base, cidaasTime: null },
          { ...base, cidaasTime: null },
          { ...base, legacyTime: null },
        ];
        await settle("s", others);
        await settle("another", [base]);
        should((await f.store.conflicts({})).items).have.length(1 + others.length + 1);
      });

      it("makes further marks of the same person, each counted as coming in", async () => {
        const f = fixture();
        await f.markSub("a");
        const { token } = await f.takeOne("to-legacy");
        const heal = f.change({ force: ["mail"], priority: ECHO });
        const marks = [
          { lane: "to-cidaas" as const, change: heal },
          { lane: "to-legacy" as const, change: heal },
        ];
        await f.settleOne({ token, outcome: "refused", marks });
        const { lanes } = await f.store.status();
        should(lanes["to-cidaas"]).containDeep({ waiting: 1, counters: { in: 1 } });
        should(lanes["to-legacy"]).containDeep({ waiting: 1, counters: { in: 2, refused: 1 } });
        should((await f.takeOne("to-cidaas")).change.force).eql(["mail"]);
      });

      it("settles a call of several as a whole or not at all", async () => {
        const f = fixture();
        await f.markSub("a");
        await f.markSub("b");
        const { leases } = await f.store.take("to-legacy", 2);
        const settlements = leases.map(({ token }) => ({ token, outcome: "delivered" as const }));
        const circular = { rule: ledgerEntry("p") };
        Object.assign(circular, { circular });
        const faulty = settlements.map((settlement, index) =>
          index === 1 ? { ...settlement, ledger: circular } : settlement,
        );
        await should(f.store.settle(faulty)).be.rejected();
        should((await f.store.status()).lanes["to-legacy"]).containDeep({ inFlight: 2, counters: { delivered: 0 } });
        should(await f.store.settle(settlements)).eql(["settled", "settled"]);
      });
    }));

  describe("parked changes", () =>
    withFixture(factory, (fixture) => {
      const reason = { code: "RECORD_INVALID", message: "The record has no name." };

      it("keeps a parked change with its reason, and counts a record that never reached the lane", async () => {
        const f = fixture();
        const rules = { name: { at: null, source: "p", values: ["v"] } };
        await f.store.park("to-cidaas", { legacyId: "1", change: f.change({ rules }) }, reason);
        await f.store.park("to-cidaas", { change: f.change() }, reason);
        const { items, next } = await f.store.parked({ lane: "to-cidaas", code: "RECORD_INVALID" });
        should(next).be.null();
        should(items).containDeep([
          { lane: "to-cidaas", sub: null, legacyId: "1", ...reason, since: f.now, attempts: 0, change: { rules } },
          { sub: null, legacyId: null },
        ]);
        should((await f.store.status()).lanes["to-cidaas"]).containDeep({
          parkedNow: 2,
          counters: { in: 2, parked: 2 },
        });
        should((await f.store.parked({ lane: "to-legacy" })).items).eql([]);
        should((await f.store.parked({ code: "OTHER" })).items).eql([]);
      });

      it("pages through what is parked", async () => {
        const f = fixture();
        for (const legacyId of ["1", "2", "3"])
          await f.store.park("to-cidaas", { legacyId, change: f.change() }, reason);
        const first = await f.store.parked({ limit: 2 });
        should(first.items.map((entry) => entry.legacyId)).eql(["1", "2"]);
        const second = await f.store.parked({ limit: 2, after: first.next ?? "" });
        should(second.items.map((entry) => entry.legacyId)).eql(["3"]);
        should(second.next).be.null();
      });

      it("ends what is parked for a user that is missing, or unlinked, once its deletion is known, and nothing else", async () => {
        const f = fixture();
        const missing = { code: "USER_MISSING", message: "The user is gone." };
        await f.markSub("a");
        await f.settleOne({ token: (await f.takeOne("to-legacy")).token, outcome: "parked", reason: missing });
        await f.store.park("to-legacy", { sub: "a", change: f.change() }, reason);
        await f.store.park("to-legacy", { sub: "a", change: f.change() }, { ...reason, code: "LINK_TAKEN" });
        await f.store.park("to-legacy", { sub: "b", change: f.change() }, missing);
        await f.markSub("a", { kind: "delete" });
        const { token } = await f.takeOne("to-legacy");
        await f.settleOne({ token, outcome: "delivered", present: { cidaas: false, legacy: false } });
        should((await f.store.parked({})).items.map(({ sub, code }) => [sub, code])).eql([
          ["a", "RECORD_INVALID"],
          ["b", "USER_MISSING"],
        ]);
        should((await f.store.status()).lanes["to-legacy"]).containDeep({ parkedNow: 2, counters: { parked: 4 } });
      });

      it("brings a parked change back as a new one", async () => {
        const f = fixture();
        await f.markSub("a", { events: ["ONE"] });
        await f.settleOne({ token: (await f.takeOne("to-legacy")).token, outcome: "parked", reason });
        const id = (await f.store.parked({})).items[0]?.id ?? "";
        should(await f.store.retryParked({ ids: [id, id, "999", "x"] })).eql({ "to-legacy": 1, "to-cidaas": 0 });
        should((await f.store.status()).lanes["to-legacy"]).containDeep({
          waiting: 1,
          parkedNow: 0,
          counters: { in: 2, parked: 1 },
        });
        should(await f.takeOne("to-legacy")).containDeep({ attempt: 1, change: { events: ["ONE"] } });
      });

      it("asks for the record to be read again where values travel with the change, and keeps them meanwhile", async () => {
        const f = fixture();
        const rules = { name: { at: null, source: "p", values: ["v"] } };
        await f.store.park("to-cidaas", { legacyId: "1", change: f.change({ rules }) }, reason);
        await f.store.park("to-cidaas", { legacyId: "2", change: f.change({ kind: "delete" }) }, reason);
        await f.store.park("to-legacy", { sub: "a", change: f.change() }, reason);
        const ids = (await f.store.parked({})).items.map((entry) => entry.id);
        should(await f.store.retryParked({ ids })).eql({ "to-legacy": 1, "to-cidaas": 2 });
        const { leases } = await f.store.take("to-cidaas", 2);
        should(leases.map(({ change }) => [change.kind, change.rules, change.reread === true])).eql([
          ["upsert", rules, true],
          ["delete", {}, false],
        ]);
        should((await f.takeOne("to-legacy")).change.reread === true).be.false();
      });

      it("lets a newer change that waits win rule by rule, though neither says when it was edited", async () => {
        const f = fixture();
        const rule = (value: string) => ({ at: null, source: value, values: [value] });
        const rules = { name: rule("parked"), mail: rule("parked") };
        await f.store.park("to-cidaas", { legacyId: "1", change: f.change({ rules }) }, reason);
        f.now += 1000;
        await f.markLegacy("1", { rules: { name: rule("newer"), city: rule("newer") } });
        await f.store.retryParked({ lane: "to-cidaas" });
        const { change } = await f.takeOne("to-cidaas");
        const values = Object.entries(change.rules).map(([name, { source }]) => [name, source]);
        should(Object.fromEntries(values)).eql({ name: "newer", mail: "parked", city: "newer" });
        should(change.reread).be.true();
        should((await f.store.status()).lanes["to-cidaas"].counters).containDeep({ in: 3, merged: 1, parked: 1 });
      });

      it("makes a retried user due at once, also where another change of it backs off", async () => {
        const f = fixture();
        await f.store.park("to-cidaas", { legacyId: "1", change: f.change({ priority: ECHO }) }, reason);
        await f.markLegacy("1");
        await f.settleOne({ token: (await f.takeOne("to-cidaas")).token, outcome: "retry" });
        await f.takeNone("to-cidaas");
        await f.store.retryParked({ lane: "to-cidaas" });
        await f.takeOne("to-cidaas");
      });

      it("retries what was parked before the call, not what is parked meanwhile", async () => {
        const f = fixture();
        await f.store.park("to-cidaas", { legacyId: "1", change: f.change() }, reason);
        const retried = f.store.retryParked({ lane: "to-cidaas" });
        await f.store.park("to-cidaas", { legacyId: "2", change: f.change() }, reason);
        should(await retried).eql({ "to-legacy": 0, "to-cidaas": 1 });
        should((await f.store.parked({})).items.map((entry) => entry.legacyId)).eql(["2"]);
      });

      it("retries and discards by lane and code, however many there are, but no record without an id", async () => {
        const f = fixture();
        const parkings: Promise<void>[] = [];
        for (let index = 0; index < 450; index++) {
          const code = index % 3 === 0 ? "OTHER" : reason.code;
          parkings.push(f.store.park("to-cidaas", { legacyId: `${index}`, change: f.change() }, { ...reason, code }));
        }
        parkings.push(f.store.park("to-cidaas", { change: f.change() }, reason));
        await Promise.all(parkings);
        const moved = (count: number) => ({ "to-legacy": 0, "to-cidaas": count });
        should(await f.store.retryParked({ lane: "to-legacy" })).eql(moved(0));
        should(await f.store.retryParked({ lane: "to-cidaas", code: reason.code })).eql(moved(300));
        should((await f.store.status()).lanes["to-cidaas"]).containDeep({ waiting: 300, parkedNow: 151 });
        should(await f.store.discardParked({ lane: "to-cidaas" })).eql(moved(151));
        should((await f.store.status()).lanes["to-cidaas"]).containDeep({
          parkedNow: 0,
          counters: { in: 751, parked: 451, discarded: 0 },
        });
      });
    }));
}
