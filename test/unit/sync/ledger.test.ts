import should from "should";
import type { RulePolicy } from "../../../lib/sync/decision";
import { editedAt, emptied, remembered, seenAgain, written } from "../../../lib/sync/ledger";
import { ledgerProvenBy } from "../../../lib/sync/plan";
import { createPrinter } from "../../../lib/sync/prints";
import type { Intent } from "../../../lib/sync/types";

const agreed = (value: string, editAt: number) =>
  ({ fingerprint: "f", side: "cidaas", source: `${value}@cidaas`, target: `${value}@legacy`, editAt }) as const;

describe("the ledger", () => {
  it("takes the time of an edit that our write has carried for none of the side it was carried to", () => {
    const ours = { fingerprint: "f", side: "cidaas" as const, source: "a@cidaas", target: "a@legacy", editAt: 500 };
    const entry = written(null, ours, { at: 100, until: 104 });
    const shown = { ...ours, side: "legacy" as const, source: "a@legacy", target: "a@cidaas" };
    should(remembered(entry, shown).legacy.editAt).be.null();
    should(remembered(entry, { ...shown, editAt: 501 }).legacy.editAt).equal(501);
  });

  it("keeps the last four writes, newest first, with the edit each carried", () => {
    const entry = [1, 2, 3, 4, 5].reduce(
      (previous: ReturnType<typeof remembered> | null, n) =>
        written(previous, agreed(`v${n}`, n), { at: n * 10, until: n * 10 + 1 }),
      null,
    );
    should(entry?.legacy.writes.map((write) => [write.print, write.at, write.editAt])).eql([
      ["v5@legacy", 50, 5],
      ["v4@legacy", 40, 4],
      ["v3@legacy", 30, 3],
      ["v2@legacy", 20, 2],
    ]);
    should(entry?.legacy.writes.map(({ before }) => before)).eql(["v4@legacy", "v3@legacy", "v2@legacy", "v1@legacy"]);
  });

  it("forgets with the next write what was dismissed after the last one", () => {
    const first = written(remembered(null, agreed("a", 1)), agreed("b", 5), { at: 10, until: 11 });
    const shown = { side: "legacy", source: "a@legacy", at: 12 } as const;
    const dismissed = seenAgain(first, shown, 5) ?? first;
    should(dismissed.legacy.dismissedAt).equal(12);
    should(written(dismissed, agreed("c", 20), { at: 30, until: 31 }).legacy).not.have.property("dismissedAt");
  });

  it("knows that a user whom a write has made anew has no more than that write", () => {
    const entry = remembered(null, agreed("a", 1));
    const { name, mail } = emptied({ name: entry, mail: entry }, "legacy", ["name"], { at: 10, until: 11 });
    should(mail).equal(entry);
    should(name?.cidaas).equal(entry.cidaas);
    should(name?.legacy).match({ print: "", writes: [{ print: "", before: "a@legacy", at: 10, until: 11 }] });
  });

  it("knows when a person has set what was agreed already, and needs no sight of it from before that", () => {
    const entry = remembered(null, { ...agreed("a", 9), seenAt: 20 });
    should(editedAt(entry, "cidaas", 20).cidaas)
      .match({ print: "a@cidaas", editAt: 20 })
      .not.have.property("seenAt");
    should(editedAt(entry, "cidaas", 15).cidaas).match({ editAt: 15, seenAt: 20 });
    should(editedAt(entry, "cidaas", 5).cidaas).match({ editAt: 9, seenAt: 20 });
  });

  it("never goes back to an older edit time", () => {
    const entry = remembered(remembered(null, agreed("a", 9)), agreed("b", 5));
    should(entry.cidaas.editAt).equal(9);
  });
});

