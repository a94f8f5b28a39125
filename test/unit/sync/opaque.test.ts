import should from "should";
import { emptyChange, mergeChanges } from "../../../lib/sync/change";
import type { RulePolicy } from "../../../lib/sync/decision";
import { remembered, written } from "../../../lib/sync/ledger";
import { opaqueEdits, opaqueTime } from "../../../lib/sync/opaque";
import type { Change, Intent, Ledger, LedgerEntry } from "../../../lib/sync/types";
import { AGREED, ask, HASH, news } from "./asking";

const PASSWORD: RulePolicy = { ...HASH, opaque: { ownTime: true } };
const UNTIMED: RulePolicy = { ...HASH, opaque: { ownTime: false } };

/** The entry after the user set a password in cidaas at that time. */
const changedAt = (time: number, entry: LedgerEntry = AGREED): LedgerEntry => ({
  ...entry,
  cidaas: { ...entry.cidaas, editAt: time },
});

describe("a password set in cidaas", () => {
  const ledger = { hash: changedAt(500) };

  it("loses to a legacy hash that was changed later by its own time", () => {
    should(ask(news("new", 511), { ledger }, PASSWORD)).eql({ do: "write", conflicts: [], heal: false });
  });

  it("wins over a legacy hash that is older, as old within the tolerance, or without a time; the loser is recorded", () => {
    for (const [time, ambiguous] of [
      [400, false],
      [495, true],
      [510, true],
      [null, false],
    ] as const) {
      const verdict = ask(news("new", time), { ledger }, PASSWORD);
      should(verdict).match({ do: "refuse", heal: false, keep: false });
      const conflict = { rule: "hash", winner: "cidaas", cidaasTime: 500, legacyTime: time, ambiguous };
      should(verdict).match({ conflicts: [conflict] });
    }
  });

  it("wins over every other hash where the legacy record does not say when its password changed", () => {
    const verdict = ask(news("new", 9000), { ledger }, UNTIMED);
    should(verdict).match({ do: "refuse", conflicts: [{ winner: "cidaas", legacyTime: null }] });
  });

  it("wins also where a conflict rule names the legacy system, or the hash is sent by force", () => {
    should(ask(news("new", 400), { ledger }, { ...PASSWORD, conflict: "legacy" }).do).equal("refuse");
    should(ask(news("old", 400), { ledger, force: ["hash"] }, PASSWORD).do).equal("refuse");
  });

  it("makes no conflict of the hash that was agreed before", () => {
    should(ask(news("old", 9000), { ledger }, UNTIMED)).eql({ do: "nothing" });
  });

  it("wins also where the rule was changed since", () => {
    const changed = { ...PASSWORD, fingerprint: "f2" };
    should(ask(news("new", 400), { ledger }, changed)).match({ do: "refuse" });
    should(ask(news("new", 600), { ledger }, changed)).eql({ do: "read" });
  });

  it("makes no conflict of a hash that is only for new users", () => {
    should(ask(news("new", 400), { ledger }, { ...PASSWORD, write: "create" }).do).equal("remember");
  });

  it("does not keep the hash from a user who is created anew", () => {
    should(ask(news("new", 400), { ledger, target: { state: "absent" } }, PASSWORD).do).equal("write");
  });
});

describe("opaque edits of a change", () => {
  const edits = (times: number[], ledger: Ledger, intent: Intent | null = null) =>
    opaqueEdits({ policies: [PASSWORD], times, ledger, intent, flightMs: 100, now: 1000, clockTolerance: 10 });

  it("set the time of the rule, and are told to the flow", () => {
    const found = edits([300, 500], { hash: AGREED });
    should(found).eql({ told: ["hash"], ledger: { hash: changedAt(500) }, conflicts: [] });
  });

  it("are told again as long as their change is not settled, and nothing older is", () => {
    should(edits([500], { hash: changedAt(500) }).told).eql(["hash"]);
    should(edits([500], { hash: changedAt(600) }).told).eql([]);
  });

  it("begin an entry where the rule has none, in which a later legacy hash is news", () => {
    const { ledger } = edits([500], {});
    should(ask(news("new", 400), { ledger }, PASSWORD).do).equal("refuse");
    should(ask(news("new", 600), { ledger }, PASSWORD).do).equal("write");
  });

  it("are none where a write of ours, settled or not, explains them", () => {
    const agreed = { fingerprint: "f1", side: "legacy", source: "h", target: "h", editAt: 300 } as const;
    const entry = written(AGREED, agreed, { at: 480, until: 490 });
    should(edits([475, 500], { hash: entry })).eql({ told: [], ledger: {}, conflicts: [] });
    const rules = { hash: { source: "h", target: "h", editAt: 300 } };
    const intent: Intent = { side: "cidaas", create: false, at: 450, identifiers: [], rules, conflicts: [], heal: [] };
    should(edits([500], { hash: AGREED }, intent).told).eql([]);
    should(edits([500], { hash: AGREED }, { ...intent, rules: {} }).told).eql(["hash"]);
  });

  it("are a conflict, and not told, where a hash of ours has replaced them since", () => {
    const agreed = { fingerprint: "f1", side: "legacy", source: "h", target: "h", editAt: 700 } as const;
    const { told, conflicts } = edits([500], { hash: written(AGREED, agreed, { at: 800, until: 810 }) });
    should(told).eql([]);
    should(conflicts).match([{ rule: "hash", winner: "legacy", cidaasTime: 500, legacyTime: 700, ambiguous: false }]);
  });

  it("are no conflict where they were known when the hash replaced them", () => {
    const agreed = { fingerprint: "f1", side: "legacy", source: "h", target: "h", editAt: 700 } as const;
    const entry = written(changedAt(500), agreed, { at: 800, until: 810 });
    should(edits([500], { hash: entry })).eql({ told: [], ledger: {}, conflicts: [] });
  });

  it("concern no other rule", () => {
    const other = { ...PASSWORD, id: "email" };
    const { opaque: _, ...plain } = other;
    const input = { times: [500], ledger: { email: remembered(null, { ...AGREED, ...agreedAs() }) }, intent: null };
    const found = opaqueEdits({ ...input, policies: [plain], flightMs: 1, now: 1000, clockTolerance: 10 });
    should(found).eql({ told: [], ledger: {}, conflicts: [] });
  });
});

describe("the times of opaque edits", () => {
  it("come from the two events that change a password", () => {
    should(opaqueTime("PASSWORD_CHANGED", 5, 9)).eql({ opaque: [5] });
    should(opaqueTime("PASSWORD_RESET", null, 9)).eql({ opaque: [9] });
    should(opaqueTime("PASSWORD_RESET_INITIATE", 5, 9)).eql({});
    should(opaqueTime("ACCOUNT_MODIFIED", 5, 9)).eql({});
  });

  it("stay apart, four at the most, when changes merge in any order", () => {
    const change = (...opaque: number[]): Change => ({ ...emptyChange("upsert", 0), opaque });
    const merged = [change(30), change(10, 20), change(50, 60), change(20)].reduce(mergeChanges);
    should(merged.opaque).eql([20, 30, 50, 60]);
    should(mergeChanges(emptyChange("upsert", 0), emptyChange("upsert", 0))).not.have.property("opaque");
  });
});

function agreedAs() {
  return { fingerprint: "f1", side: "legacy", source: "x", target: "x", editAt: 1 } as const;
}
