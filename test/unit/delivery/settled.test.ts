import should from "should";
import { settledBy } from "../../../lib/delivery/settled";
import { emptyChange } from "../../../lib/sync/change";
import { NOTHING_TO_WRITE } from "../../../lib/sync/plan";
import { leaseOf } from "./leases";

describe("A settlement", () => {
  const write = { print: "late", before: null, at: 100, until: 104, editAt: null };
  const lease = leaseOf({
    token: "t",
    change: {
      ...emptyChange("delete", 1_000),
      span: { first: 500, last: 500 },
      rules: { city: { at: 500, source: "edit", values: ["edit"] } },
      passesBrake: ["delete"],
      late: { city: write },
    },
  });

  it("has the rules written back in the other lane, and takes nothing else of the change along", () => {
    const { marks } = settledBy(lease, { ...NOTHING_TO_WRITE, heal: ["city"] });
    should(marks).eql([{ lane: "to-legacy", change: { ...emptyChange("upsert", 1_000), force: ["city"] } }]);
  });

  it("has the same lane bring once more, by force, what a person has set anew", () => {
    const { marks } = settledBy(lease, { ...NOTHING_TO_WRITE, again: ["city"] });
    should(marks).eql([{ lane: "to-cidaas", change: { ...emptyChange("upsert", 1_000), force: ["city"] } }]);
  });

  it("makes no mark where there is nothing to heal", () => {
    should(settledBy(lease, NOTHING_TO_WRITE)).not.have.property("marks");
  });
});
