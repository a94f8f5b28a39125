import should from "should";
import { type JsonObject, LANES, type Lane } from "../../lib/sync/types";
import { editAtRandom, editCidaas, editLegacy } from "./edits";
import { pause, runs, World } from "./harness";

const USERS = 16;

describe("A restored backup", function () {
  this.timeout(60_000);

  for (const seed of runs()) {
    it(`of which all later changes had arrived makes nobody twice and undoes nothing (seed ${seed})`, async () => {
      await World.with({ seed, users: USERS }, async (world) => {
        await world.load();
        await world.quiet();
        const backup = await world.backup();
        await editAtRandom(world, { count: 60, among: world.legacyIds(), spacingMs: 6 });
        await world.quiet();
        await world.judge();
        const before = values(world);
        await world.stop();
        await world.restore(backup);
        await world.load();
        await world.quiet();
        should(values(world)).eql(before);
        await world.judge();
      });
    });

    it(`takes over who was born on either side since, with their edits (seed ${seed})`, async () => {
      await World.with({ seed, users: USERS }, async (world) => {
        await world.load();
        await world.quiet();
        const backup = await world.backup();
        for (let number = 0; number < 6; number += 1) {
          const names = { email_verified: true, given_name: "Neu", family_name: `C ${number}` };
          world.simulator.tenant.register({ email: `c${number}@example.com`, ...names });
          world.simulator.legacy.create({
            email: `l${number}@example.com`,
            email_verified: 1,
            last_name: `L ${number}`,
          });
        }
        await world.quiet();
        const born = world.legacyIds().slice(-12);
        await editAtRandom(world, { count: 40, among: born, spacingMs: 6 });
        await world.quiet();
        await world.judge();
        const before = values(world);
        await world.stop();
        // Edited since, so that nothing but the ledger tells who this is.
        const moved = born.at(-1) ?? "";
        editLegacy(world, moved, { email: "moved@example.com" });
        await world.restore(backup);
        await world.load();
        await world.quiet();
        const others = (list: JsonObject[]) => list.filter(({ email }) => email !== "moved@example.com");
        const emails = new Set(values(world).map(({ email }) => email));
        should(others(values(world))).eql(before.filter(({ email }) => emails.has(email)));
        await world.judge();
        should(world.simulator.tenant.snapshot()).have.length(USERS + 12);
      });
    });

    it(`brings what was edited on either side while it was down (seed ${seed})`, async () => {
      await World.with({ seed, users: USERS }, async (world) => {
        await world.load();
        await world.quiet();
        const backup = await world.backup();
        const ids = world.legacyIds();
        await editAtRandom(world, { count: 40, among: ids, spacingMs: 6 });
        await world.quiet();
        await world.stop();
        await pause(20);
        for (const [index, id] of ids.entries()) {
          if (index % 2 === 0) editLegacy(world, id, { city: `Bonn ${index}` });
          else editCidaas(world, id, { address: { locality: `Ulm ${index}` } });
        }
        await pause(20);
        await world.restore(backup);
        await world.load();
        await world.quiet();
        await world.judge();
        const cities = world.simulator.legacy.snapshot().map(({ city }) => String(city));
        should(cities).eql(ids.map((_, index) => (index % 2 === 0 ? `Bonn ${index}` : `Ulm ${index}`)));
      });
    });

    it(`lets no older value win over one that was accepted and lost with the store (seed ${seed})`, async () => {
      await World.with({ seed, users: USERS }, async (world) => {
        const ids = await loseAcceptedEdits(world);
        await world.quiet();
        await world.judge();
        const cities = world.simulator.legacy.snapshot().map(({ city }) => String(city));
        should(cities).eql(ids.map((_, index) => (index % 2 === 0 ? `Bonn ${index}` : `Ulm ${index}`)));
      });
    });

    it(`believes the legacy system, and not what has waited in the backup for cidaas (seed ${seed})`, async () => {
      await World.with({ seed, users: 1 }, async (world) => {
        await world.load();
        await world.quiet();
        const [id = ""] = world.legacyIds();
        const waiting = async (lane: Lane) => (await world.status()).lanes[lane].waiting;
        const until = async (condition: () => Promise<boolean>) => {
          while (!(await condition())) await pause(5);
        };
        await world.pauseLane("to-cidaas", "for the test");
        editLegacy(world, id, { city: "Köln" });
        await until(async () => (await waiting("to-cidaas")) === 1);
        const backup = await world.backup();
        await world.pauseLane("to-cidaas", null);
        await world.quiet();
        await pause(100);
        editCidaas(world, id, { address: { locality: "Jena" } });
        await world.quiet();
        for (const lane of LANES) await world.pauseLane(lane, "for the test");
        await pause(100);
        editLegacy(world, id, { city: "Bonn" });
        await until(async () => (await waiting("to-cidaas")) === 1);
        await world.stop();
        await world.restore(backup);
        const before = (await world.status()).lanes["to-legacy"].counters.in;
        // Cidaas is looked at first: in the backup the lane to it stands still.
        await until(async () => {
          const { waiting, inFlight, counters } = (await world.status()).lanes["to-legacy"];
          return counters.in > before && waiting + inFlight === 0;
        });
        await world.pauseLane("to-cidaas", null);
        await world.quiet();
        await world.judge();
        should(world.legacyUser(id)).match({ city: "Bonn" });
      });
    });

    it(`asks a person about such values where a first contact is parked (seed ${seed})`, async () => {
      await World.with({ seed, users: USERS, nodes: { sync: { firstContact: "park" } } }, async (world) => {
        const ids = await loseAcceptedEdits(world);
        await world.quiet();
        const differences = world.differences();
        should(differences).have.length(USERS);
        for (const [index, id] of ids.entries())
          should(differences).containEql(
            index % 2 === 0
              ? `legacy user ${id}: city is "Jena ${index}" in cidaas, "Bonn ${index}" in legacy`
              : `legacy user ${id}: city is "Ulm ${index}" in cidaas, "Jena ${index}" in legacy`,
          );
        const parked = await world.parked();
        for (const id of ids) should(parked.filter((one) => one.includes(`user ${id} `))).not.be.empty();
        should(parked.every((one) => one.includes("FIRST_CONTACT"))).be.true();
      });
    });
  }
});

