import { editLegacy } from "./edits";
import { runs, World } from "./harness";

/** Reads of a whole batch, one after the other, take longer than a lease: 20 users, half a second each, 5 s. */
const SLOW = { tenant: { maxConcurrent: 1 }, store: { leaseSeconds: 5, maxAttempts: 30 } };

describe("Reads that take longer than a lease", function () {
  this.timeout(60_000);

  for (const seed of runs()) {
    it(`keep nobody from arriving (seed ${seed})`, async () => {
      await World.with({ seed, users: 20, nodes: SLOW }, async (world) => {
        await world.load();
        await world.quiet();
        world.simulator.tenant.setDials({ latencyMs: 500, faultPaths: ["/user-srv/users"] });
        for (const legacyId of world.legacyIds()) editLegacy(world, legacyId, { city: `Bonn ${legacyId}` });
        await world.quiet();
        await world.judge();
      });
    });
  }
});
