import should from "should";
import { TRACE_CHANNELS } from "../../../lib/trace";
import { parseArguments } from "../../../scripts/chaos/args";
import { FAIL_POINTS, nameOf } from "../../../scripts/chaos/orders";
import { type Disaster, fullPlan, IN_ADOPTION, shortPlan } from "../../../scripts/chaos/plan";
import { UsageError } from "../../../scripts/options";
import { seededRandom } from "../../../simulator/kit/random";

const isKill = (disaster: Disaster) =>
  disaster.do === "kill" || (disaster.do === "at-point" && disaster.end === "kill");
const endsAt = (plan: readonly Disaster[], end: "kill" | "freeze") =>
  plan.flatMap((disaster) => (disaster.do === "at-point" && disaster.end === end ? [nameOf(disaster)] : [])).sort();

describe("The plan of the chaos command", () => {
  it("has as many kills as asked for, those of the first start included", () => {
    const kills = fullPlan(20, seededRandom(1)).filter(isKill).length;
    should(kills + IN_ADOPTION.filter(({ end }) => end === "kill").length).equal(20);
  });

  it("freezes and kills at every point, however few kills are asked for", () => {
    const all = FAIL_POINTS.map(nameOf).sort();
    for (const kills of [0, 3, 40]) {
      const plan = fullPlan(kills, seededRandom(kills));
      should(endsAt(plan, "kill")).eql(all);
      should(endsAt(plan, "freeze")).eql(all);
    }
  });

  it("leaves out no trace point but those of the leases", () => {
    const planned = new Set([...FAIL_POINTS, ...IN_ADOPTION].map(({ point }) => point));
    const known = Object.keys(TRACE_CHANNELS).filter((point) => !point.startsWith("lease-"));
    should([...planned].sort()).eql(known.sort());
  });

  it("is the same for the same seed", () => {
    should(fullPlan(20, seededRandom(7))).eql(fullPlan(20, seededRandom(7)));
    should(fullPlan(20, seededRandom(7))).not.eql(fullPlan(20, seededRandom(8)));
  });

  it("has in its short form two kills, one freeze and a full disk", () => {
    const plan = shortPlan(seededRandom(1));
    should(plan.filter(isKill)).have.length(2);
    should(endsAt(plan, "freeze")).have.length(1);
    should(plan.filter((disaster) => disaster.do === "full-disk")).have.length(1);
  });
});

describe("The command line of the chaos command", () => {
  it("takes numbers and the file of the log", () => {
    const given = parseArguments(["--kills", "3", "--seed", "9", "--log", "node-red.log"]);
    should(given).containEql({ kills: 3, seed: 9, log: "node-red.log", users: 100 });
  });

  for (const given of [["--kills", "many"], ["--kills"], ["--log"], ["--killing", "3"], ["--seed", "-1"]]) {
    it(`says what is wrong with ${given.join(" ")}`, () => {
      should(() => parseArguments(given)).throw(UsageError);
    });
  }
});
