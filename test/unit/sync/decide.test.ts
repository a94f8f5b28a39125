import should from "should";
import { decide } from "../../../lib/sync/decide";
import type { DecideInput, News, RulePolicy } from "../../../lib/sync/decision";
import { written } from "../../../lib/sync/ledger";
import type { Intent, LedgerEntry } from "../../../lib/sync/types";
import { AGREED, ask, at, cameFrom, EMAIL, HASH, news, read } from "./asking";

describe("decide, without a valid base", () => {
  const ledger = {};

  it("asks for the target first", () => {
    should(ask(news("new", 200), { ledger })).eql({ do: "read" });
  });

  it("writes when the target does not have the user", () => {
    should(ask(news("new", 200), { ledger, target: { state: "absent" } }).do).equal("write");
  });

  it("remembers an equal value and writes nothing", () => {
    should(ask(news("new", 200), { ledger, target: read("new") })).eql({ do: "remember", target: "new@cidaas" });
  });

  it("parks a different value when firstContact says so", () => {
    should(ask(news("new", 200), { ledger, target: read("other") })).eql({ do: "park", code: "FIRST_CONTACT" });
  });

  it("lets the side win that firstContact names, and brings the winner back to the loser", () => {
    const target = read("other");
    should(ask(news("new", 200), { ledger, target, firstContact: "legacy" }).do).equal("write");
    const refused = ask(news("new", 200), { ledger, target, firstContact: "cidaas" });
    should(refused).containEql({ do: "refuse", heal: true });
  });

  it("fills a field that the target does not have", () => {
    const target = { state: "read", prints: { email: "" }, editAt: null } as const;
    should(ask(news("new", 200), { ledger, target }).do).equal("write");
  });

  it("never puts a hash over an existing account", () => {
    const target = { state: "read", prints: {}, editAt: null } as const;
    for (const firstContact of ["park", "legacy", "newest"] as const) {
      should(ask(news("hash", 200), { ledger, target, firstContact }, HASH).do).equal("remember");
    }
  });

  it("writes the first hash of a person who is known already", () => {
    const target = { state: "read", prints: {}, editAt: null } as const;
    should(ask(news("hash", 200), { ledger: { email: AGREED }, target }, HASH).do).equal("write");
  });

  it("takes an entry of another fingerprint for no base", () => {
    const changed = { ...EMAIL, fingerprint: "f2" };
    should(ask(news("old", 200), {}, changed)).eql({ do: "read" });
  });
});

describe("decide, with a valid base", () => {
  it("writes a new value", () => {
    should(ask(news("new", 200))).eql({ do: "write", conflicts: [], heal: false });
  });

  it("ends an echo: the source holds what was agreed", () => {
    should(ask(news("old", 200))).eql({ do: "nothing" });
  });

  it("remembers a value that the target already has", () => {
    const entry = { ...AGREED, legacy: { ...AGREED.legacy, print: "elder@legacy" } };
    should(ask(news("old", 200), { ledger: { email: entry } }).do).equal("remember");
  });

  it("takes a write of unknown outcome that comes back for an echo", () => {
    const intent = {
      side: "legacy" as const,
      create: false,
      at: 150,
      identifiers: [],
      conflicts: [],
      heal: [],
      rules: { email: { source: "new@cidaas", target: "new@legacy", editAt: 140 } },
    };
    should(ask(news("new", 200), { intent })).eql({ do: "proven", at: null });
  });

  it("reads the target when a change without values waits in the other lane", () => {
    should(ask(news("new", 200), { rival: { span: at(190), prints: null } })).eql({ do: "read" });
  });

  it("reads the target before every write when told to verify always", () => {
    should(ask(news("new", 200), { verifyAlways: true })).eql({ do: "read" });
  });

  it("writes when the target, once read, still holds what was agreed", () => {
    should(ask(news("new", 200), { target: read("old"), rival: { span: at(190), prints: null } }).do).equal("write");
  });

  it("writes forced rules even if the ledger says that the target has them", () => {
    should(ask(news("old", 200), { force: ["email"] }).do).equal("write");
  });
});

describe("decide, with a backfill", () => {
  it("never overwrites what changed after the time of the export", () => {
    const entry = written(AGREED, cameFrom("cidaas", "n", 500), { at: 510, until: 515 });
    const ledger = { email: entry };
    should(ask(news("export", null), { ledger, backfill: 400 })).eql({ do: "nothing" });
    should(ask(news("export", null), { ledger, backfill: 600 }).do).equal("write");
  });
});

