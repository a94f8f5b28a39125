import should from "should";
import { echoedIn, lostRules, unprovenRules, withProof } from "../../../lib/delivery/proof";
import { emptyChange } from "../../../lib/sync/change";
import { remembered, written } from "../../../lib/sync/ledger";
import { NOTHING_TO_WRITE } from "../../../lib/sync/plan";
import { NO_VALUE } from "../../../lib/sync/prints";
import type { ConflictRecord, Intent, LedgerEntry } from "../../../lib/sync/types";
import { leaseOf } from "./leases";

const agreed = (value: string) => ({
  fingerprint: "f",
  side: "cidaas" as const,
  source: `${value}@cidaas`,
  target: `${value}@legacy`,
  editAt: 50,
});
const OLD = remembered(null, agreed("old"));
const rule = { source: "new@cidaas", target: "new@legacy", editAt: 90 };
const conflict = (id: string): ConflictRecord => ({
  rule: id,
  winner: "cidaas",
  at: 100,
  cidaasTime: 90,
  legacyTime: 80,
  ambiguous: false,
});
/** At time 100 we were about to write two rules, and have decided about a third one beside them. */
const INTENT: Intent = {
  side: "legacy",
  create: false,
  at: 100,
  identifiers: [],
  rules: { city: rule, street: rule },
  conflicts: ["city", "street", "tier"].map(conflict),
  heal: ["city", "street", "tier"],
};
/** As the ledger stands once the write is proven. */
const PROVEN: LedgerEntry = written(OLD, agreed("new"), { at: INTENT.at, until: 150, found: true });
const BEFORE = { city: OLD, street: OLD };
const AFTER = { city: PROVEN, street: OLD };

describe("The record in which an interrupted write is found", () => {
  const prints = { city: "new@legacy", street: "old@legacy" };
  const echoAt = (ledger: Record<string, LedgerEntry>) => ledger.city?.legacy.writes[0]?.echoAt;

  it("tells by its own time when the write took effect", () => {
    const echoed = echoedIn(AFTER, BEFORE, prints, 155, 10);
    should(echoAt(echoed)).equal(155);
    should(echoed.street).equal(OLD);
  });

  it("tells nothing of writes that were known before", () => {
    should(echoAt(echoedIn(AFTER, AFTER, prints, 155, 10))).be.undefined();
  });

  it("tells nothing where it has no time, does not show the rule, or is of before the write", () => {
    should(echoAt(echoedIn(AFTER, BEFORE, prints, null, 10))).be.undefined();
    should(echoAt(echoedIn(AFTER, BEFORE, {}, 155, 10))).be.undefined();
    should(echoAt(echoedIn(AFTER, BEFORE, prints, 89, 10))).be.undefined();
  });

  it("tells that the write may have left late, where it is of long after that", () => {
    const [write] = echoedIn(AFTER, BEFORE, prints, 900, 10).city?.legacy.writes ?? [];
    should(write).match({ until: 900, echoAt: 900 });
    const other = echoedIn(AFTER, BEFORE, { ...prints, city: "other@legacy" }, 900, 10);
    should(other.city?.legacy.writes[0]).match({ until: 150 });
  });
});

describe("The rules of an interrupted write", () => {
  it("are unproven where the look at the target has taught nothing", () => {
    should(unprovenRules(INTENT, AFTER, BEFORE)).eql(["street"]);
    should(unprovenRules(INTENT, BEFORE, BEFORE)).eql(["city", "street"]);
  });

  it("are proven where an echo has told so before the look", () => {
    should(unprovenRules(INTENT, AFTER, AFTER)).eql(["street"]);
  });

  it("are unproven where nothing was ever known of them", () => {
    should(unprovenRules(INTENT, {}, {})).eql(["city", "street"]);
  });
});

