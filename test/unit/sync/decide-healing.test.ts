import should from "should";
import { remembered, written } from "../../../lib/sync/ledger";
import { AGREED, ask, at, cameFrom, EMAIL, news } from "./asking";

describe("decide, with the echo of a write over which an edit was accepted", () => {
  /** At time 300 we wrote "ours", and were answered at 30,000; "edit" of time 10,000 was accepted before the echo came. */
  const long = written(AGREED, cameFrom("cidaas", "ours", 250), { at: 300, until: 30_000 });
  const ledger = { email: remembered(long, cameFrom("legacy", "edit", 10_000)) };
  const echo = (time: number) => {
    const verdict = ask({ ...news("ours", time), seenAt: time }, { ledger });
    should(verdict).containEql({ do: "refuse", heal: true });
    return verdict.do === "refuse" ? verdict.conflicts : [];
  };

  it("records that a person may have set the value of a call that was long under way", () => {
    should(echo(11_000)).match([
      { winner: "legacy", legacyTime: 10_000 },
      { winner: "cidaas", legacyTime: 11_000, ambiguous: true },
    ]);
  });

  it("records the edit alone, where the echo came soon after the call", () => {
    const soon = remembered(long, cameFrom("legacy", "edit", 400));
    const verdict = ask({ ...news("ours", 500), seenAt: 500 }, { ledger: { email: soon } });
    should(verdict.do === "refuse" && verdict.conflicts).match([{ winner: "legacy", legacyTime: 400 }]);
    should(verdict.do === "refuse" && verdict.conflicts.length).equal(1);
  });
});

describe("decide, while an edit that our write covered in the legacy system waits to be brought back there", () => {
  /** At time 300 we wrote "ours" there, over "edit" of time 290, which is in cidaas by now. */
  const covering = written(AGREED, cameFrom("cidaas", "ours", 250), { at: 300, until: 310 });
  const entry = written(covering, cameFrom("legacy", "edit", 290), { at: 320, until: 330 });
  const ledger = { email: entry };

  it("takes a later record that shows our value for nobody's edit, such as of another field", () => {
    should(ask(news("ours", 900), { ledger })).eql({ do: "refuse", conflicts: [], heal: true, keep: true });
    should(ask(news("other", 900), { ledger }).do).equal("write");
    should(ask({ ...news("ours", 900), state: "restored" }, { ledger }).do).equal("write");
  });

  it("brings the covered edit back when it comes itself, though it is agreed upon by now", () => {
    const edit = { ...news("edit", 290), state: "covered" as const };
    should(ask(edit, { ledger })).eql({ do: "refuse", conflicts: [], heal: true, keep: true });
  });

  it("takes our value for an edit once the covered one was seen there after our write", () => {
    const seen = { ...entry, legacy: { ...entry.legacy, seenAt: 700 } };
    should(ask(news("ours", 900), { ledger: { email: seen } }).do).equal("write");
  });

  it("takes it for an edit once the covered one was accepted as later than our write", () => {
    const later = written(covering, cameFrom("legacy", "edit", 600), { at: 620, until: 630 });
    should(ask(news("ours", 900), { ledger: { email: later } }).do).equal("write");
  });

  it("takes it for what is to be brought where the edit has lost to what our write carried", () => {
    const verdict = ask(news("ours", 900), { ledger }, { ...EMAIL, conflict: "cidaas" });
    should(verdict.do).equal("write");
  });

  it("brings the edit back though the user was edited since", () => {
    const shown = { source: "edit@cidaas", target: "edit@legacy", span: at(325) };
    const bring = (value: string, restored = false) => {
      const rival = { span: at(900), prints: { email: { print: `${value}@legacy`, at: 900, restored } } };
      return ask(shown, { source: "cidaas", force: ["email"], ledger, rival }).do;
    };
    should(bring("ours")).equal("write");
    should(bring("other")).equal("refuse");
    should(bring("ours", true)).equal("refuse");
  });
});
