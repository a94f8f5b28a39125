import should from "should";
import { FAULTS, uncoveredDials } from "./dials";
import { editAtRandom, editLegacy } from "./edits";
import { pause, runs, World } from "./harness";

const BULK_PATH = "/users-srv/user/bulk";
const EDITS = Number(process.env.EDITS ?? 40);

describe("Faults of the systems", function () {
  this.timeout(60_000);

  it("are all turned on by some scenario", () => {
    should(uncoveredDials()).eql([]);
  });

  for (const [name, { dials, nodes = {} }] of Object.entries(FAULTS)) {
    for (const seed of runs()) {
      it(`do no harm: ${name} (seed ${seed})`, async () => {
        await World.with({ seed, users: 12, nodes }, async (world) => {
          // Whoever the tenant refuses inside a good answer is parked, and would never arrive.
          const { ratePartialFailure = 0, rateLostEvent = 0, ...others } = dials;
          world.setDials(others);
          await world.load(6);
          await world.arrived();
          world.setDials({ ratePartialFailure });
          // What the legacy system does not tell is for its own queue to repeat.
          world.simulator.tenant.setDials({ rateLostEvent });
          const among = world.legacyIds();
          await editAtRandom(world, { count: EDITS, among, spacingMs: 10 });
          world.clearFaults();
          await world.quiet();
          // A user that the tenant refused is parked, and waits for a person to retry it.
          await world.retryParked();
          if (rateLostEvent > 0)
            await world.until(() => world.differences().length === 0, "lost events to be made up for");
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

  for (const seed of runs()) {
    it(`that leave open what was taken have nobody written twice (seed ${seed})`, async () => {
      await World.with({ seed, users: 30, nodes: { batcher: { size: 6, waitMs: 100 } } }, async (world) => {
        world.setDials({ rateReset: 1, faultPaths: [BULK_PATH] });
        await world.load();
        await world.until(() => (world.calls()[`cidaas POST ${BULK_PATH}`] ?? 0) >= 6, "some bulk calls");
        world.clearFaults();
        await world.quiet();
        await world.judge();
        const written = world.simulator.history
          .entries()
          .filter(({ system, by, kind }) => system === "cidaas" && by === "sync" && kind !== "event")
          .map(({ id }) => id);
        should(written.length).equal(new Set(written).size, world.told("somebody was written again without a look"));
      });
    });
  }
});
