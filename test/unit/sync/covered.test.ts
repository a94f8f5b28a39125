import should from "should";
import { learnedFrom, mergeCarried, uncover } from "../../../lib/sync/covered";
import { remembered, written } from "../../../lib/sync/ledger";
import type { CarriedRule, Intent, Ledger } from "../../../lib/sync/types";
import { heldAt } from "../../../lib/sync/writes";

const carried = (source: string, at: number | null): CarriedRule => ({ at, source, values: [source] });

describe("heldAt", () => {
  it("knows nothing of what our write made of a side once an edit was accepted after it", () => {
    const write = { print: "ours", before: "old", at: 100, until: 104, editAt: 90 };
    const own = { print: "edit", editAt: 200, writes: [write] };
    should(heldAt(own, 99)).eql(["old"]);
    should(heldAt(own, 102)).eql(["ours", "edit", "old"]);
    should(heldAt(own, 150)).eql(["ours", "edit"]);
    should(heldAt(own, 250)).eql(["edit"]);
  });

  it("knows what a write showed before its likely echo, up to another write that came between", () => {
    const older = { print: "ours", before: "old", at: 100, until: 104, editAt: 90 };
    const write = { print: "edit", before: "edit", at: 200, until: 204, editAt: 80, shownAt: 95, echoAt: 201 };
    const own = { print: "edit", editAt: 80, writes: [write, older] };
    should(heldAt(own, 97)).eql(["edit"]);
    should(heldAt(own, 102)).containEql("ours");
  });
});

