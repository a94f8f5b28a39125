import should from "should";
import type { JsonObject } from "../../lib/sync/types";
import { editAtRandom } from "./edits";
import { pause, runs, SPEED, World } from "./harness";

/** Simulated ms that nothing may happen in. */
const REST_MS = 10_000;

describe("After the last edit", function () {
  this.timeout(60_000);

  const SETTINGS: Record<string, Record<string, JsonObject>> = {
    "complete updates": {},
    "partial updates": { tenant: { bulkUpdates: "merge" } },
    "a look before every write": { batcher: { verify: "always", size: 20, waitMs: 100 } },
    "complete updates of the legacy system": { legacy: { updates: "complete" } },
  };
  for (const [name, nodes] of Object.entries(SETTINGS)) {
    for (const seed of runs()) {
      it(`no calls go on, with ${name} (seed ${seed})`, async () => {
        const dials = name === "partial updates" ? { leftOut: "merge" as const, statusReset: false } : {};
        await World.with({ seed, users: 10, nodes, dials }, async (world) => {
          await world.load();
          await world.quiet();
          await editAtRandom(world, { count: 80, among: world.legacyIds(), spacingMs: 4 });
          await world.quiet();
          await world.judge();
          const calls = world.calls();
          await pause(REST_MS / SPEED);
          should(world.calls()).eql(calls, world.told("calls go on after all is quiet"));
        });
      });
    }
  }
});
