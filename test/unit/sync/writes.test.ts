import should from "should";
import type { SideEntry, Write } from "../../../lib/sync/types";
import { heldAt, isReplacedBy, withEcho } from "../../../lib/sync/writes";

const TOLERANCE = 10;

describe("The writes of ours that the ledger knows of", () => {
  const FIRST: Write = { print: "a", before: "old", at: 100, until: 120, editAt: 90 };
  const SECOND: Write = { print: "b", before: "a", at: 200, until: 220, editAt: 190 };
  const own = (members: Partial<SideEntry> = {}): SideEntry => ({
    print: "b",
    editAt: null,
    writes: [SECOND, FIRST],
    ...members,
  });
  const echoes = (entry: SideEntry) => entry.writes.map(({ echoAt }) => echoAt);

  describe("took effect when their likely echo says", () => {
    const seen = (print: string, at: number, entry = own()) => withEcho(entry, print, at, TOLERANCE);

    it("which is a record with their value, no further from their flight than the clocks may be apart", () => {
      should(echoes(seen("b", 205))).eql([205, undefined]);
      should(echoes(seen("a", 130))).eql([undefined, 130]);
      for (const [print, at] of [
        ["b", 231],
        ["b", 189],
        ["other", 205],
      ] as const) {
        const entry = own();
        should(seen(print, at, entry)).equal(entry);
      }
    });

    it("and rather the one that is nearer to the flight, and of two inside it the first", () => {
      should(echoes(seen("b", 212, seen("b", 226)))).eql([212, undefined]);
      should(echoes(seen("b", 226, seen("b", 212)))).eql([212, undefined]);
      should(echoes(seen("b", 204, seen("b", 212)))).eql([204, undefined]);
      should(echoes(seen("b", 216, seen("b", 212)))).eql([212, undefined]);
    });

    it("of one that was never answered the first, since nobody knows how long it was on its way", () => {
      const entry = own({ writes: [{ ...SECOND, until: 900, found: true }] });
      should(echoes(seen("b", 195, seen("b", 400, entry)))).eql([195]);
    });

    it("and may have been shown before that, by a person's edit or by the echo itself", () => {
      const shown = (...times: number[]) => times.reduce((entry, at) => seen("b", at, entry), own()).writes[0];
      for (const times of [
        [195, 210, 205],
        [205, 195, 210],
      ])
        should(shown(...times)).match({ echoAt: 205, shownAt: 195 });
      should(shown(205, 210)).not.have.property("shownAt");
    });

    it("but never in another order than theirs, or before the edit that they replaced", () => {
      const same = own({
        print: "a",
        writes: [
          { ...SECOND, print: "a", before: "x" },
          { ...FIRST, echoAt: 196 },
        ],
      });
      should(echoes(seen("a", 195, same))).eql([undefined, 196]);
      const edited = own({ editAt: 203 });
      should(seen("b", 202, edited)).equal(edited);
      should(echoes(seen("b", 204, edited))).eql([204, undefined]);
    });
  });

  it("replace what is older than their sending, or than their echo", () => {
    should([99, 100].map((time) => isReplacedBy(FIRST, time))).eql([true, false]);
    should([109, 110].map((time) => isReplacedBy({ ...FIRST, echoAt: 110 }, time))).eql([true, false]);
    should(isReplacedBy({ ...FIRST, echoAt: 95 }, 99)).equal(true);
  });

  it("say what their side may have held at any time", () => {
    should(heldAt(own(), 300)).eql(["b", "b"]);
    should(heldAt(own(), 210)).eql(["b", "b", "a"]);
    should(heldAt(own(), 150)).eql(["a", "a"]);
    should(heldAt(own(), 50)).eql(["old"]);
    should(heldAt(own({ writes: [{ ...SECOND, echoAt: 215 }, FIRST] }), 205)).eql(["a", "a"]);
    const shown = own({ writes: [{ ...SECOND, echoAt: 215, shownAt: 195 }, FIRST] });
    should([190, 205].map((time) => heldAt(shown, time))).eql([["a", "a"], ["b"]]);
  });
});