describe("uncover", () => {
  const agreed = { fingerprint: "f", side: "cidaas" as const, source: "old@cidaas", target: "old", editAt: 1 };
  const before = remembered(null, agreed);
  /** We wrote "ours" to the legacy system at time 100, carrying an edit of time 90. */
  const ledger = {
    city: written(before, { ...agreed, source: "ours@cidaas", target: "ours", editAt: 90 }, { at: 100, until: 104 }),
  };
  /** And "newer" at time 200. */
  const twice = {
    city: written(
      ledger.city,
      { ...agreed, source: "n@cidaas", target: "newer", editAt: 190 },
      { at: 200, until: 204 },
    ),
  };
  const newest = (...values: CarriedRule[]) => ({ city: values.reduce((a, b) => mergeCarried(a, b)) });
  const sourceOf = (rules: Record<string, { source: string }>) => rules.city?.source;

  it("brings back an edit that our write covered, and whose event was merged with the echo", () => {
    const rules = newest(carried("edit", 95), carried("ours", 101));
    should(sourceOf(uncover(rules, "legacy", ledger, null, 0))).equal("edit");
    should(uncover(rules, "legacy", ledger, null, 0).city?.values).eql(["edit"]);
  });

  it("brings it back too where the value of our write is shown once more long after it", () => {
    const rules = newest(carried("edit", 95), carried("ours", 300));
    should(uncover(rules, "legacy", ledger, null, 10).city).containEql({ source: "edit", state: "covered" });
  });

  it("brings it back too where the echo of another write came between", () => {
    const rules = newest(carried("edit", 95), carried("ours", 101), carried("newer", 201));
    should(uncover(rules, "legacy", twice, null, 0).city).containEql({ source: "edit", state: "covered" });
  });

  it("doubts it where the write was held up, or never answered, and its value seen twice", () => {
    const { city } = ledger;
    for (const flight of [{ until: 5_101 }, { until: 500, found: true as const }]) {
      const writes = city.legacy.writes.map((write) => ({ ...write, ...flight }));
      const held = { city: { ...city, legacy: { ...city.legacy, writes } } };
      const once = newest(carried("edit", 150), carried("ours", 300));
      should(uncover(once, "legacy", held, null, 0).city).containEql({ source: "edit", state: "covered" });
      const twice = newest(carried("edit", 150), carried("ours", 300), carried("ours", 400));
      should(uncover(twice, "legacy", held, null, 0).city).containEql({ source: "edit", state: "doubtful" });
    }
  });

  it("doubts the value of our write, seen after an edit soon after that write, where we have written that edit's value since", () => {
    const again = written(
      ledger.city,
      { ...agreed, source: "edit@cidaas", target: "edit", editAt: 190 },
      { at: 400, until: 404 },
    );
    const rules = newest(carried("ours", 101), carried("edit", 109), carried("ours", 114));
    should(uncover(rules, "legacy", { city: again }, null, 10).city).containEql({ source: "ours", state: "doubtful" });
    should(uncover(rules, "legacy", ledger, null, 10).city).containEql({ source: "edit", state: "doubtful" });
    const later = newest(carried("ours", 101), carried("edit", 109), carried("ours", 115));
    should(uncover(later, "legacy", ledger, null, 10).city).containEql({ source: "ours", at: 115, state: "restored" });
    const unseen = newest(carried("edit", 109), carried("ours", 115));
    should(uncover(unseen, "legacy", ledger, null, 10).city).containEql({ source: "edit", state: "doubtful" });
  });

  it("brings back no edit that is older than one that was taken from the same side already", () => {
    const legacy = { ...ledger.city.legacy, print: "taken", editAt: 97 };
    const brought = (time: number) =>
      uncover(
        newest(carried("edit", time), carried("ours", 101)),
        "legacy",
        { city: { ...ledger.city, legacy } },
        null,
        0,
      );
    should(brought(98).city).containEql({ source: "edit", state: "covered" });
    should(brought(96).city).eql({ ...carried("ours", 101), earlier: [carried("edit", 96)] });
  });

  it("leaves what a person edited after our write", () => {
    const rules = newest(carried("edit", 95), carried("ours", 101), carried("later", 120));
    should(sourceOf(uncover(rules, "legacy", ledger, null, 0))).equal("later");
  });

  it("sees that a person has changed the value and changed it back", () => {
    const rules = uncover(newest(carried("edit", 110), carried("ours", 120)), "legacy", ledger, null, 0);
    should(rules.city).containEql({ source: "ours", state: "restored" });
    const echo = uncover(newest(carried("old", 99), carried("ours", 120)), "legacy", ledger, null, 0);
    should(echo.city?.state).be.undefined();
  });

  it("dates a value that was seen before our write and after it from after it", () => {
    const rules = uncover(newest(carried("old", 95), carried("old", 130)), "legacy", ledger, null, 0);
    should(rules.city?.at).equal(130);
    const edited = uncover(newest(carried("edit", 110), carried("edit", 130)), "legacy", ledger, null, 0);
    should(edited.city?.at).equal(110);
  });

  it("dates a value from its later sight where another one was seen in between", () => {
    const seen = { city: { ...ledger.city, legacy: { ...ledger.city.legacy, seenAt: 120 } } };
    const between = (last: number) =>
      uncover(newest(carried("edit", 110), carried("edit", last)), "legacy", seen, null, 0);
    should([119, 130].map((last) => between(last).city?.at)).eql([110, 130]);
  });

  it("brings back a value that was covered when it was set again, though it waited from before an older write", () => {
    const rules = newest(carried("old", 95), carried("old", 150), carried("newer", 201));
    should(uncover(rules, "legacy", twice, null, 0).city).containEql({ source: "old", state: "covered" });
    const once = newest(carried("old", 95), carried("newer", 201));
    should(uncover(once, "legacy", twice, null, 0).city).containEql({ source: "newer" });
  });

  describe("where our write had covered an edit, and that edit was brought back", () => {
    const edit = { ...agreed, side: "legacy" as const, source: "edit", target: "edit@cidaas", editAt: 80 };
    const back = { ...agreed, source: "edit@cidaas", target: "edit", editAt: 80 };
    const { fingerprint, cidaas, legacy } = remembered(ledger.city, edit);
    const writes = legacy.writes.map((write) => ({ ...write, echoAt: 101 }));
    const healed = {
      city: written({ fingerprint, cidaas, legacy: { ...legacy, writes } }, back, { at: 200, until: 204 }),
    };
    const again = [carried("other", 90), carried("edit", 95)];

    it("knows by a record of before our write that a person had set the same value again", () => {
      const rules = newest(...again, carried("edit", 201));
      should(sourceOf(uncover(rules, "legacy", healed, null, 0))).equal("edit");
    });

    it("does not take that record for the echo of what was written last", () => {
      should(sourceOf(uncover(newest(...again), "legacy", healed, null, 200))).equal("edit");
    });
  });

  it("takes neither the value that our write replaced nor an earlier write for an edit", () => {
    should(sourceOf(uncover(newest(carried("old", 95), carried("ours", 101)), "legacy", ledger, null, 0))).equal(
      "ours",
    );
    should(sourceOf(uncover(newest(carried("ours", 101), carried("newer", 201)), "legacy", twice, null, 0))).equal(
      "newer",
    );
  });

  const intent: Intent = {
    side: "legacy",
    create: false,
    at: 200,
    identifiers: [],
    rules: { city: { source: "n@cidaas", target: "newer", editAt: 190 } },
    conflicts: [],
    heal: [],
  };

  it("knows the echo of a write that is not settled yet", () => {
    const rules = newest(carried("edit", 195), carried("newer", 201));
    should(sourceOf(uncover(rules, "legacy", ledger, intent, 0))).equal("edit");
    should(sourceOf(uncover(newest(carried("ours", 150), carried("newer", 201)), "legacy", ledger, intent, 0))).equal(
      "newer",
    );
  });

  it("sees that a person has set the agreed value again after a write that is not settled yet", () => {
    const rules = newest(carried("newer", 201), carried("ours", 210));
    should(uncover(rules, "legacy", ledger, intent, 0).city?.state).equal("restored");
    should(uncover(newest(carried("ours", 210)), "legacy", ledger, intent, 0).city?.state).be.undefined();
  });

  it("takes a value that a person set again after another one for no echo of an older write, though a newer is unsettled", () => {
    const rules = newest(carried("ours", 101), carried("edit", 150), carried("ours", 160));
    should(uncover(rules, "legacy", ledger, intent, 0).city).containEql({ source: "ours", at: 160, state: "restored" });
  });

  it("takes a value set again after another one that is agreed by now for no echo of the write before", () => {
    const agreedSince = { city: { ...ledger.city, legacy: { ...ledger.city.legacy, print: "other" } } };
    const rules = newest(carried("ours", 101), carried("other", 110), carried("ours", 112));
    should(uncover(rules, "legacy", agreedSince, null, 0).city).containEql({
      source: "ours",
      at: 112,
      state: "restored",
    });
  });

  it("takes what follows an edit for an edit too, though we once wrote that value", () => {
    const rules = newest(carried("ours", 101), carried("edit", 150), carried("ours", 180), carried("newer", 201));
    should(uncover(rules, "legacy", twice, null, 0).city).containEql({ source: "ours", at: 180, state: "covered" });
  });

  it("takes no edit for covered that a person has replaced before our write", () => {
    const replaced = newest(carried("edit", 20), carried("old", 50), carried("ours", 101));
    should(uncover(replaced, "legacy", ledger, null, 0).city).containEql({ source: "old", at: 50, state: "covered" });
    const again = newest(carried("edit", 20), carried("old", 50), carried("other", 150), carried("ours", 160));
    should(uncover(again, "legacy", ledger, null, 0).city).containEql({ source: "ours", at: 160, state: "restored" });
  });

  it("leaves a rule that nothing is known of", () => {
    const rules = newest(carried("edit", 95), carried("ours", 101));
    should(sourceOf(uncover(rules, "legacy", {}, null, 0))).equal("ours");
  });
});

