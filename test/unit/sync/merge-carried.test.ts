import should from "should";
import { mergeCarried } from "../../../lib/sync/covered";
import type { CarriedRule } from "../../../lib/sync/types";

const carried = (source: string, at: number | null): CarriedRule => ({ at, source, values: [source] });

describe("mergeCarried", () => {
  it("keeps the newer edit and, beside it, the one that it replaces", () => {
    const merged = mergeCarried(carried("a", 5), carried("b", 8));
    should(merged).eql({ ...carried("b", 8), earlier: [carried("a", 5)] });
  });

  it("keeps the newer edit although it arrived first", () => {
    const merged = mergeCarried(carried("b", 8), carried("a", 5));
    should(merged).eql({ ...carried("b", 8), earlier: [carried("a", 5)] });
  });

  it("keeps the time of the change that carried a value first", () => {
    should(mergeCarried(carried("a", 5), carried("a", 8))).eql({ ...carried("a", 5), seen: 8 });
    should(mergeCarried(carried("a", null), carried("a", 8))).eql(carried("a", 8));
  });

  it("keeps the four newest of the values that were replaced", () => {
    const merged = ["a", "b", "c", "d", "e", "f"]
      .map((text, index) => carried(text, index))
      .reduce((waiting, arriving) => mergeCarried(waiting, arriving));
    should(merged.source).equal("f");
    should(merged.earlier?.map(({ source }) => source)).eql(["e", "d", "c", "b"]);
  });

  it("sees the same value come, go and come again, in whatever order the changes arrive", () => {
    const changes = [carried("a", 5), carried("b", 7), carried("a", 9)];
    const expected = { ...carried("a", 9), earlier: [carried("b", 7), carried("a", 5)] };
    for (const order of [
      [0, 1, 2],
      [0, 2, 1],
      [2, 0, 1],
      [1, 2, 0],
    ]) {
      const arriving = order.flatMap((index) => changes[index] ?? []);
      should(arriving.reduce((waiting, next) => mergeCarried(waiting, next))).eql(expected);
    }
  });
});
