import should from "should";
import type { Dials } from "../../simulator";
import { editAtRandom } from "./edits";
import { pause, runs, World } from "./harness";

/** Crashes at random moments while `work` goes on, each time for a short while. */
async function crashDuring(world: World, work: Promise<void>, crashes: number, betweenMs: number): Promise<void> {
  for (let count = 0; count < crashes; count += 1) {
    await pause(world.random.integer(betweenMs));
    world.crash();
    await pause(world.random.integer(10));
    await world.start();
  }
  await work;
}

const DIALECTS: Record<string, Partial<Dials>> = {
  "slow systems": { latencyMs: 200 },
  "cut connections": { latencyMs: 60, rateReset: 0.1 },
};

describe("A crash at any moment", function () {
  this.timeout(60_000);

  for (const [name, dials] of Object.entries(DIALECTS)) {
    for (const seed of runs()) {
      it(`of a first load loses nobody and makes nobody twice: ${name} (seed ${seed})`, async () => {
        await World.with({ seed, users: 120, dials }, async (world) => {
          const load = async () => {
            // As a flow with a durable position would: what was not accepted is handed in again.
            while (
              !(await world.load(20).then(
                () => true,
                () => false,
              ))
            )
              await pause(5);
          };
          await crashDuring(world, load(), 6, 60);
          await world.arrived();
          world.clearFaults();
          await world.quiet();
          await world.judge();
          should(world.simulator.tenant.snapshot()).have.length(120);
        });
      });

      it(`among edits and births of both sides loses nobody and makes nobody twice: ${name} (seed ${seed})`, async () => {
        await World.with({ seed, users: 10, dials }, async (world) => {
          await world.load();
          await world.arrived();
          const among = world.legacyIds();
          const births = async () => {
            for (let number = 0; number < 12; number += 1) {
              world.simulator.legacy.create({ email: `l${number}@example.com`, email_verified: 1, last_name: "Lang" });
              world.simulator.tenant.register({
                email: `c${number}@example.com`,
                email_verified: true,
                family_name: "Lang",
              });
              await pause(world.random.integer(30));
            }
          };
          const work = Promise.all([editAtRandom(world, { count: 60, among, spacingMs: 10 }), births()]);
          await crashDuring(
            world,
            work.then(() => {}),
            6,
            80,
          );
          world.clearFaults();
          await world.quiet();
          await world.judge();
          should(world.simulator.tenant.snapshot()).have.length(34);
          should(world.simulator.legacy.snapshot()).have.length(34);
        });
      });
    }
  }
});
