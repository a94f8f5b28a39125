import fc from "fast-check";
import should from "should";
import { mapRecord } from "../../../lib/mapping/map-record";
import { TRANSFORM_TABLE, transformSpec } from "../../../lib/mapping/transforms/table";
import { type Json, type JsonObject, otherSide, type Side, targetOf } from "../../../lib/sync/types";
import { mapOf, outcomeOf } from "./helpers";
import { laneFrom, SAMPLES } from "./samples";

const SIDES: readonly Side[] = ["cidaas", "legacy"];
const cases = Object.entries(SAMPLES).flatMap(([transform, samples]) =>
  samples.map((sample) => ({ ...sample, transform, spec: transformSpec(transform) })),
);

describe("every transform of the table", () => {
  it("has samples", () => {
    should(Object.keys(SAMPLES)).eql(Object.keys(TRANSFORM_TABLE));
    should(cases.every(({ cidaas, legacy }) => cidaas ?? legacy)).be.true();
  });

  for (const { transform, title, rule, spec, ...records } of cases)
    for (const side of SIDES) {
      const record = records[side];
      if (!record || spec?.inverse === "none" || spec?.sourceless) continue;
      it(`${transform} (${title}) brings a value of ${side} back from the other side`, () => {
        const map = mapOf(rule);
        return fc.assert(
          fc.asyncProperty(record, async (start) => {
            const there = (await mapRecord(map, laneFrom(side), start)).r;
            // An empty value is not carried.
            if (there === undefined) return;
            const target = otherSide(side);
            const back = (await mapRecord(map, laneFrom(target), map.build(target, { r: there.values }))).r;
            if (transform === "template") return;
            should(back?.source).equal(map.canonical(target, "r", there.values));
            should(map.canonical(side, "r", back?.values ?? [])).equal(there.source);
            if (spec?.inverse === "exact" || transform === "jsonata")
              should(map.build(side, { r: back?.values ?? [] })).eql(start);
          }),
        );
      });
    }
});
