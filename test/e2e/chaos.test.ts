import should from "should";
import { shortPlan } from "../../scripts/chaos/plan";
import { hasFailed, reportOf } from "../../scripts/chaos/report";
import { runChaos } from "../../scripts/chaos/run";

/** The long form is `npm run chaos`; this one has a minute. */
describe("Two-way traffic through kills, a freeze and a full disk", function () {
  this.timeout(120_000);

  it("loses nobody, makes nobody twice and overwrites nothing newer", async () => {
    const said: string[] = [];
    const options = { seed: 7, users: 40, rate: 6, minutes: 1, inAdoption: [], plan: shortPlan };

    const result = await runChaos(options, (line) => said.push(line));

    should(hasFailed(result)).equal(false, [...said, reportOf(result)].join("\n"));
    should(sum(result.kills)).equal(2);
    should(sum(result.freezes)).equal(1);
    should(result.refusedWebhooks).be.above(0);
    should(result.edits).be.above(0);
  });
});

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
