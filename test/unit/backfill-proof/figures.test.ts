import should from "should";
import { parseArguments } from "../../../scripts/backfill-proof/args";
import { proofFlow } from "../../../scripts/backfill-proof/flow";
import { type LiveEdit, lost, parted } from "../../../scripts/backfill-proof/live";
import { Loaded } from "../../../scripts/backfill-proof/loaded";
import { type Figures, missesOf, percentile } from "../../../scripts/backfill-proof/report";
import { UsageError } from "../../../scripts/options";
import { seededRandom } from "../../../simulator/kit/random";

/** A run that keeps every bound, each of them to the last. */
const GOOD: Figures = {
  users: 10,
  idle: 100,
  most: 250,
  firstRate: 100,
  lastRate: 80,
  rate: 90,
  window: 1,
  killedAt: [],
  dead: [],
  apart: [5_000],
  beside: [60_000],
  never: [],
  lost: [],
  differences: [],
  miscounted: [],
  parked: 0,
};

describe("The proof of the backfill", () => {
  const edit: LiveEdit = { side: "cidaas", ids: { cidaas: "s", legacy: "1" }, value: "A", at: 100, arrivedAt: 200 };

  it("is content with a run that keeps every bound", () => {
    should(missesOf(GOOD)).eql([]);
  });

  for (const [what, miss, sentence] of [
    ["memory", { most: 251 }, /memory grew by 151 MB/],
    ["memory that nobody measured", { most: 0 }, /memory/],
    ["rate", { lastRate: 79 }, /0\.79 of the rate/],
    ["latency", { apart: [5_001] }, /5001 ms at p99/],
    ["a latency of no edits", { apart: [] }, /p99/],
    ["an edit that never arrived", { never: [edit] }, /1 live edits never arrived/],
    ["an edit that is gone", { lost: [edit] }, /1 live edits are not on both sides/],
    ["a difference", { differences: [{ legacyId: "1", field: "city", cidaas: "", legacy: "Bonn" }] }, /differ in 1/],
    ["a user who is parked", { parked: 1 }, /1 users are parked/],
    ["counters", { miscounted: ["to-legacy"] }, /counters of to-legacy/],
  ] satisfies [string, Partial<Figures>, RegExp][]) {
    it(`tells a miss of ${what}`, () => {
      const misses = missesOf({ ...GOOD, ...miss });
      should(misses).have.length(1);
      should(misses[0]).match(sentence);
    });
  }

  it("sets edits apart whose life touches a time when Node-RED was dead", () => {
    const spans = [
      [0, 10],
      [0, 20],
      [25, 26],
      [30, 40],
      [31, 40],
    ].map(([at = 0, arrivedAt = 0]) => ({ ...edit, at, arrivedAt }));
    const result = parted([...spans, { ...edit, arrivedAt: null }], [{ from: 20, to: 30 }]);
    should(result.apart).eql([10, 9]);
    should(result.beside).eql([20, 1, 10]);
    should(result.never).have.length(1);
  });

  it("misses an edit that either side does not hold any more", () => {
    const held = (cidaas: string, legacy: string) => ({
      cidaas: new Map([["s", { given_name: cidaas }]]),
      legacy: new Map([["1", { first_name: legacy }]]),
    });
    should(lost([edit], held("A", "A"))).eql([]);
    should(lost([edit], held("B", "A"))).have.length(1);
    should(lost([edit], held("A", "B"))).have.length(1);
    should(lost([edit], { cidaas: new Map(), legacy: new Map() })).have.length(1);
  });

  it("compares the rates of the first and the last tenth, and takes out the time when Node-RED was dead", () => {
    const loaded = new Loaded(100);
    for (let user = 0; user < 100; user++) loaded.add(user < 50 ? user * 10 : 10_000 + user * 20);
    const rates = loaded.rates([{ from: 500, to: 10_500 }]);
    should(rates.firstRate).be.approximately(111, 1);
    should(rates.lastRate).be.approximately(56, 1);
    should(rates.rate).be.approximately(100_000 / 1_980, 1);
  });

  it("kills once in either half, and never in the first and the last tenth", () => {
    for (let seed = 0; seed < 200; seed++) {
      const [first, second] = new Loaded(2_000).killsAt(seededRandom(seed));
      should(first).be.within(200, 999);
      should(second).be.within(1_000, 1_799);
    }
  });

  it("takes the value that so many do not exceed for a percentile", () => {
    const values = Array.from({ length: 200 }, (_, index) => 200 - index);
    should(percentile(values, 0.99)).equal(198);
    should(percentile([7], 0.99)).equal(7);
  });

  it("sends the answer of the batcher back to the backfill beside the two-way example", () => {
    const flow = proofFlow();
    const idOf = (type: string) => flow.find((node) => node.type === type)?.id;
    const batcher = flow.find(({ type }) => type === "bulk-batcher");
    should(JSON.stringify(batcher?.wires)).containEql(idOf("user-sync-backfill"));
  });

  it("reads its options, and refuses what it does not understand", () => {
    should(parseArguments(["--users", "5000", "--seed", "7"])).match({ users: 5_000, seed: 7, rate: 5, log: null });
    should(() => parseArguments(["--users", "10"])).throw(UsageError);
    should(() => parseArguments(["--kills", "2"])).throw(UsageError);
  });
});
