import should from "should";
import { drawHistory, kindAt } from "../model/history";
import { Runner } from "../model/run";

const RUNS = Number(process.env.RUNS ?? 1) * 1_000;
/** A guard against going back, and no proof: that takes twenty thousand from a new seed, see docs/development.md. */
const SEED = Number(process.env.SEED ?? 1);

describe("The model", function () {
  this.timeout(60_000 * (RUNS / 1_000));

  it(`comes to rest with both sides equal and no edit lost in ${RUNS} random histories (seed ${SEED})`, async () => {
    const runner = await Runner.open();
    try {
      for (let index = 0; index < RUNS; index += 1) {
        const kind = kindAt(index);
        const { problems } = await runner.run(drawHistory(SEED + index, true, kind));
        should(problems).eql([], `npm run model -- --runs 1 --seed ${SEED + index} --kinds ${kind}`);
      }
    } finally {
      await runner.close();
    }
  });
});