describe("The plan after an interrupted write", () => {
  const rulesOf = (plan: ReturnType<typeof withProof>) =>
    plan.do === "settle" ? plan.conflicts.map((record) => record.rule) : [];

  it("keeps what the write is proven to have brought and decided, and what it decided without writing it", () => {
    const plan = withProof(NOTHING_TO_WRITE, INTENT, AFTER, BEFORE);
    should(plan).match({ proven: { city: PROVEN }, ledger: { city: PROVEN }, heal: ["city", "tier"] });
    should(rulesOf(plan)).eql(["city", "tier"]);
  });

  it("keeps what an echo has proven before", () => {
    const plan = withProof(NOTHING_TO_WRITE, INTENT, AFTER, AFTER);
    should(plan).match({ proven: {}, heal: ["city", "tier"] });
    should(rulesOf(plan)).eql(["city", "tier"]);
  });

  it("keeps what the plan itself has found to be proven", () => {
    const proven = { district: PROVEN };
    const plan = withProof({ ...NOTHING_TO_WRITE, proven }, INTENT, BEFORE, BEFORE);
    should(plan.do === "settle" && plan.proven).eql(proven);
  });

  it("records anew what is decided anew, and knows by itself what it has found", () => {
    const anew = { ...conflict("city"), winner: "legacy" as const };
    const ledger = { city: OLD };
    const plan = withProof({ ...NOTHING_TO_WRITE, conflicts: [anew], heal: ["city"], ledger }, INTENT, AFTER, BEFORE);
    should(plan).match({ ledger: { city: OLD }, proven: { city: PROVEN }, heal: ["city", "tier"] });
    should(plan.do === "settle" && plan.conflicts).eql([conflict("tier"), anew]);
  });

  it("records both where it decides on other edits of the rule", () => {
    const other = { ...conflict("city"), legacyTime: 85 };
    const plan = withProof({ ...NOTHING_TO_WRITE, conflicts: [other] }, INTENT, AFTER, BEFORE);
    should(plan.do === "settle" && plan.conflicts).eql([conflict("city"), conflict("tier"), other]);
  });

  it("is left alone where it settles nothing yet", () => {
    should(withProof({ do: "again" }, INTENT, AFTER, BEFORE)).eql({ do: "again" });
  });
});

describe("A user of cidaas who was deleted and is there", () => {
  const lease = leaseOf({
    token: "t",
    lane: "to-legacy",
    change: { ...emptyChange("upsert", 1_000), events: ["ACCOUNT_DELETED", "ACCOUNT_CREATED"] },
    ledger: { city: OLD, street: OLD, tier: { ...OLD, cidaas: { ...OLD.cidaas, print: NO_VALUE } } },
  });
  const update: Intent = { ...INTENT, side: "cidaas" };

  it("has lost what it held and an open update of ours did not carry", () => {
    should(lostRules(lease, update, ["city"])).eql(["street"]);
    should(lostRules({ ...lease, change: emptyChange("delete", 1_000) }, update, ["city"])).eql(["street"]);
  });

  it("has lost them also where the update was found meanwhile, if it may have come after the deletion", () => {
    const flight = { at: 900, until: 1_100, found: true } as const;
    const city = written(OLD, { ...agreed("new"), side: "legacy", source: "new@legacy", target: "new@cidaas" }, flight);
    const found = (deletedAt: number) => {
      const change = { ...emptyChange("delete", 1_200), span: { first: deletedAt, last: deletedAt } };
      return lostRules({ ...lease, change, ledger: { ...lease.ledger, city } }, null, ["city"]);
    };
    should(found(1_000)).eql(["street"]);
    should(found(1_101)).eql([]);
  });

  it("has lost nothing where no update is open, or the open one is a create", () => {
    should(lostRules(lease, null, ["city"])).eql([]);
    should(lostRules(lease, { ...update, create: true }, ["city"])).eql([]);
  });

  it("has lost nothing where no event told of a deletion", () => {
    should(lostRules({ ...lease, change: emptyChange("upsert", 1_000) }, update, ["city"])).eql([]);
  });
});
