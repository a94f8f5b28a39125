import should from "should";
import type { Json, JsonObject, Lane } from "../../../lib/sync/types";
import { mapOf } from "./helpers";

const ABSENT = Symbol("absent");
/** What the rule writes: null clears; `kept` = it writes nothing. */
const KEPT = "kept";

/** The table of docs/field-map.md: per whenEmpty what absent, null and empty text do. */
const TABLE: Record<Lane, Record<string, [typeof ABSENT | Json, Json][]>> = {
  "to-cidaas": {
    skip: [
      [ABSENT, KEPT],
      [null, KEPT],
      ["", KEPT],
    ],
    clear: [
      [ABSENT, KEPT],
      [null, null],
      ["", null],
    ],
    default: [
      [ABSENT, KEPT],
      [null, "none"],
      ["", "none"],
    ],
  },
  "to-legacy": {
    skip: [
      [ABSENT, KEPT],
      [null, KEPT],
      ["", KEPT],
    ],
    clear: [
      [ABSENT, null],
      [null, null],
      ["", null],
    ],
    default: [
      [ABSENT, "none"],
      [null, "none"],
      ["", "none"],
    ],
  },
};

describe("whenEmpty", () => {
  for (const lane of ["to-cidaas", "to-legacy"] as const)
    for (const [whenEmpty, rows] of Object.entries(TABLE[lane]))
      for (const [value, expected] of rows) {
        const shown = value === ABSENT ? "an absent field" : JSON.stringify(value);
        it(`${whenEmpty} ${lane}: ${shown} gives ${JSON.stringify(expected)}`, () => {
          const path = lane === "to-cidaas" ? "l" : "c";
          const record: JsonObject = typeof value === "symbol" ? {} : { [path]: value };
          const mapped = mapOf({ whenEmpty, default: "none" }).map(lane, record).r;
          should(mapped === undefined ? KEPT : mapped.values[0]).eql(expected);
          // Whatever is written, the source has no value: an edit from one kind of empty to another is none.
          if (mapped) should(mapped.source).equal("");
        });
      }

  for (const whenEmpty of ["skip", "clear", "default"])
    it(`${whenEmpty} writes a value that is there, and one that only looks empty`, () => {
      for (const value of [" ", 0, false, "0"])
        should(mapOf({ whenEmpty, default: "none" }).map("to-cidaas", { l: value }).r?.values).eql([value]);
    });

  it("clears all paths of a rule, and only when none has a value", () => {
    const map = mapOf({ transform: "name", cidaas: ["g", "f"], whenEmpty: "clear" });
    should(map.map("to-cidaas", { l: "" }).r?.values).eql([null, null]);
    should(map.map("to-legacy", { g: "", f: null }).r?.values).eql([null]);
    should(map.map("to-legacy", { g: "Lena" }).r?.values).eql(["Lena"]);
  });
});
