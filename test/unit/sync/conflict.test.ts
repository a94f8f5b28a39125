import should from "should";
import { mergeConflicts } from "../../../lib/sync/conflict";
import type { ConflictRecord } from "../../../lib/sync/types";

const record: ConflictRecord = {
  rule: "mail",
  winner: "legacy",
  at: 1,
  cidaasTime: 10,
  legacyTime: 20,
  ambiguous: false,
};

describe("two records of one conflict", () => {
  it("are one, recorded when it was judged first", () => {
    should(mergeConflicts(record, { ...record, at: 2 })).eql(record);
  });

  for (const [former, later] of [
    [true, false],
    [false, true],
  ] as const)
    it(`leave it to a person where one of them was in doubt (former: ${former})`, () => {
      const merged = mergeConflicts({ ...record, ambiguous: former }, { ...record, at: 2, ambiguous: later });
      should(merged).eql({ ...record, ambiguous: true });
    });
});
