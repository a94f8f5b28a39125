import type { JsonObject } from "../../lib/sync/types";
import { watchWire } from "../../scripts/chaos/wire";
import type { Dials } from "../../simulator";
import { crashAmongCuts } from "./crashes";
import { editAtRandom, FIELDS } from "./edits";
import { runs, World } from "./harness";
import { judgeEdits } from "./judge-edits";

/** Fields with two or three values: what one side is set to is often what the other one holds, or what waits for it. */
const FEW_VALUED = FIELDS.slice(3, 5).concat(FIELDS.slice(7, 8), FIELDS.slice(2, 3));
const LEASE_S = 5;
const CALL_TIMEOUT_S = 2;
const NODES: Record<string, JsonObject> = {
  sync: { clockTolerance: 1 },
  store: { leaseSeconds: LEASE_S, maxAttempts: 100 },
  tenant: { timeout: CALL_TIMEOUT_S },
  legacy: { timeout: CALL_TIMEOUT_S },
};

const CALM: Partial<Dials> = { rate5xx: 0, rateReset: 0.05, faultPaths: [] };
const ALWAYS: Partial<Dials> = {
  latencyMs: 100,
  rateMissingResult: 0.05,
  reorderEvents: true,
  eventDelayMs: 500,
  readLagMs: 800,
};

describe("Edits on both sides of fields with few values", function () {
  this.timeout(120_000);

  for (const seed of runs()) {
    it(`are the final value, or recorded, through crashes and faults (seed ${seed})`, async () => {
      await World.with({ seed, users: 3, nodes: NODES }, async (world) => {
        await world.load();
        await world.quiet();
        const wire = watchWire(world.simulator);
        world.setDials(ALWAYS);
        const edits = editAtRandom(world, { count: 150, among: world.legacyIds(), spacingMs: 60, fields: FEW_VALUED });
        await crashAmongCuts(world, { count: 10, dials: CALM, mostMs: 900 });
        await edits;
        world.clearFaults();
        await world.quiet();
        wire.close();
        await world.judge();
        await judgeEdits(world, wire.looks, {
          readLagMs: ALWAYS.readLagMs ?? 0,
          mostBetweenS: LEASE_S + CALL_TIMEOUT_S,
        });
      });
    });
  }
});
