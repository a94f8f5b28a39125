import should from "should";
import { LEGACY_KEY_RULE } from "../../../lib/delivery/legacy-key";
import { isAwaited, isEdit, missing, rivalOf } from "../../../lib/delivery/other-lane";
import type { Lease } from "../../../lib/store/types";
import { emptyChange } from "../../../lib/sync/change";
import { mergeCarried } from "../../../lib/sync/covered";
import { remembered, written } from "../../../lib/sync/ledger";
import type { CarriedRule, Change, Ledger } from "../../../lib/sync/types";
import { leaseOf } from "./leases";

const look = emptyChange("upsert", 1_000);
const span = { first: 500, last: 500 };
const carried = (source: string, at: number | null): CarriedRule => ({ at, source, values: [source] });
/** We wrote "ours" to the legacy system between 100 and 104. */
const agreed = { fingerprint: "f", side: "cidaas" as const, source: "ours@cidaas", target: "ours", editAt: 90 };
const ledger = { city: written(null, agreed, { at: 100, until: 104 }) };

describe("What waits in the other lane", () => {
  it("may be an edit, unless it only wishes the legacy id to be written back", () => {
    should(isEdit(null)).be.false();
    should(isEdit({ ...look, force: [LEGACY_KEY_RULE] })).be.false();
    for (const parts of [
      { kind: "delete" as const },
      { span },
      { events: ["ACCOUNT_MODIFIED"] },
      { rules: { city: carried("edit", 500) } },
      { force: [LEGACY_KEY_RULE, "city"] },
      { force: ["city"] },
    ])
      should(isEdit({ ...look, force: [LEGACY_KEY_RULE], ...parts })).be.true();
  });

  describe("for cidaas, of a legacy user", () => {
    const rival = (change: Partial<Change>, known: Ledger = ledger) =>
      rivalOf({ ...look, span, ...change }, "cidaas", leaseOf({ token: "t", lane: "to-legacy", ledger: known }), 10);
    const city = (...values: CarriedRule[]) => ({ rules: { city: values.reduce((a, b) => mergeCarried(a, b)) } });

    it("tells what the legacy system holds by now", () => {
      should(rival(city(carried("edit", 500)))).eql({
        span,
        prints: { city: { print: "edit", at: 500, restored: false } },
      });
      should(rival(city(carried("ours", 105))).prints).match({ city: { print: "ours", at: 105 } });
    });

    it("tells that a person has set the agreed value again", () => {
      const rules = city(carried("ours", 102), carried("edit", 300), carried("ours", 500));
      should(rival(rules).prints).match({ city: { print: "ours", restored: true } });
    });

    it("tells that a person has set the agreed value again, by the late record of one that was seen before", () => {
      const seen = { city: { ...ledger.city, legacy: { ...ledger.city.legacy, seenAt: 600 } } };
      should(rival(city(carried("edit", 500)), seen).prints).eql({ city: { print: "ours", at: 600, restored: true } });
      should(rival(city(carried("ours", 500)), seen).prints).eql({});
      const soon = { city: { ...ledger.city, legacy: { ...ledger.city.legacy, seenAt: 112 } } };
      should(rival(city(carried("edit", 110)), soon)).eql({ span, prints: {}, doubtful: { city: 112 } });
    });

    it("tells nothing of an edit that a write of ours has covered, or that is older than it", () => {
      should(rival(city(carried("edit", 89), carried("ours", 103)))).eql({ span, prints: {} });
      should(rival(city(carried("edit", 99))).prints).eql({});
    });

    it("tells nothing of a value that a later edit has replaced, though its record comes only now", () => {
      const edited = remembered(ledger.city, {
        fingerprint: "f",
        side: "legacy",
        source: "edit",
        target: "edit@cidaas",
        editAt: 500,
      });
      should(rival(city(carried("other", 400)), { city: edited }).prints).eql({});
      should(rival(city(carried("other", 600)), { city: edited }).prints).match({ city: { print: "other" } });
      should(rival(city(carried("other", 500)), { city: edited }).prints).eql({});
    });

    it("tells of an edit that a write of ours may have covered no more than that somebody may have set its value since", () => {
      for (const at of [90, 101, 107]) {
        const { prints, doubtful } = rival(city(carried("edit", at), carried("ours", 109)));
        should(prints).eql({});
        should(doubtful).eql({ city: 109 });
      }
    });

    it("tells nothing by the echo of a write over which an edit was accepted", () => {
      const accepted = { city: { ...ledger.city, legacy: { ...ledger.city.legacy, print: "edit", editAt: 102 } } };
      should(rival(city(carried("ours", 105)), accepted).prints).eql({});
      should(rival(city(carried("ours", 115)), accepted).prints).match({ city: { print: "ours" } });
    });

    it("tells nothing where the record is to be read again before it counts", () => {
      should(rival({ ...city(carried("edit", 500)), reread: true })).eql({ span, prints: null });
    });
  });

  it("for the legacy system tells when the user was edited, and not to what", () => {
    const lease = leaseOf({ token: "t", ledger });
    should(rivalOf({ ...look, span }, "legacy", lease, 10)).eql({ span, prints: null });
  });
});

describe("A user who is gone", () => {
  const there = { id: 1, sub: "s1", legacyId: "1", inCidaas: true, inLegacy: true, deletedAt: null };
  const lease = (parts: Partial<Lease>) => leaseOf({ token: "t", person: there, attempt: 4, ...parts });

  it("is waited for while its deletion may be on its way: four tries of one that was there", () => {
    should(isAwaited(lease({ attempt: 3 }))).be.true();
    should(isAwaited(lease({}))).be.false();
    should(isAwaited(lease({ attempt: 1, person: { ...there, inCidaas: false } }))).be.false();
    should(isAwaited(lease({ attempt: 1, lane: "to-legacy", person: { ...there, inLegacy: false } }))).be.false();
  });

  it("is waited for as long as an edit waits in the other lane, which may be the deletion", () => {
    should(isAwaited(lease({ other: { ...look, span } }))).be.true();
  });

  it("costs an attempt only where its deletion is not known yet", () => {
    const waiting = missing(lease({}), 1_000);
    should(waiting).match({ outcome: "retry", notBefore: 21_000, reason: { code: "USER_MISSING" } });
    should(waiting).not.have.property("counts");
    should(missing(lease({ other: { ...look, kind: "delete" } }), 1_000)).match({ outcome: "retry", counts: false });
  });
});
