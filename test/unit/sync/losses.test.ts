import should from "should";
import { lossesOf } from "../../../lib/sync/losses";
import { NOTHING_TO_WRITE, type Settleable } from "../../../lib/sync/plan";
import type { LedgerEntry, Print, Side } from "../../../lib/sync/types";

const ACTIVE = new Map([["status", "active"]]);

/** A ledger entry with these prints of a rule on both sides. */
function entry(cidaas: Print, legacy: Print = cidaas, fingerprint = "f"): LedgerEntry {
  const side = (print: Print) => ({ print, editAt: null, writes: [] });
  return { fingerprint, cidaas: side(cidaas), legacy: side(legacy) };
}

/** A plan that writes one rule, with these prints of its value on both sides. */
function plan(rule: string, source: Side, news: { source: Print; target: Print }, parts: Partial<Settleable> = {}) {
  const own = { write: [rule], news: { [rule]: { ...news, span: null } }, fingerprints: { [rule]: "f" } };
  return { ...NOTHING_TO_WRITE, source, ...own, ...parts };
}

const losses = (...given: Parameters<typeof plan>) => lossesOf(plan(...given), ACTIVE);

describe("lossesOf", () => {
  const LOCKED = { source: "L", target: "locked" };
  const EMPTIED = { source: "", target: "" };

  it("sees a deactivation in a status of cidaas that is not the active one, on the way to either side", () => {
    should(losses("status", "legacy", LOCKED, { previous: { status: entry("active") } })).eql(["deactivation"]);
    should(losses("status", "legacy", LOCKED)).eql(["deactivation"]);
    const fromCidaas = { source: "locked", target: "L" };
    should(losses("status", "cidaas", fromCidaas, { previous: { status: entry("active") } })).eql(["deactivation"]);
  });

  it("sees none in an activation, in another rule, nor where the user was not active before", () => {
    should(losses("status", "legacy", { source: "A", target: "active" })).eql([]);
    should(losses("tier", "legacy", LOCKED)).eql([]);
    should(losses("status", "legacy", LOCKED, { previous: { status: entry("declined") } })).eql([]);
  });

  it("sees a blanked value where the target had one, or is not known to have had none", () => {
    should(losses("tier", "legacy", EMPTIED, { previous: { tier: entry("gold") } })).eql(["blanking"]);
    should(losses("tier", "cidaas", EMPTIED, { previous: { tier: entry("gold") } })).eql(["blanking"]);
    should(losses("tier", "legacy", EMPTIED)).eql(["blanking"]);
    should(losses("tier", "legacy", EMPTIED, { previous: { tier: entry("", "gold") } })).eql([]);
    should(losses("tier", "legacy", { source: "s", target: "silver" }, { previous: { tier: entry("gold") } })).eql([]);
  });

  it("takes an entry of a changed rule for no knowledge", () => {
    should(losses("tier", "legacy", EMPTIED, { previous: { tier: entry("", "", "old") } })).eql(["blanking"]);
    const previous = { status: entry("declined", "x", "old") };
    should(losses("status", "legacy", LOCKED, { previous })).eql(["deactivation"]);
  });

  it("sees nothing in what a new user is created with, nor in rules that are not written", () => {
    should(losses("status", "legacy", LOCKED, { create: true })).eql([]);
    should(losses("tier", "legacy", EMPTIED, { create: true })).eql([]);
    should(losses("tier", "legacy", EMPTIED, { write: [] })).eql([]);
  });
});