describe("decide, when both sides changed", () => {
  const rival = { span: { first: 300, last: 400 }, prints: null };
  const target = read("theirs");

  it("lets the later edit win and records the loser", () => {
    const won = ask(news("ours", 500), { target, rival });
    should(won).containEql({ do: "write" });
    should(won.do === "write" && won.conflicts[0]).containEql({ winner: "legacy", ambiguous: false, legacyTime: 500 });
    const lost = ask(news("ours", 200), { target, rival });
    should(lost).containEql({ do: "refuse", heal: true, keep: false });
  });

  it("takes a waiting value that was set again for an edit though it is what was agreed", () => {
    const cidaas = (restored: boolean): Partial<DecideInput> => ({
      source: "cidaas",
      rival: { span: at(900), prints: { email: { print: "old@legacy", at: 900, restored } } },
    });
    const change: News = { source: "new@cidaas", target: "new@legacy", span: at(500) };
    should(ask(change, cidaas(false)).do).equal("write");
    should(ask(change, cidaas(true))).containEql({ do: "refuse", heal: true });
  });

  it("records what it replaces where somebody may have set the agreed value again there, no earlier than the news", () => {
    const given = (setAt: number): Partial<DecideInput> => ({
      source: "cidaas",
      rival: { span: at(setAt), prints: {}, doubtful: { email: setAt } },
    });
    const change: News = { source: "new@cidaas", target: "new@legacy", span: at(500) };
    should(ask(change, given(400))).eql({ do: "write", conflicts: [], heal: false });
    for (const setAt of [495, 600])
      should(ask(change, given(setAt))).match({
        do: "write",
        conflicts: [{ winner: "cidaas", cidaasTime: 500, legacyTime: setAt, ambiguous: true }],
      });
  });

  it("takes what the target was set to again after an unsettled write for an edit", () => {
    const given = { target: read("old", 600), rival: { span: at(600), prints: null } };
    should(ask(news("ours", 500), given).do).equal("write");
    should(ask(news("ours", 500), { ...given, setAgain: ["email"] })).containEql({
      do: "refuse",
      heal: true,
    });
  });

  describe("where people have come to the agreed value on both sides", () => {
    const both = (cidaasAt: number): LedgerEntry => ({
      ...AGREED,
      cidaas: { ...AGREED.cidaas, editAt: cidaasAt },
      legacy: { ...AGREED.legacy, editAt: 400 },
    });
    const next = (time: number) => ({ source: "new@cidaas", target: "new@legacy", span: at(time) });
    const decided = (time: number, entry: LedgerEntry, policy: RulePolicy = EMAIL) =>
      ask(next(time), { source: "cidaas", ledger: { email: entry } }, policy);

    it("compares what follows on one side with the edit of the other, where that was later than its own", () => {
      should(decided(350, both(300))).match({ do: "refuse", conflicts: [{ winner: "legacy", legacyTime: 400 }] });
      should(decided(405, both(300))).match({ conflicts: [{ winner: "cidaas", ambiguous: true }] });
      should(decided(500, both(300))).match({ do: "write", conflicts: [] });
    });

    it("records what is not clearly later than the edit of the other side, though its own side has had the value since", () => {
      should(decided(405, both(402))).match({
        do: "write",
        conflicts: [{ winner: "cidaas", legacyTime: 400, ambiguous: true }],
      });
      should(decided(411, both(402))).match({ do: "write", conflicts: [] });
    });

    it("compares it too where one side has the value by our write, and the other has set it again since", () => {
      const ours = { print: "old@cidaas", before: "x@cidaas", at: 200, until: 210, editAt: 150 };
      const entry = { ...both(0), cidaas: { ...AGREED.cidaas, editAt: null, writes: [ours] } };
      should(decided(350, entry)).match({ do: "refuse", conflicts: [{ winner: "legacy", legacyTime: 400 }] });
      const brought = { ...entry, cidaas: { ...entry.cidaas, writes: [{ ...ours, editAt: 400 }] } };
      should(decided(350, brought)).match({ do: "write", conflicts: [] });
    });

    it("compares it by the rule where the events of the agreed value were its own: then an older read had shown that", () => {
      should(decided(500, both(500))).match({ do: "write", conflicts: [{ winner: "cidaas", legacyTime: 400 }] });
      const fixed: RulePolicy = { ...EMAIL, conflict: "legacy" };
      should(decided(500, both(500), fixed)).match({ do: "refuse", conflicts: [{ winner: "legacy" }] });
      should(decided(501, both(500), fixed)).match({ do: "write", conflicts: [] });
    });
  });

  it("writes over the agreed value of a target that was edited later, and records it as ambiguous", () => {
    should(ask(news("ours", 500), { target: read("old", 400) })).eql({ do: "write", conflicts: [], heal: false });
    const verdict = ask(news("ours", 500), { target: read("old", 600) });
    should(verdict).containEql({ do: "write", heal: false });
    should(verdict.do === "write" && verdict.conflicts[0]).containEql({
      winner: "legacy",
      ambiguous: true,
      cidaasTime: 600,
    });
  });

  it("takes the value of an unsettled write for a user's once the write is overtaken", () => {
    const rule = { source: "new@legacy", target: "new@cidaas", editAt: 300 };
    const change: News = { source: "new@cidaas", target: "new@legacy", span: at(900) };
    const open = (overtaken?: true): Intent => ({
      side: "cidaas",
      create: false,
      at: 400,
      identifiers: [],
      rules: { email: { ...rule, ...(overtaken && { overtaken }) } },
      conflicts: [],
      heal: [],
    });
    should(ask(change, { source: "cidaas", intent: open() })).eql({ do: "proven", at: null });
    should(ask(change, { source: "cidaas", intent: open(true) }).do).equal("write");
  });

  it("counts an edit that the target shows though its event is still on the way", () => {
    const lost = ask(news("ours", 500), { target: read("theirs", 600), rival });
    should(lost).containEql({ do: "refuse", heal: true });
    should(lost.do === "refuse" && lost.conflicts[0]).containEql({ winner: "cidaas", cidaasTime: 600 });
  });

  it("says that a value may be as young as its record, though we wrote to that record at the same time", () => {
    const ours = written({ ...AGREED, fingerprint: "f1" }, cameFrom("legacy", "x", 440), { at: 450, until: 520 });
    const given = {
      ledger: { email: AGREED, city: ours },
      rival: { span: at(300), prints: null },
      target: read("third", 510),
    };
    const verdict = ask(news("new", 500), given);
    should(verdict.do === "write" && verdict.conflicts[0]).containEql({ cidaasTime: 510, ambiguous: true });
    const later = ask(news("new", 900), given);
    should(later.do === "write" && later.conflicts[0]).containEql({ cidaasTime: 300, ambiguous: false });
  });

  it("says so too of a value that is refused", () => {
    const edited = { ...news("new", 100), source: "new@cidaas", target: "new@legacy" };
    const given = {
      source: "cidaas" as const,
      target: { state: "read", prints: { email: "third@legacy" }, editAt: 500 } as const,
    };
    const verdict = ask({ ...edited, latest: 510 }, given);
    should(verdict.do === "refuse" && verdict.conflicts[0]).containEql({
      winner: "legacy",
      cidaasTime: 510,
      ambiguous: true,
    });
    const early = ask({ ...edited, latest: 300 }, given);
    should(early.do === "refuse" && early.conflicts[0]).containEql({ cidaasTime: 100, ambiguous: false });
  });

  it("gives a tie to cidaas and calls it ambiguous", () => {
    for (const time of [295, 350, 409]) {
      const verdict = ask(news("ours", time), { target, rival });
      should(verdict.do).equal("refuse");
      should(verdict.do === "refuse" && verdict.conflicts[0]?.ambiguous).equal(true);
    }
  });

  it("never lets an edit without a time beat one with a time", () => {
    should(ask(news("ours", null), { target, rival }).do).equal("refuse");
  });

  it("follows the rule's own winner instead of the times", () => {
    should(ask(news("ours", 200), { target, rival }, { ...EMAIL, conflict: "legacy" }).do).equal("write");
    should(ask(news("ours", 900), { target, rival }, { ...EMAIL, conflict: "cidaas" }).do).equal("refuse");
  });

  it("compares with a waiting legacy change without reading", () => {
    const verdict = decide({
      source: "cidaas",
      now: 1_000_000,
      policies: [EMAIL],
      news: { email: { source: "ours@cidaas", target: "ours@legacy", span: at(500) } },
      force: [],
      backfill: null,
      ledger: { email: AGREED },
      intent: null,
      target: { state: "unread" },
      thaw: [],
      setAgain: [],
      late: {},
      rival: { span: at(900), prints: { email: { print: "theirs@legacy", at: 900, restored: false } } },
      verifyAlways: false,
      firstContact: "park",
      clockTolerance: 10,
    });
    should(verdict.email).containEql({ do: "refuse", heal: true });
  });

  it("does not call it a conflict when both changed to the same value", () => {
    should(ask(news("same", 500), { target: read("same"), rival })).containEql({
      do: "remember",
      target: "same@cidaas",
    });
  });
});
