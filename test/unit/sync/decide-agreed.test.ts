import should from "should";
import type { Rival } from "../../../lib/sync/decision";
import { remembered, written } from "../../../lib/sync/ledger";
import type { LedgerEntry } from "../../../lib/sync/types";
import { AGREED, ask, at, cameFrom, EMAIL, news } from "./asking";

describe("decide, with what was agreed", () => {
  describe("in a user of cidaas whom somebody has edited", () => {
    const shown = { source: "old@cidaas", target: "old@legacy", span: at(500) };
    const rival = (value: string, time: number | null): Rival => ({
      span: null,
      prints: { email: { print: `${value}@legacy`, at: time, restored: false } },
    });
    const lost = (waiting: Rival | null, change = shown, entry = AGREED, policy = EMAIL) => {
      const verdict = ask(change, { source: "cidaas", rival: waiting, ledger: { email: entry } }, policy);
      should(verdict.do).equal("nothing");
      return (verdict.do === "nothing" && verdict.conflicts) || [];
    };

    it("records that the rule may have been changed and changed back, where an edit waits that is not later", () => {
      for (const time of [400, 505])
        should(lost(rival("edit", time))).match([
          { winner: "legacy", cidaasTime: 500, legacyTime: time, ambiguous: true },
        ]);
      should(lost(rival("edit", 511))).eql([]);
    });

    it("records nothing where nothing else waits, or nobody follows what is edited in cidaas", () => {
      should(lost(null)).eql([]);
      should(lost(rival("old", 400))).eql([]);
      should(lost(rival("edit", null))).eql([]);
      should(lost(rival("edit", 400), shown, AGREED, { ...EMAIL, direction: "to-cidaas" })).eql([]);
    });

    it("records nothing where only we have edited it, and the edit of somebody else whose event came with ours", () => {
      const ours = { print: "old@cidaas", before: null, at: 480, until: 510, editAt: 90 };
      const wrote: LedgerEntry = { ...AGREED, cidaas: { ...AGREED.cidaas, writes: [ours] } };
      should(lost(rival("edit", 400), shown, wrote)).eql([]);
      should(lost(rival("edit", 400), { ...shown, span: { first: 450, last: 500 } }, wrote)).match([
        { cidaasTime: 450 },
      ]);
    });
  });

  it("has our value brought back where what seemed to be the echo of the write before is later than that of our last", () => {
    const once = written(AGREED, cameFrom("cidaas", "ours", 250), { at: 300, until: 310 });
    const twice = written(once, cameFrom("cidaas", "next", 350), { at: 400, until: 410 });
    const [last, first] = twice.legacy.writes;
    const seen = (time: number) => {
      const writes = last && first ? [last, { ...first, echoAt: 405 }] : [];
      const ledger = { email: { ...twice, legacy: { ...twice.legacy, writes } } };
      return ask({ ...news("next", time), seenAt: time }, { ledger });
    };
    should(seen(404)).match({
      do: "refuse",
      heal: true,
      conflicts: [{ winner: "cidaas", legacyTime: 405, ambiguous: true }],
    });
    should(seen(406)).eql({ do: "seen", at: 406 });
  });

  it("records that a person has set again what our write replaced, where a record of before that shows our value", () => {
    const entry = written(AGREED, cameFrom("cidaas", "ours", 250), { at: 300, until: 900 });
    const seen = (time: number, echoAt?: number) => {
      const [write] = entry.legacy.writes;
      const writes = write ? [{ ...write, ...(echoAt !== undefined && { echoAt }) }] : [];
      const ledger = { email: { ...entry, legacy: { ...entry.legacy, writes, dismissedAt: 500 } } };
      return ask({ ...news("ours", time), seenAt: time }, { ledger });
    };
    const conflicts = [{ winner: "cidaas", cidaasTime: 250, legacyTime: 500, ambiguous: true }];
    should(seen(400)).match({ do: "refuse", heal: true, conflicts });
    should(seen(400, 890)).match({ do: "seen", at: 400, conflicts });
    should(seen(600, 890)).eql({ do: "seen", at: 600 });
    should(seen(400, 450)).eql({ do: "seen", at: 400 });
  });

  it("records that a person has set again what our write replaced, where a record from long before it shows our value", () => {
    const entry = written(AGREED, cameFrom("cidaas", "ours", 250), { at: 600, until: 610 });
    const seen = (time: number, known = entry) =>
      ask({ ...news("ours", time), seenAt: time }, { ledger: { email: known } });
    should(seen(400)).match({
      do: "seen",
      conflicts: [{ winner: "cidaas", cidaasTime: 250, legacyTime: 400, ambiguous: true }],
    });
    for (const time of [591, 605, 700]) should(seen(time)).eql({ do: "seen", at: time });
    const edited = { ...entry, legacy: { ...entry.legacy, editAt: 450 } };
    should(seen(400, edited)).eql({ do: "seen", at: 400 });
  });

  describe("in a legacy record that is older than the edit it was accepted as", () => {
    /** An edit in cidaas of time 300, over which "late" was written, for it came with a record of time 400. */
    const edited = remembered(AGREED, cameFrom("cidaas", "edit", 300));
    const entry = written(edited, cameFrom("legacy", "late", 400), { at: 420, until: 430 });
    const seen = (time: number, known = entry) =>
      ask({ ...news("late", time), seenAt: time }, { ledger: { email: known } });

    it("records what has lost to it, and was later", () => {
      should(seen(200)).match({
        do: "seen",
        at: 200,
        conflicts: [{ winner: "legacy", cidaasTime: 300, legacyTime: 200 }],
      });
      should(seen(305)).match({ do: "seen", conflicts: [{ ambiguous: true }] });
      should(seen(350)).eql({ do: "seen", at: 350 });
    });

    it("records nothing where another edit was written, or none was lost", () => {
      const unlost = written(AGREED, cameFrom("legacy", "late", 400), { at: 420, until: 430 });
      should(seen(200, unlost)).eql({ do: "seen", at: 200 });
      const again = written(entry, cameFrom("legacy", "next", 500), { at: 510, until: 520 });
      const back = remembered(again, cameFrom("legacy", "late", 600));
      should(seen(200, back)).eql({ do: "seen", at: 200 });
    });
  });
});
