import should from "should";
import { remembered, written } from "../../../lib/sync/ledger";
import type { LedgerEntry, Write } from "../../../lib/sync/types";
import { AGREED, ask, at, cameFrom, news, read } from "./asking";

describe("decide, with stale news", () => {
  /** At time 300 we wrote the value "ours" to the legacy system, which carried an edit of time 250. */
  const covered = written(AGREED, cameFrom("cidaas", "ours", 250), { at: 300, until: 340 });
  const ledger = { email: covered };
  /** The same with more known of that write. */
  const echoed = (members: Partial<Write>): LedgerEntry => {
    const writes = covered.legacy.writes.map((write) => ({ ...write, ...members }));
    return { ...covered, legacy: { ...covered.legacy, writes } };
  };
  /** And at time 400 the value "next". */
  const twice = written(covered, cameFrom("cidaas", "next", 350), { at: 400, until: 410 });

  it("makes a user with an edit that our write covered, and brings that back to where it was covered", () => {
    const edit = { ...news("edit", 290), state: "covered" as const };
    should(ask(edit, { ledger, target: { state: "absent" } })).match({
      do: "write",
      heal: true,
      conflicts: [{ winner: "legacy", cidaasTime: 250, legacyTime: 290, ambiguous: true }],
    });
  });

  it("drops a late echo of an older write of ours", () => {
    should(ask(news("ours", 310), { ledger: { email: twice } })).eql({ do: "seen", at: 310 });
  });

  it("drops it, too, where a later record of the same value was taken for that echo before", () => {
    const [last, first] = twice.legacy.writes;
    const writes = last && first ? [last, { ...first, echoAt: 345 }] : [];
    const later = { ...twice, legacy: { ...twice.legacy, writes } };
    for (const time of [295, 310, 345])
      should(ask(news("ours", time), { ledger: { email: later } })).eql({ do: "seen", at: time });
    should(ask({ ...news("ours", 310), seenAt: 345 }, { ledger: { email: later } })).eql({ do: "seen", at: 345 });
  });

  it("takes the value of an older write for an edit where the echo of the newer one came before it", () => {
    const [last, first] = twice.legacy.writes;
    const at = (echoAt: number) => {
      const writes = last && first ? [{ ...last, echoAt }, first] : [];
      return ask(news("ours", 345), { ledger: { email: { ...twice, legacy: { ...twice.legacy, writes } } } });
    };
    should(at(346)).eql({ do: "seen", at: 345 });
    should(at(344)).match({ do: "refuse", conflicts: [{ rule: "email" }] });
  });

  it("does not know whether our write or a person replaced an edit, where the echo is known only by a record of before the write", () => {
    const seenLater = (echoAt: number): LedgerEntry => {
      const { fingerprint, cidaas, legacy } = echoed({ echoAt });
      return { fingerprint, cidaas, legacy: { ...legacy, seenAt: 900 } };
    };
    should(ask(news("unseen", 296), { ledger: { email: seenLater(295) } })).match({
      do: "refuse",
      conflicts: [{ winner: "cidaas", cidaasTime: 250, legacyTime: 296, ambiguous: true }],
    });
    should(ask(news("unseen", 345), { ledger: { email: seenLater(295) } })).match({ do: "seen" });
    should(ask(news("unseen", 330), { ledger: { email: seenLater(320) } })).match({ do: "seen" });
  });

  it("knows an echo by its value though the clock of that side counts in seconds", () => {
    should(ask(news("ours", 295), { ledger: { email: twice } })).eql({ do: "seen", at: 295 });
  });

  it("knows what stood there before an older write of ours", () => {
    should(ask(news("old", 260), { ledger: { email: twice } })).eql({ do: "seen", at: 260 });
    should(ask(news("old", 390), { ledger: { email: twice } }).do).equal("write");
  });

  it("drops the value that stood there before our write", () => {
    should(ask(news("old", 90), { ledger })).eql({ do: "seen", at: 90 });
  });

  it("takes that value for an edit where a person is known to have set it again before our write", () => {
    const again = { ...news("old", 290), state: "restored" as const };
    should(ask(again, { ledger })).containEql({ do: "write", heal: true });
  });

  it("settles an edit that our write covered by the times of the two edits", () => {
    const later = ask(news("unseen", 290), { ledger });
    should(later).containEql({ do: "write", heal: true });
    const earlier = ask(news("unseen", 200), { ledger });
    should(earlier).containEql({ do: "refuse", heal: true, keep: true });
  });

  describe("of an edit made while our write was on its way", () => {
    const accepted = (time: number) => ({
      email: remembered(covered, cameFrom("legacy", "unseen", time)),
    });

    it("takes what waited with the echo for covered, though it is younger than the sending", () => {
      const won = ask({ ...news("unseen", 320), state: "covered" }, { ledger });
      should(won).containEql({ do: "write", heal: true });
      const tied = ask({ ...news("unseen", 320), state: "covered" }, { ledger, clockTolerance: 100 });
      should(tied).containEql({ do: "refuse", heal: true, keep: true });
    });

    it("takes it for an edit though it is the value of an older write of ours, where a person is known to have set it again", () => {
      const again = { ...news("ours", 390), state: "covered" as const };
      should(ask(again, { ledger: { email: twice } })).containEql({ do: "write", heal: true });
    });

    describe("and of the target at that time", () => {
      const won = { ...news("unseen", 320), state: "covered" as const };
      const rival = { span: at(500), prints: null };

      it("looks at the target where a change waits there", () => {
        should(ask(won, { ledger, rival })).eql({ do: "read" });
      });

      it("does not write over what somebody set there later", () => {
        const verdict = ask(won, { ledger, rival, target: read("third", 500) });
        should(verdict).containEql({ do: "refuse", heal: true });
        should(verdict.do === "refuse" && verdict.conflicts[0]).containEql({ winner: "cidaas", cidaasTime: 500 });
      });

      it("writes over what stood there before, and over what our write had brought from there", () => {
        should(ask(won, { ledger, rival, target: read("ours", 250) })).containEql({ do: "write", heal: true });
        const intent = {
          side: "legacy" as const,
          create: false,
          at: 300,
          identifiers: [],
          rules: { email: { source: "ours@cidaas", target: "ours@legacy", editAt: 250 } },
          conflicts: [],
          heal: [],
        };
        should(ask(won, { intent, rival, target: read("ours", 250) })).containEql({ do: "write", heal: true });
      });

      it("records that the target was edited later, though it holds what was agreed", () => {
        const verdict = ask(won, { ledger, rival, target: read("ours", 500) });
        should(verdict).containEql({ do: "write", heal: true });
        should(verdict.do === "write" && verdict.conflicts).match([
          { cidaasTime: 250, ambiguous: false },
          { cidaasTime: 500, ambiguous: true },
        ]);
      });

      it("has the value brought back to where it was covered, if the target holds it", () => {
        const verdict = ask(won, { ledger, rival, target: read("unseen", 500) });
        should(verdict).containEql({ do: "refuse", heal: true, keep: true });
      });
    });

    it("does not force a value that was covered", () => {
      const verdict = ask({ ...news("unseen", 200), state: "covered" }, { ledger, force: ["email"] });
      should(verdict).containEql({ do: "refuse", heal: true });
    });

    it("learns from the echo that an edit taken already was covered, and lets it win by its time", () => {
      const verdict = ask(news("ours", 330), { ledger: accepted(320) });
      should(verdict).containEql({ do: "refuse", heal: true, keep: true });
      should(verdict.do === "refuse" && verdict.conflicts[0]).containEql({ winner: "legacy", legacyTime: 320 });
    });

    it("knows the echo of a write whose covered edit is settled already", () => {
      const settled = accepted(290);
      should(ask(news("ours", 330), { ledger: settled })).eql({ do: "nothing" });
      should(ask(news("ours", 330), { ledger: settled, force: ["email"] }).do).equal("write");
    });

    it("lets the write win where the clocks cannot tell, and writes its value back", () => {
      const verdict = ask(news("ours", 330), { ledger: accepted(320), clockTolerance: 100 });
      should(verdict).containEql({ do: "write", heal: false });
      should(verdict.do === "write" && verdict.conflicts[0]).containEql({ winner: "cidaas", ambiguous: true });
    });

    it("records what its write has cost, though the target holds the value of that write already", () => {
      const both = { ...accepted(320).email, cidaas: covered.cidaas };
      const verdict = ask(news("ours", 330), { ledger: { email: both }, clockTolerance: 100 });
      should(verdict).containEql({ do: "remember", target: "ours@cidaas" });
      should(verdict.do === "remember" && verdict.conflicts).match([{ winner: "cidaas", legacyTime: 320 }]);
    });

    it("takes a value that a person set again for no echo, however soon", () => {
      const settled = accepted(290);
      should(ask(news("ours", 330), { ledger: settled })).eql({ do: "nothing" });
      should(ask({ ...news("ours", 330), state: "restored" }, { ledger: settled }).do).equal("write");
    });

    it("takes no echo for one that covered an edit made after it", () => {
      should(ask(news("ours", 330), { ledger: accepted(345) })).eql({ do: "seen", at: 330 });
    });

    it("takes the same value, set by a person long after our write, for an edit", () => {
      should(ask(news("ours", 500), { ledger: accepted(320) }).do).equal("write");
    });

    it("takes the value agreed before for an edit where it was set again after our unsettled write", () => {
      const again = { ...news("old", 330), state: "restored" as const };
      const given = { target: read("ours"), rival: { span: at(250), prints: null } };
      should(ask(again, given).do).equal("write");
      should(ask(news("old", 330), given)).eql({ do: "nothing" });
    });

    it("knows the echo of a write whose outcome is still open", () => {
      const intent = {
        side: "legacy" as const,
        create: false,
        at: 400,
        identifiers: [],
        rules: { email: { source: "next@cidaas", target: "next@legacy", editAt: 390 } },
        conflicts: [],
        heal: [],
      };
      const verdict = ask(news("next", 430), { ledger: accepted(420), intent });
      should(verdict).containEql({ do: "refuse", heal: true, keep: true });
    });
  });

  it("takes what stood there before our write for an edit, covered or overtaken, after a record that showed our value already", () => {
    const verdict = ask(news("old", 320), { ledger: { email: echoed({ echoAt: 330, shownAt: 295 }) } });
    should(verdict).containEql({ do: "refuse", heal: true, keep: true });
    should(verdict).match({ conflicts: [{ winner: "cidaas", legacyTime: 320, cidaasTime: 250, ambiguous: true }] });
    should(ask(news("old", 320), { ledger: { email: echoed({ echoAt: 330 }) } })).eql({ do: "seen", at: 320 });
  });

  it("learns from a value that is gone that a person has set the agreed one again", () => {
    const seen = { ...AGREED, legacy: { ...AGREED.legacy, seenAt: 500 } };
    should(ask(news("between", 400), { ledger: { email: seen } })).eql({ do: "seen", at: 400, setAt: 500 });
    should(ask({ ...news("old", 400), seenAt: 400 }, { ledger: { email: seen } })).eql({ do: "seen", at: 400 });
  });

  describe("of the very time at which another record has shown what was agreed", () => {
    it("has the value written to both sides, since nobody knows which of them the legacy system holds", () => {
      const accepted = remembered(AGREED, cameFrom("legacy", "one", 500));
      const verdict = ask(news("other", 500), { ledger: { email: accepted } });
      should(verdict).match({
        do: "write",
        heal: true,
        conflicts: [{ winner: "cidaas", legacyTime: 500, ambiguous: true }],
      });
      should(ask(news("other", 501), { ledger: { email: accepted } })).match({ heal: false, conflicts: [] });
    });

    it("does so too where that was the echo of our write, and records what the write has carried", () => {
      const verdict = ask(news("other", 330), { ledger: { email: echoed({ echoAt: 330 }) } });
      should(verdict).match({
        do: "write",
        heal: true,
        conflicts: [{ winner: "legacy", cidaasTime: 250, ambiguous: true }],
      });
      should(ask(news("other", 331), { ledger: { email: echoed({ echoAt: 330 }) } })).match({ heal: false });
    });
  });

  describe("of what stood there before our write, dated so soon after it that a clock may be ahead", () => {
    it("brings it, and records that this may have been wrong", () => {
      const verdict = ask(news("old", 345), { ledger });
      should(verdict).containEql({ do: "write", heal: false });
      should(verdict).match({ conflicts: [{ winner: "legacy", cidaasTime: 250, legacyTime: 345, ambiguous: true }] });
    });

    it("has no doubt where the clocks can tell, or the echo did", () => {
      should(ask(news("old", 351), { ledger })).match({ do: "write", conflicts: [] });
      should(ask(news("old", 345), { ledger: { email: echoed({ echoAt: 344 }) } })).match({
        do: "write",
        conflicts: [],
      });
      should(ask({ ...news("old", 345), state: "restored" }, { ledger })).match({ do: "write", conflicts: [] });
    });
  });

  it("says that a person may have set the value of a write that was only found, which a covered edit is brought back over", () => {
    const lost = (members: Partial<Write>) => {
      const verdict = ask({ ...news("unseen", 320), state: "covered" }, { ledger: { email: echoed(members) } });
      return verdict.do === "write" ? verdict.conflicts : [];
    };
    should(lost({ found: true, echoAt: 330 })).match([
      { winner: "legacy", legacyTime: 320, cidaasTime: 250 },
      { winner: "cidaas", legacyTime: 330, cidaasTime: null, ambiguous: true },
    ]);
    should(lost({ echoAt: 330 })).have.length(1);
    should(lost({ found: true })).have.length(1);
    should(lost({ shownAt: 325, echoAt: 330 })).match({ 1: { winner: "cidaas", legacyTime: 325, ambiguous: true } });
    should(lost({ shownAt: 315, echoAt: 330 })).have.length(1);
    const seen = echoed({ found: true });
    const later = { ...seen, legacy: { ...seen.legacy, seenAt: 900 } };
    should(ask({ ...news("unseen", 320), state: "covered" }, { ledger: { email: later } })).match({
      conflicts: { 1: { winner: "cidaas", legacyTime: 900 } },
    });
  });

  it("records what a write has carried that may have come after an edit accepted over it, though we wrote again since", () => {
    const accepted = remembered(echoed({ echoAt: 305 }), cameFrom("legacy", "edit", 335));
    const again = written(accepted, cameFrom("cidaas", "edit", 335), { at: 400, until: 410 });
    const verdict = ask(news("ours", 345), { ledger: { email: again } });
    should(verdict).match({ do: "refuse", conflicts: { 1: { winner: "legacy", cidaasTime: 250, legacyTime: 335 } } });
    const before = written(covered, cameFrom("cidaas", "edit", 335), { at: 400, until: 410 });
    should(ask(news("unseen", 345), { ledger: { email: before } }))
      .have.property("conflicts")
      .of.length(1);
  });

  it("records an edit no second time that was brought to the target already, and only brings the winner back", () => {
    const edit = { print: "edit@cidaas", before: "ours@cidaas", at: 400, until: 410, editAt: 320 };
    const brought = { ...covered, cidaas: { print: "edit@cidaas", editAt: 250, writes: [edit] } };
    const again = { ...news("edit", 320), state: "covered" as const };
    should(ask(again, { ledger: { email: brought } })).eql({ do: "refuse", conflicts: [], heal: true, keep: true });
    const other = { ...brought, cidaas: { ...brought.cidaas, writes: [{ ...edit, editAt: 310 }] } };
    should(ask(again, { ledger: { email: other } })).match({ conflicts: [{ rule: "email" }] });
  });

  it("finds nothing new in an older value that arrives after a newer one was taken", () => {
    const newer = remembered(AGREED, cameFrom("legacy", "newer", 800));
    should(ask(news("between", 700), { ledger: { email: newer } })).eql({ do: "seen", at: 700 });
  });
});
