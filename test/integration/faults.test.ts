import type { Dials } from "../../simulator";
import { editAtRandom, editLegacy } from "./edits";
import { pause, runs, World } from "./harness";

const EDITS = Number(process.env.EDITS ?? 40);

/** Each fault alone, then all of them together. */
const FAULTS: Record<string, Partial<Dials>> = {
  "slow answers": { latencyMs: 100 },
  "429 with Retry-After": { rate429: 0.2, retryAfter: 1 },
  "429 without Retry-After": { rate429: 0.2, retryAfter: null },
  "5xx": { rate5xx: 0.2 },
  "connections cut before or after a call took effect": { rateReset: 0.2 },
  "users that fail inside a good answer": { ratePartialFailure: 0.2 },
  "results in another order": { shuffleResults: true },
  "results that are missing": { rateMissingResult: 0.3 },
  "events sent twice": { rateDuplicateEvent: 0.5 },
  "late events": { eventDelayMs: 4_000 },
  "events in another order": { reorderEvents: true, eventDelayMs: 500 },
  "reads that lag": { readLagMs: 1_500 },
  "all of it": {
    latencyMs: 20,
    rate429: 0.05,
    rate5xx: 0.05,
    rateReset: 0.05,
    ratePartialFailure: 0.05,
    shuffleResults: true,
    rateMissingResult: 0.05,
    rateDuplicateEvent: 0.1,
    eventDelayMs: 500,
    reorderEvents: true,
  },
};

describe("Faults of the systems", function () {
  this.timeout(60_000);

  for (const [name, dials] of Object.entries(FAULTS)) {
    for (const seed of runs()) {
      it(`do no harm: ${name} (seed ${seed})`, async () => {
        await World.with({ seed, users: 12 }, async (world) => {
          // Whoever the tenant refuses inside a good answer is parked, and would never arrive.
          const { ratePartialFailure = 0, ...others } = dials;
          world.setDials(others);
          await world.load(6);
          await world.arrived();
          world.setDials({ ratePartialFailure });
          const among = world.legacyIds();
          await editAtRandom(world, { count: EDITS, among, spacingMs: 10 });
          world.clearFaults();
          await world.quiet();
          // A user that the tenant refused is parked, and waits for a person to retry it.
          await world.retryParked();
          await world.quiet();
          await world.judge();
        });
      });
    }
  }

  for (const seed of runs()) {
    it(`of single reads hold up nobody else of the same batch (seed ${seed})`, async () => {
      // A lease that nobody ends would hold its user for two hours.
      await World.with(
        { seed, users: 20, nodes: { store: { leaseSeconds: 7_200, maxAttempts: 30 } } },
        async (world) => {
          await world.load();
          await world.quiet();
          world.setDials({ faultPaths: ["/user-srv/users"], rate5xx: 0.3 });
          for (const legacyId of world.legacyIds()) editLegacy(world, legacyId, { city: `Bonn ${legacyId}` });
          await pause(500);
          world.clearFaults();
          await world.quiet();
          await world.judge();
        },
      );
    });
  }
});