/**
 * Everybody's city is edited on one side and brought to the other, then edited there: the half in legacy, the other half in
 * cidaas. These edits are accepted, and lost with the store, in the place of which comes an older backup.
 */
async function loseAcceptedEdits(world: World): Promise<string[]> {
  await world.load();
  await world.quiet();
  const backup = await world.backup();
  const ids = world.legacyIds();
  for (const [index, id] of ids.entries()) {
    if (index % 2 === 0) editCidaas(world, id, { address: { locality: `Jena ${index}` } });
    else editLegacy(world, id, { city: `Jena ${index}` });
  }
  await world.quiet();
  for (const lane of LANES) await world.pauseLane(lane, "for the test");
  // Beyond the tolerance of the clocks.
  await pause(100);
  for (const [index, id] of ids.entries()) {
    if (index % 2 === 0) editLegacy(world, id, { city: `Bonn ${index}` });
    else editCidaas(world, id, { address: { locality: `Ulm ${index}` } });
  }
  const accepted = async () => (await world.status()).lanes["to-cidaas"].waiting >= USERS / 2;
  while (!(await accepted())) await pause(5);
  await world.stop();
  await world.restore(backup);
  // The catch-up comes first, and knows nothing of what the legacy system holds.
  await world.quiet();
  await world.load();
  return ids;
}

/** What both systems hold of every user, without what changes with every write. */
function values({ simulator }: World): JsonObject[] {
  const cidaas = simulator.tenant.snapshot().map(({ updatedTime: _, ...user }) => user);
  const legacy = simulator.legacy.snapshot().map(({ updated_at: _, ...user }): JsonObject => user);
  return [...cidaas, ...legacy];
}