describe("an open intent", () => {
  const policy = (id: string): RulePolicy => ({
    id,
    fingerprint: "f",
    direction: "both",
    conflict: "newest",
    write: "always",
    secret: id === "hash",
  });
  const intent: Intent = {
    side: "cidaas",
    create: true,
    at: 70,
    identifiers: [],
    conflicts: [],
    heal: [],
    rules: {
      email: { source: "e@legacy", target: "e@cidaas", editAt: 60 },
      hash: { source: "h@legacy", target: "h@cidaas", editAt: 60 },
    },
  };

  const SOON = { now: 75, flightMs: 30 };

  it("takes a proven write to have taken effect within the flight, however late it is proven", () => {
    const until = (now: number) =>
      ledgerProvenBy(intent, {}, { email: "e@cidaas" }, [policy("email")], { now, flightMs: 30 }).email?.cidaas
        .writes[0]?.until;
    should([until(75), until(500)]).eql([75, 100]);
  });

  it("takes a create that is overtaken for no proof of what its user holds", () => {
    const rules = Object.fromEntries(
      Object.entries(intent.rules).map(([rule, one]) => [rule, { ...one, overtaken: true as const }]),
    );
    should(
      ledgerProvenBy({ ...intent, rules }, {}, { email: "e@cidaas" }, [policy("email"), policy("hash")], SOON),
    ).eql({});
  });

  it("proves what the target holds, and of a create also what cannot be read back", () => {
    const proven = ledgerProvenBy(intent, {}, { email: "e@cidaas" }, [policy("email"), policy("hash")], SOON);
    should(proven.email?.cidaas.print).equal("e@cidaas");
    should(proven.hash?.cidaas.writes[0]?.at).equal(70);
  });

  it("proves all of an update by two rules that it has changed, whatever the others hold by now", () => {
    const rules = ["email", "city", "hash"];
    const before = Object.fromEntries(
      rules.map((rule) => [rule, remembered(null, { ...agreed("old", 1), side: "legacy" as const })]),
    );
    const written = { source: "c@legacy", target: "c@cidaas", editAt: 60 };
    const update: Intent = { ...intent, create: false, rules: { ...intent.rules, city: written } };
    const proven = (present: Record<string, string>) => {
      const ledger = ledgerProvenBy(update, before, present, rules.map(policy), SOON);
      return rules.filter((rule) => ledger[rule] !== before[rule]);
    };
    should(proven({ email: "e@cidaas", city: "c@cidaas", hash: "other" })).eql(rules);
    should(proven({ email: "e@cidaas", city: "other", hash: "other" })).eql(["email"]);
  });

  it("takes no rule with a call of its own for written, or for a proof of the others", () => {
    const rules = ["email", "city", "hash"];
    const before = Object.fromEntries(
      rules.map((rule) => [rule, remembered(null, { ...agreed("old", 1), side: "legacy" as const })]),
    );
    const city = { source: "c@legacy", target: "c@cidaas", editAt: 60 };
    const proven = (apart: string, present: Record<string, string>) => {
      const intended: Intent["rules"] = { ...intent.rules, city };
      const own = intended[apart];
      if (own) intended[apart] = { ...own, apart: true };
      const update: Intent = { ...intent, create: false, rules: intended };
      const ledger = ledgerProvenBy(update, before, present, rules.map(policy), SOON);
      return rules.filter((rule) => ledger[rule] !== before[rule]);
    };
    should(proven("hash", { email: "e@cidaas", city: "c@cidaas", hash: "other" })).eql(["email", "city"]);
    should(proven("city", { email: "e@cidaas", city: "c@cidaas", hash: "other" })).eql(["email", "city"]);
  });

  it("proves nothing of an update that the target does not show", () => {
    const before = { email: remembered(null, { ...agreed("old", 1), side: "legacy" as const }) };
    const update = { ...intent, create: false };
    should(ledgerProvenBy(update, before, { email: "old@legacy" }, [policy("email")], SOON)).eql(before);
  });
});

describe("prints", () => {
  const printer = createPrinter(Buffer.alloc(32, 1));

  it("differ by rule, side and key", () => {
    const other = createPrinter(Buffer.alloc(32, 2));
    const prints = [
      printer.value("a", "cidaas", "x"),
      printer.value("b", "cidaas", "x"),
      printer.value("a", "legacy", "x"),
      other.value("a", "cidaas", "x"),
    ];
    should(new Set(prints).size).equal(4);
  });

  it("give the empty text for no value, and the same text for the same value", () => {
    should(printer.value("a", "cidaas", "")).equal("");
    should(printer.value("a", "cidaas", "x")).equal(printer.value("a", "cidaas", "x"));
  });
});
