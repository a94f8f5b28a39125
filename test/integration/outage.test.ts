import { editCidaas, editLegacy } from "./edits";
import { pause, runs, World } from "./harness";

describe("A long outage", function () {
  this.timeout(60_000);
  for (const seed of runs()) {
    it(`of either system parks nobody (seed ${seed})`, async () => {
      await World.with({ seed, users: 12, nodes: { store: { maxAttempts: 6 } } }, async (world) => {
        await world.load();
        await world.quiet();
        world.setDials({ rate5xx: 1 });
        for (const legacyId of world.legacyIds().slice(0, 6)) editLegacy(world, legacyId, { city: `Bonn ${legacyId}` });
        for (const legacyId of world.legacyIds().slice(6))
          editCidaas(world, legacyId, { given_name: `Lea ${legacyId}` });
        await pause(4_000);
        world.clearFaults();
        await world.quiet();
        await world.judge();
      });
    });
  }
});
