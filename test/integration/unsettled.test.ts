import should from "should";
import { LANES } from "../../lib/sync/types";
import { at } from "../support/answers";
import { editCidaas, editLegacy } from "./edits";
import { pause, runs, SPEED, World } from "./harness";

/** Ms after which a write cannot take effect any more: a lease, and how far the clocks may be apart. */
const FLIGHT_MS = 10_000 + 1_000;

const NODES = { sync: { clockTolerance: 1 }, store: { leaseSeconds: 10 } };

describe("After a write to cidaas that never took effect, and of which nobody knows", function () {
  this.timeout(30_000);

  /** The legacy tier "silver" was sent to cidaas, which failed; then the process died, and cidaas is not written to. */
  const interrupt = async (world: World): Promise<string> => {
    await world.load();
    await world.quiet();
    const [legacyId = ""] = world.legacyIds();
    editCidaas(world, legacyId, { customFields: { tier: "basic" } });
    await world.quiet();
    world.setDials({ faultPaths: ["/users-srv"], rate5xx: 1 });
    const bulkCalls = () => world.calls()["cidaas POST /users-srv/user/bulk"] ?? 0;
    const before = bulkCalls();
    editLegacy(world, legacyId, { tier: "silver" });
    await world.until(() => bulkCalls() > before, "our write to be sent");
    world.crash();
    world.clearFaults();
    await world.start();
    await world.pauseLane("to-cidaas", "for the test");
    await pause(FLIGHT_MS / SPEED);
    return legacyId;
  };

  const resume = async (world: World) => {
    await world.until(() => world.simulator.tenant.pendingWebhooks() === 0, "the event of the edit to be taken");
    await world.pauseLane("to-cidaas", null);
    await world.quiet();
    await world.judge();
  };

  for (const seed of runs()) {
    it(`the same value set by a user after another one is the user's (seed ${seed})`, async () => {
      await World.with({ seed, users: 1, nodes: NODES }, async (world) => {
        const legacyId = await interrupt(world);
        editCidaas(world, legacyId, { customFields: { tier: "gold" } });
        await world.until(() => world.legacyUser(legacyId).tier === "gold", "the edit to arrive");
        editCidaas(world, legacyId, { customFields: { tier: "silver" } });
        await resume(world);
        should(world.legacyUser(legacyId).tier).equal("silver");
      });
    });

    it(`an edit counts by its own time though its event is on the way (seed ${seed})`, async () => {
      await World.with({ seed, users: 1, nodes: NODES }, async (world) => {
        const legacyId = await interrupt(world);
        await world.pauseLane("to-legacy", "for the test");
        editCidaas(world, legacyId, { given_name: "Anna" });
        await world.until(() => world.simulator.tenant.pendingWebhooks() === 0, "the event of another edit");
        world.simulator.tenant.setDials({ eventDelayMs: 20_000 });
        await pause(2_000 / SPEED);
        editLegacy(world, legacyId, { last_name: "Huber" });
        await pause(2_000 / SPEED);
        editCidaas(world, legacyId, { family_name: "Meier" });
        await world.until(() => world.simulator.legacy.pendingEvents() === 0, "the event of the legacy edit");
        await world.pauseLane("to-legacy", null);
        await world.until(() => world.legacyUser(legacyId).first_name === "Anna", "the look at the user");
        await resume(world);
        should(world.legacyUser(legacyId).last_name).equal("Meier");
      });
    });

    it(`the same value set by a user after a look that showed the old one is the user's (seed ${seed})`, async () => {
      await World.with({ seed, users: 1, nodes: NODES }, async (world) => {
        const legacyId = await interrupt(world);
        editLegacy(world, legacyId, { tier: "basic" });
        editCidaas(world, legacyId, { given_name: "Anna" });
        await world.until(() => world.legacyUser(legacyId).first_name === "Anna", "the look at the user");
        editCidaas(world, legacyId, { customFields: { tier: "silver" } });
        await resume(world);
        should(world.legacyUser(legacyId).tier).equal("silver");
      });
    });
  }
});

