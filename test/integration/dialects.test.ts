import { DIALECTS } from "./dials";
import { editAtRandom, subOf } from "./edits";
import { pause, runs, World } from "./harness";

const PURGE = { upsert: { deletes: "purge" } };

describe("A tenant of any dialect", function () {
  this.timeout(60_000);

  for (const [name, dials] of Object.entries(DIALECTS)) {
    for (const seed of runs()) {
      it(`gets all users, edits and deletions: ${name} (seed ${seed})`, async () => {
        await World.with({ seed, users: 10, dials, nodes: PURGE }, async (world) => {
          await world.load();
          await world.arrived();
          world.simulator.tenant.register({ email: "new@example.org", email_verified: true, family_name: "Neu" });
          const [first = "", second = "", ...among] = world.legacyIds();
          await editAtRandom(world, { count: 20, among });
          await world.quiet();
          world.simulator.legacy.remove(first);
          await pause(5);
          world.simulator.tenant.remove(subOf(world, second) ?? "");
          await world.quiet();
          await world.judge();
        });
      });
    }
  }
});
