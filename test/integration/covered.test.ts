import should from "should";
import { editCidaas, editLegacy } from "./edits";
import { pause, runs, SPEED, World } from "./harness";

/** Real ms from our look at the user to the edit: of the time of the world 2 s, a tie of the two clocks, or 12 s, none. */
const CASES = [
  { winner: "cidaas", afterMs: 100, city: "Bonn", ambiguous: true },
  { winner: "legacy", afterMs: 600, city: "Kiel", ambiguous: false },
];

describe("An edit in cidaas that brings back what was agreed, after a write of ours that is not settled", function () {
  this.timeout(30_000);

  for (const seed of runs()) {
    it(`wins by its time where an event names the field (seed ${seed})`, async () => {
      await World.with({ seed, users: 1, nodes: { sync: { clockTolerance: 1 } } }, async (world) => {
        await world.load();
        await world.quiet();
        const [legacyId = ""] = world.legacyIds();
        const stop = world.simulator.history.onAppend(({ system, by, fields }) => {
          if (system === "cidaas" && by === "sync" && fields.userStatus === "LOCKED") world.crash();
        });
        editLegacy(world, legacyId, { status: "locked" });
        await world.until(
          () => world.simulator.tenant.snapshot()[0]?.userStatus === "LOCKED",
          "our write to take effect",
        );
        stop();
        // Nobody looks at the user before the edit.
        world.setDials({ faultPaths: ["/user-srv/users"], rate5xx: 1 });
        await world.start();
        await pause(150);
        editCidaas(world, legacyId, { userStatus: "VERIFIED" });
        await world.until(() => world.simulator.tenant.pendingWebhooks() === 0, "the event of the edit to be taken");
        world.clearFaults();
        await world.quiet();
        await world.judge();
        should(world.legacyUser(legacyId).status).equal("active");
      });
    });
  }
});

describe("An edit in the legacy system that our write covers", function () {
  this.timeout(30_000);

  /** The edit falls between our look at the user and our write; its event waits until the echo of the write is there too. */
  const cover = async (world: World, afterMs: number): Promise<string> => {
    await world.load();
    await world.quiet();
    const [legacyId = ""] = world.legacyIds();
    await world.pauseLane("to-cidaas", "for the test");
    world.simulator.legacy.setDials({ latencyMs: (afterMs + 100) * SPEED });
    const writes = () => world.calls()["legacy PATCH /users/:id"] ?? 0;
    const before = writes();
    editCidaas(world, legacyId, { address: { locality: "Bonn" } });
    await world.until(() => writes() > before, "our write to be under way");
    await pause(afterMs);
    editLegacy(world, legacyId, { city: "Kiel" });
    await world.until(() => world.legacyUser(legacyId).city === "Bonn", "our write to take effect");
    world.clearFaults();
    return legacyId;
  };

  const judge = async (world: World, legacyId: string, { winner, city, ambiguous }: (typeof CASES)[number]) => {
    await world.until(() => world.simulator.legacy.pendingEvents() === 0, "both events to be taken");
    await world.pauseLane("to-cidaas", null);
    await world.quiet();
    await world.judge();
    should(world.legacyUser(legacyId).city).equal(city);
    should(await world.conflicts()).containDeep([{ legacyId, rule: "city", winner, ambiguous }]);
  };

  for (const seed of runs()) {
    for (const one of CASES) {
      it(`loses to cidaas or wins by its time, and is recorded: ${one.winner} (seed ${seed})`, async () => {
        await World.with({ seed, users: 1, nodes: { sync: { clockTolerance: 5 } } }, async (world) => {
          await judge(world, await cover(world, one.afterMs), one);
        });
      });

      it(`is recorded though a crash meets the settlement: ${one.winner} (seed ${seed})`, async () => {
        await World.with({ seed, users: 1, nodes: { sync: { clockTolerance: 5 } } }, async (world) => {
          const stop = world.simulator.history.onAppend(({ system, by, fields }) => {
            if (system === "legacy" && by === "sync" && fields.city === "Bonn") world.crash();
          });
          const legacyId = await cover(world, one.afterMs);
          stop();
          await world.start();
          await judge(world, legacyId, one);
        });
      });
    }
  }
});
