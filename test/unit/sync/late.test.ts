import should from "should";
import { lateWrites, mergeLate } from "../../../lib/sync/late";
import { remembered, written } from "../../../lib/sync/ledger";
import { planFor } from "../../../lib/sync/plan";
import type { Write } from "../../../lib/sync/types";
import { AGREED, ask, at, cameFrom, EMAIL, news, read } from "./asking";

describe("A late write of ours", () => {
  const LATE: Write = { print: "ours@legacy", before: "old@legacy", at: 200, until: 400, editAt: 150 };
  /** What was brought to the legacy system by somebody else meanwhile. */
  const next = written(AGREED, cameFrom("cidaas", "next", 290), { at: 300, until: 340 });
  const given = { ledger: { email: next }, late: { email: LATE } };
  const input = {
    source: "legacy" as const,
    now: 1_000_000,
    policies: [EMAIL],
    force: [],
    thaw: [],
    backfill: null,
    intent: null,
    target: { state: "unread" as const },
    setAgain: [],
    rival: null,
    verifyAlways: false,
    firstContact: "park" as const,
    clockTolerance: 10,
    learned: {},
    flightMs: 500,
  };

  it("gives way to what was agreed meanwhile, and it is recorded that it may have been an edit", () => {
    const verdict = ask(news("ours", 390), given);
    should(verdict).containEql({ do: "refuse", heal: true, keep: true, late: { ...LATE, echoAt: 390 } });
    should(verdict.do === "refuse" && verdict.conflicts).match([
      { winner: "cidaas", legacyTime: 390, ambiguous: true },
    ]);
  });

  it("does so too where the look tells no time", () => {
    should(ask(news("ours", null), given)).containEql({ do: "refuse", late: LATE });
  });

  it("is not what a person has set: another value, the same one much later, or set again after another", () => {
    should(ask(news("theirs", 390), given).do).equal("write");
    should(ask(news("ours", 500), given).do).equal("write");
    should(ask({ ...news("ours", 390), state: "covered" }, given)).not.have.property("late");
  });

  it("is nothing new where it is what was agreed", () => {
    should(ask(news("next", 390), { ...given, late: { email: { ...LATE, print: "next@legacy" } } })).eql({
      do: "nothing",
    });
  });

  it("is the last write to its side from then on, so that a second echo of it is one", () => {
    const plan = planFor({ ...input, news: { email: news("ours", 390) }, ...given });
    const entry = plan.do === "settle" ? plan.ledger.email : undefined;
    should(entry?.legacy.print).equal("next@legacy");
    should(entry?.legacy.writes.map((write) => write.print)).eql(["ours@legacy", "next@legacy"]);
    should(ask(news("ours", 390), { ledger: entry ? { email: entry } : {} })).eql({ do: "nothing" });
  });

  it("is known before its echo comes, where the record that waits is older than it", () => {
    const older = { ...news("next", 320), seenAt: 320 };
    const plan = planFor({ ...input, news: { email: older }, ...given });
    const entry = plan.do === "settle" ? plan.ledger.email : undefined;
    should(entry?.legacy).match({
      print: "next@legacy",
      writes: [{ print: "ours@legacy", late: true }, { echoAt: 320 }],
    });
    const ledger = entry ? { email: entry } : {};
    const echo = ask(news("ours", 390), { ledger });
    should(echo).match({ do: "refuse", heal: true, keep: true, conflicts: [{ winner: "cidaas", ambiguous: true }] });
    const told = planFor({ ...input, news: { email: news("ours", 390) }, ledger, late: {} });
    const after = told.do === "settle" ? told.ledger.email : undefined;
    should(after?.legacy.writes.map((write) => write.print)).eql(["ours@legacy", "next@legacy"]);
    should(ask(news("ours", 395), { ledger: after ? { email: after } : {} })).eql({ do: "nothing" });
  });

  it("is still known by the ledger when a second look comes before its value has been replaced", () => {
    const late = { ...LATE, print: "ours@cidaas", late: true as const };
    const known = { ...next, cidaas: { ...next.cidaas, writes: [late] } };
    const look = { source: "ours@cidaas", target: "ours@legacy", span: null };
    const verdict = ask(look, { source: "cidaas", ledger: { email: known } });
    should(verdict).containEql({ do: "refuse", heal: true, keep: true });
    should(verdict).not.have.property("late");
    const others = { ...look, source: "theirs@cidaas", target: "theirs@legacy" };
    should(ask(others, { source: "cidaas", ledger: { email: known } }).do).equal("write");
  });

  it("is written over by what is brought back", () => {
    const late = { ...LATE, print: "ours@cidaas", late: true as const };
    const known = { ...AGREED, cidaas: { ...AGREED.cidaas, writes: [late] } };
    const target = read("ours", 900);
    should(ask(news("theirs", 500), { ledger: { email: known }, target })).eql({
      do: "write",
      conflicts: [],
      heal: false,
    });
    should(ask(news("theirs", 500), { target })).containEql({ do: "refuse" });
  });

  it("is recorded as what it has cost where it was taken for an edit, and brought on", () => {
    const accepted = written({ ...next, cidaas: { ...next.cidaas, editAt: 290 } }, cameFrom("legacy", "ours", 390), {
      at: 420,
      until: 430,
    });
    const verdict = ask(news("ours", 390), { ledger: { email: accepted }, late: { email: LATE } });
    should(verdict).match({
      do: "remember",
      conflicts: [
        { winner: "legacy", cidaasTime: 290, legacyTime: 390, ambiguous: true },
        { winner: "cidaas", cidaasTime: 150, legacyTime: null, ambiguous: true },
      ],
    });
    should(ask(news("ours", 390), { ledger: { email: accepted } })).eql({ do: "nothing" });
    // The first record that comes once it is known may be one of before it.
    const older = { ...news("older", 200), seenAt: 200 };
    const edited = { ...accepted, legacy: { ...accepted.legacy, editAt: 390 } };
    should(ask(older, { ledger: { email: edited }, late: { email: LATE } })).match({
      do: "seen",
      conflicts: [{ winner: "legacy" }, { winner: "cidaas" }],
    });
  });

  it("is brought where it was found first, and the other side holds something else still", () => {
    const brought = written(next, cameFrom("cidaas", "next", 390), { at: 420, until: 430 });
    const found = { ...brought, cidaas: { ...brought.cidaas, print: "ours@cidaas" } };
    const late = { email: { ...LATE, print: "ours@cidaas" } };
    const given = { source: "cidaas" as const, ledger: { email: found }, late, force: ["email"] };
    const look = { source: "ours@cidaas", target: "ours@legacy", span: null };
    should(ask(look, given)).match({ do: "write" });
    should(ask(look, { ...given, late: {} })).match({ do: "write" });
  });

  it("is recorded as what it has cost its own side where the value it replaced came from there", () => {
    const own = written(AGREED, cameFrom("legacy", "next", 290), { at: 300, until: 340 });
    const accepted = written(own, cameFrom("legacy", "ours", 390), { at: 420, until: 430 });
    should(ask(news("ours", 390), { ledger: { email: accepted }, late: { email: LATE } })).match({
      do: "remember",
      conflicts: [{ winner: "cidaas", cidaasTime: 150, legacyTime: 290, ambiguous: true }],
    });
  });

  it("is recorded, too, where the target held still what it carried: it has cost its own side what nobody had seen", () => {
    const late = { ...LATE, print: "ours@cidaas", editAt: 150 };
    const held = remembered(null, cameFrom("legacy", "ours", 150));
    const edited = { ...held, cidaas: { ...held.cidaas, print: "old@cidaas" } };
    const accepted = written(edited, cameFrom("cidaas", "ours", 390), { at: 420, until: 430 });
    const look = { source: "ours@cidaas", target: "ours@legacy", span: at(390) };
    should(ask(look, { source: "cidaas", ledger: { email: accepted }, late: { email: late } })).match({
      do: "remember",
      conflicts: [{ winner: "legacy", cidaasTime: null, legacyTime: 150, ambiguous: true }],
    });
  });

  it("is any that only its own process knows of", () => {
    const ours = cameFrom("cidaas", "ours", 150);
    const settled = { email: written(AGREED, ours, { at: 200, until: 400 }), other: next };
    should(lateWrites(settled, { email: next, other: next }, "legacy")).eql({ email: LATE });
    should(lateWrites(settled, settled, "legacy")).eql({});
  });

  it("takes the place of an older one of its rule, and none leaves no trace in a change", () => {
    const newer = { ...LATE, at: 600 };
    should(mergeLate({ email: LATE, other: LATE }, { email: newer })).eql({ late: { email: newer, other: LATE } });
    should(mergeLate(undefined, {})).eql({});
  });
});