describe("After a write to cidaas that took effect, and of which nobody knows", function () {
  this.timeout(30_000);

  for (const seed of runs()) {
    it(`the conflict that it decided is recorded, though the next write is interrupted too (seed ${seed})`, async () => {
      await World.with({ seed, users: 1, nodes: NODES }, async (world) => {
        await world.load();
        await world.quiet();
        const [legacyId = ""] = world.legacyIds();
        const other = world.legacyUser(legacyId).tier === "gold" ? "silver" : "gold";
        for (const lane of LANES) await world.pauseLane(lane, "for the test");
        editLegacy(world, legacyId, { tier: other });
        await pause(10);
        editCidaas(world, legacyId, { given_name: "Anna" });
        await world.until(() => world.simulator.tenant.pendingWebhooks() === 0, "the event to be taken");
        crashAtWrite(world);
        await world.pauseLane("to-cidaas", null);
        await world.until(() => tierInCidaas(world) === other, "our write to take effect");
        await world.start();
        await world.pauseLane("to-cidaas", "for the test");
        editLegacy(world, legacyId, { city: "Kiel" });
        await world.until(() => world.simulator.legacy.pendingEvents() === 0, "the event of the next edit to be taken");
        crashAtWrite(world);
        await world.pauseLane("to-cidaas", null);
        await world.until(() => cityInCidaas(world) === "Kiel", "our next write to take effect");
        await world.start();
        await world.pauseLane("to-legacy", null);
        await world.quiet();
        await world.judge();
        should(await world.conflicts()).containDeep([{ legacyId, rule: "tier", winner: "legacy", ambiguous: true }]);
      });
    });

    it(`the conflict that a value lost beside it is recorded once (seed ${seed})`, async () => {
      await World.with({ seed, users: 1, nodes: NODES }, async (world) => {
        await world.load();
        await world.quiet();
        const [legacyId = ""] = world.legacyIds();
        for (const lane of LANES) await world.pauseLane(lane, "for the test");
        editLegacy(world, legacyId, { city: "Kiel", last_name: "Huber" });
        await pause(2_000 / SPEED);
        editCidaas(world, legacyId, { address: { locality: "Bonn" } });
        await world.until(() => world.simulator.tenant.pendingWebhooks() === 0, "the event to be taken");
        crashAtWrite(world);
        await world.pauseLane("to-cidaas", null);
        await world.until(() => world.simulator.tenant.snapshot()[0]?.family_name === "Huber", "our write");
        await world.start();
        // Of the two lanes only this one is to judge the conflict.
        while ((await world.conflicts()).length === 0) await pause(20);
        await world.pauseLane("to-legacy", null);
        await world.quiet();
        await world.judge();
        const ofCity = (await world.conflicts()).filter(({ rule }) => rule === "city");
        should(ofCity).have.length(1);
        should(ofCity).match([{ winner: "cidaas" }]);
      });
    });

    it(`an edit that brings back the old value is recorded, though no event names it (seed ${seed})`, async () => {
      await World.with({ seed, users: 1, nodes: NODES }, async (world) => {
        await world.load();
        await world.quiet();
        const [legacyId = ""] = world.legacyIds();
        const tier = world.legacyUser(legacyId).tier ?? "";
        const other = tier === "gold" ? "silver" : "gold";
        crashAtWrite(world);
        editLegacy(world, legacyId, { tier: other });
        await world.until(() => tierInCidaas(world) === other, "our write to take effect");
        await world.start();
        editCidaas(world, legacyId, { customFields: { tier } });
        await world.quiet();
        await world.judge();
        if (tierInCidaas(world) !== tier)
          should(await world.conflicts()).containDeep([{ legacyId, rule: "tier", winner: "legacy", ambiguous: true }]);
      });
    });
  }
});

/** Lets the process die as the next write to cidaas takes effect. */
function crashAtWrite(world: World): void {
  const stop = world.simulator.history.onAppend(({ system, by }) => {
    if (system !== "cidaas" || by !== "sync") return;
    stop();
    world.crash();
  });
}

function cityInCidaas(world: World): unknown {
  return at(world.simulator.tenant.snapshot()[0], "address.locality");
}

function tierInCidaas(world: World): unknown {
  return at(world.simulator.tenant.snapshot()[0], "customFields.tier");
}
