import should from "should";
import { companies } from "../../nodes/bulk-batcher/company";
import { leaseOf } from "../unit/delivery/leases";

describe("the company in which users travel", () => {
  const sizes = (attempts: number[], size: number) =>
    companies(
      attempts.map((attempt, place) => leaseOf({ token: `t${place}`, attempt })),
      size,
    ).map((company) => company.map(({ attempt }) => attempt));

  it("is a whole batch at first, a small one after a failure, and then nobody", () => {
    should(sizes([1, 1, 2, 3, 1, 4], 50)).eql([[1, 1, 1], [2], [3], [4]]);
    should(sizes(Array(14).fill(2), 50)).eql([Array(7).fill(2), Array(7).fill(2)]);
  });

  it("is never more than the size", () => {
    should(sizes(Array(5).fill(1), 2).map(({ length }) => length)).eql([2, 2, 1]);
    should(sizes([2, 2, 2], 1)).eql([[2], [2], [2]]);
  });
});