describe("learnedFrom", () => {
  const agreed = { fingerprint: "f", side: "cidaas" as const, source: "ours@cidaas", target: "ours", editAt: 90 };
  /** We wrote "ours" to the legacy system between 100 and 104; the clocks may be apart by 20. */
  const ledger = { city: written(null, agreed, { at: 100, until: 104 }) };
  const both = { city: mergeCarried(carried("ours", 110), carried("edit", 130)) };
  const echoOf = (learned: Ledger) => learned.city?.legacy.writes[0]?.echoAt;

  it("dates our write by its echo, which waited before the edit that the change brings", () => {
    const learned = learnedFrom(both, { city: carried("edit", 130) }, "legacy", ledger, 20);
    should(echoOf(learned)).equal(110);
    should(learned.city?.cidaas).equal(ledger.city.cidaas);
  });

  it("dates it by an echo that came after the edit which the write has covered", () => {
    const rules = { city: mergeCarried(carried("edit", 99), carried("ours", 110)) };
    const brought = uncover(rules, "legacy", ledger, null, 20);
    should(brought.city?.state).equal("covered");
    should(echoOf(learnedFrom(rules, brought, "legacy", ledger, 20))).equal(110);
  });

  it("leaves to decide what the change itself brings", () => {
    const rules = { city: mergeCarried(carried("edit", 99), carried("ours", 110)) };
    should(learnedFrom(rules, { city: carried("ours", 110) }, "legacy", ledger, 20)).eql({});
  });

  it("remembers when the side showed what our write replaced, where that may have been set again", () => {
    const over = remembered(null, { ...agreed, source: "old@cidaas", target: "old" });
    const known = { city: written(over, agreed, { at: 100, until: 160 }) };
    const rules = { city: mergeCarried(carried("old", 130), carried("ours", 150)) };
    const brought = { city: carried("ours", 150) };
    should(learnedFrom(rules, brought, "legacy", known, 20).city?.legacy.dismissedAt).equal(130);
  });

  it("learns nothing from what is no echo, or is known already", () => {
    const brought = { city: carried("edit", 130) };
    const strange = { city: mergeCarried(carried("strange", 110), carried("edit", 130)) };
    should(learnedFrom(strange, brought, "legacy", ledger, 20)).eql({});
    should(learnedFrom(both, brought, "legacy", {}, 20)).eql({});
    const once = learnedFrom(both, brought, "legacy", ledger, 20);
    should(learnedFrom(both, brought, "legacy", once, 20)).eql({});
  });

  it("learns from what lies too far from the write that the value was there then, and no more", () => {
    const learned = learnedFrom(both, { city: carried("edit", 130) }, "legacy", ledger, 5);
    should(learned.city?.legacy).eql({ ...ledger.city.legacy, seenAt: 110 });
  });
});
