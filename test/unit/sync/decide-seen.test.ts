import should from "should";
import { emptied, remembered, written } from "../../../lib/sync/ledger";
import type { Intent, LedgerEntry } from "../../../lib/sync/types";
import { AGREED, ask, at, cameFrom, EMAIL, news, read } from "./asking";

/** At time 300 we wrote the value "ours" to a side, which carried an edit of time 250. */
const FLIGHT = { at: 300, until: 340 };
const toLegacy = written(AGREED, cameFrom("cidaas", "ours", 250), FLIGHT);
const toCidaas = written(AGREED, cameFrom("legacy", "ours", 250), FLIGHT);
const fromCidaas = (value: string, time: number | null) => {
  const { source, target, span } = news(value, time);
  return { source: target, target: source, span };
};
const INTENT: Intent = {
  side: "legacy",
  create: false,
  at: 400,
  identifiers: [],
  rules: { email: { source: "next@cidaas", target: "next@legacy", editAt: 390 } },
  conflicts: [],
  heal: [],
};

describe("decide, with what was seen before", () => {
  it("finds nothing new in what was agreed, and notes when a legacy record showed it", () => {
    should(ask({ ...news("old", 200), seenAt: 200 })).eql({ do: "seen", at: 200 });
    should(ask({ ...fromCidaas("old", 200), seenAt: 200 }, { source: "cidaas" })).eql({ do: "nothing" });
  });

  it("takes an echo that beats its answer for a proof, and its value for no edit", () => {
    const proven = ask({ ...news("next", 430), seenAt: 430 }, { ledger: { email: toLegacy }, intent: INTENT });
    should(proven).eql({ do: "proven", at: 430 });
    const before = ask({ ...news("next", 389), seenAt: 389 }, { ledger: { email: toLegacy }, intent: INTENT });
    should(before.do).not.equal("proven");
    const rules = { email: { source: "next@cidaas", target: "next@legacy", editAt: 390, overtaken: true as const } };
    const overtaken = ask(news("next", 430), { ledger: { email: toLegacy }, intent: { ...INTENT, rules } });
    should(overtaken.do).equal("write");
    // Proven once already, and replaced by an edit since: then a person brings it.
    const [first] = toLegacy.legacy.writes;
    const edited = {
      ...toLegacy.legacy,
      print: "edit@legacy",
      editAt: 420,
      writes: first ? [{ ...first, at: 400 }] : [],
    };
    const again = ask(news("next", 430), { ledger: { email: { ...toLegacy, legacy: edited } }, intent: INTENT });
    should(again.do).equal("write");
  });

  describe("when a record showed what our write replaced, and then its echo is older than that record", () => {
    const dismissed: LedgerEntry = { ...toLegacy, legacy: { ...toLegacy.legacy, dismissedAt: 345 } };
    const echo = { ...news("ours", 330), seenAt: 330 };

    it("knows that a person has set the old value again, lets ours stay and records the edit", () => {
      const verdict = ask(echo, { ledger: { email: dismissed } });
      should(verdict).containEql({ do: "refuse", heal: true, keep: true });
      should(verdict.do === "refuse" && verdict.conflicts).match([
        { winner: "cidaas", cidaasTime: 250, legacyTime: 345, ambiguous: true },
      ]);
    });

    it("finds nothing in an echo that is younger, or far from the flight", () => {
      for (const time of [346, 500]) {
        const later = { ...news("ours", time), seenAt: time };
        should(ask(later, { ledger: { email: dismissed } })).eql({ do: "seen", at: time });
      }
    });
  });

  describe("when a look at cidaas shows what stood there before our write", () => {
    const before = fromCidaas("old", 200);
    const given = { source: "cidaas" as const, ledger: { email: toCidaas } };

    it("looks again as long as reads may lag", () => {
      should(ask(before, { ...given, now: 340 + 9_999 })).eql({ do: "again" });
    });

    it("believes it after that: somebody has set it again", () => {
      should(ask(before, { ...given, now: 340 + 10_000 }).do).equal("write");
    });

    it("looks again, too, where its event may be that of an older write of ours, by a clock that is ahead", () => {
      const older = { print: "old@cidaas", before: null, at: 330, until: 336, editAt: 90 };
      const cidaas = { ...toCidaas.cidaas, writes: [...toCidaas.cidaas.writes, older] };
      const twice = { ...given, ledger: { email: { ...toCidaas, cidaas } }, now: 400 };
      should(ask(fromCidaas("old", 345), twice)).eql({ do: "again" });
      should(ask(fromCidaas("old", 345), { ...twice, now: 340 + 10_000 }).do).equal("write");
      should(ask(fromCidaas("old", 345), { ...given, now: 400 }).do).equal("write");
      should(ask(fromCidaas("old", 348), twice).do).equal("write");
      should(ask(fromCidaas("other", 345), twice).do).equal("write");
    });
  });

  describe("of legacy changes without a time", () => {
    const untimed = (value: string, receivedAt: number) => ({ ...news(value, null), receivedAt });
    const given = { ledger: { email: toLegacy } };

    it("drops what reached us before our write was taken, and is or was that write", () => {
      for (const value of ["ours", "old"]) {
        const received = ask(untimed(value, 320), {
          ledger: { email: { ...toLegacy, legacy: { ...toLegacy.legacy, print: "x" } } },
        });
        should(received).eql({ do: "nothing" });
      }
    });

    it("records another value as lost, and has ours brought back", () => {
      const verdict = ask(untimed("theirs", 320), given);
      should(verdict).containEql({ do: "refuse", heal: true, keep: true });
      should(verdict.do === "refuse" && verdict.conflicts).match([{ winner: "cidaas", legacyTime: null }]);
    });

    it("takes what reached us later for an edit", () => {
      should(ask(untimed("theirs", 341), given).do).equal("write");
    });
  });

  describe("where a value may be ours or a person's", () => {
    it("says so when it overwrites a write that was held up on its way", () => {
      const { cidaas } = toCidaas;
      const until = (time: number) => {
        const writes = cidaas.writes.map((write) => ({ ...write, until: time }));
        return { ledger: { email: { ...toCidaas, cidaas: { ...cidaas, writes } } } };
      };
      const heldUp = ask(news("theirs", 5_000), until(5_301));
      should(heldUp).match({ do: "write", conflicts: [{ winner: "legacy", ambiguous: true }] });
      should(ask(news("theirs", 5_400), until(5_301))).eql({ do: "write", conflicts: [], heal: false });
      should(ask(news("theirs", 5_000), until(5_300))).eql({ do: "write", conflicts: [], heal: false });
    });

    it("says so when it overwrites a write that was never answered, but found", () => {
      const { cidaas } = toCidaas;
      const found = {
        ...toCidaas,
        cidaas: { ...cidaas, writes: cidaas.writes.map((write) => ({ ...write, found: true as const })) },
      };
      const older = ask(news("theirs", 330), { ledger: { email: found } });
      should(older).match({ do: "write", conflicts: [{ winner: "legacy", ambiguous: true }] });
      should(ask(news("theirs", 351), { ledger: { email: found } })).eql({ do: "write", conflicts: [], heal: false });
      should(ask(news("theirs", 330), { ledger: { email: toCidaas } })).match({ conflicts: [] });
    });

    it("records the edit between two records that may both be the echo of one write", () => {
      const [write] = toLegacy.legacy.writes;
      const echoed = { ...toLegacy, legacy: { ...toLegacy.legacy, writes: write ? [{ ...write, echoAt: 305 }] : [] } };
      const accepted = remembered(echoed, cameFrom("legacy", "theirs", 320));
      const verdict = ask(news("ours", 330), { ledger: { email: accepted } });
      should(verdict).match({ do: "write", conflicts: [{ winner: "cidaas", legacyTime: 320, ambiguous: true }] });
    });

    it("does not know when a rule was edited that a record made by our write of another rule carries", () => {
      const edited = remembered(AGREED, cameFrom("cidaas", "same", 260));
      const both = { ...edited, legacy: { ...edited.legacy, editAt: 150 } };
      const target = read("same", 260);
      const made = ask(news("theirs", 330), { ledger: { email: both, city: toLegacy }, target });
      should(made).match({ do: "write", conflicts: [{ winner: "legacy", legacyTime: 330, ambiguous: true }] });
      const alone = ask(news("theirs", 330), { ledger: { email: both }, target });
      should(alone).eql({ do: "write", conflicts: [], heal: false });
    });
  });

  it("knows from a late record that a person has set again what our write then replaced, and records it", () => {
    const between = { ...toLegacy, legacy: { ...toLegacy.legacy, seenAt: 270 } };
    const late = { ...news("theirs", 260), seenAt: 260 };
    const verdict = ask(late, { ledger: { email: between } });
    should(verdict).match({
      do: "refuse",
      heal: false,
      conflicts: [{ winner: "cidaas", legacyTime: 270, ambiguous: true }],
    });
    const agreedSince = { ...late, source: "ours@legacy" };
    should(ask(agreedSince, { ledger: { email: between } })).containEql({ do: "refuse", heal: false });
    should(ask({ ...late, source: "old@legacy" }, { ledger: { email: between } })).eql({ do: "seen", at: 260 });
  });

  it("does not trust the ledger about the target of a one-way rule when a value was set again", () => {
    const oneWay = { ...EMAIL, direction: "to-cidaas" as const };
    const again = { ...news("old", 500), state: "restored" as const };
    should(ask(again, {}, oneWay).do).equal("write");
    should(ask(again).do).equal("remember");
  });

  it("writes over a value of a one-way rule's target that the ledger does not know, though it is the same: the read may lag", () => {
    const oneWay = { ...EMAIL, direction: "to-cidaas" as const };
    should(ask(news("new", 500), { target: read("new", 480) }, oneWay).do).equal("write");
    should(ask(news("new", 500), { target: read("new", 480) }).do).equal("remember");
  });

  it("dates an edit over an open write by the user's own time, where no event of it has come", () => {
    const intent = {
      ...INTENT,
      side: "cidaas" as const,
      rules: { email: { source: "next@legacy", target: "next@cidaas", editAt: 390 } },
    };
    const look = { ...fromCidaas("theirs", null), latest: 430 };
    const rival = { span: at(390), prints: { email: { print: "next@legacy", at: 390, restored: false } } };
    const given = { source: "cidaas" as const, intent, rival };
    should(ask(look, given)).match({
      do: "write",
      conflicts: [{ winner: "cidaas", cidaasTime: 430, ambiguous: false }],
    });
    should(ask(look, { ...given, intent: null }).do).equal("refuse");
  });

  it("writes what is written only once again to a user who was made anew without it", () => {
    const once = { ...EMAIL, write: "create" as const };
    const flight = { at: 300, until: 310 };
    const missing = emptied({ email: AGREED }, "cidaas", ["email"], flight);
    should(ask(news("old", 100), { ledger: missing, force: ["email"] }, once).do).equal("write");
    should(ask(news("old", 100), { force: ["email"] }, once).do).equal("remember");
    const empty = { fingerprint: "f1", side: "legacy", source: "", target: "", editAt: 90 } as const;
    const born = { email: written(null, empty, flight) };
    should(ask(news("first", 400), { ledger: born }, once).do).equal("remember");
  });

  describe("under another rule than before", () => {
    const anew = { ...EMAIL, fingerprint: "f2" };
    const given = { ledger: { email: toLegacy }, firstContact: "newest" as const };

    it("has a value brought back to the source which our write has replaced there since", () => {
      const gone = news("theirs", 290);
      should(ask(gone, { ...given, target: read("theirs", 400) }, anew)).eql({
        do: "refuse",
        conflicts: [],
        heal: true,
        keep: true,
      });
      should(ask(gone, { ...given, target: read("other", 100) }, anew)).containEql({ do: "write", heal: true });
    });

    it("remembers what the source still holds", () => {
      const held = ask(news("theirs", 350), { ...given, target: read("theirs", 400) }, anew);
      should(held).eql({ do: "remember", target: "theirs@cidaas" });
    });

    it("lets a password of cidaas stay that nobody can read, and records one that was changed in the legacy system since", () => {
      const hash = { ...anew, id: "hash", secret: true };
      const unreadable = { state: "read" as const, prints: {}, editAt: 100 };
      const ledger = { hash: toLegacy };
      const changed = ask(news("theirs", 350), { ledger, target: unreadable }, hash);
      should(changed).match({ do: "remember", conflicts: [{ winner: "cidaas", legacyTime: 350, ambiguous: true }] });
      should(ask(news("ours", 350), { ledger, target: unreadable }, hash)).match({ do: "remember", conflicts: [] });
    });

    it("leaves what it writes only once where it is", () => {
      const once = { ...anew, write: "create" as const };
      should(ask(news("theirs", 290), { ...given, target: read("theirs", 400) }, once).do).equal("remember");
    });
  });
});
