import should from "should";
import { ALL_SCOPES } from "../../simulator/tenant/tokens";
import { BAD_EMAIL, BAD_USERS, NO_BAD_USERS } from "./dials";
import { editLegacy } from "./edits";
import { pause, runs, World } from "./harness";

const BULK = "cidaas POST /users-srv/user/bulk";
const bulkCalls = (world: World) => world.calls()[BULK] ?? 0;

/** Parked users as legacy id and code, in order. */
async function parkedIds(world: World): Promise<string[]> {
  const told = (await world.parked()).map((one) => /legacy user (\S+) .* is parked \S+ (\S+):/.exec(one));
  return told.map((match) => `${match?.[1]} ${match?.[2]}`).sort();
}

describe("Of a load of 1,000 users with 7 bad ones", function () {
  this.timeout(120_000);

  const USERS = 1_000;
  const MOST_EXTRA_CALLS = 60;
  /** The echoes of the load are another matter, and take most of the time. */
  const load = { users: USERS, nodes: { batcher: { size: 50, waitMs: 1_000 } }, dials: { bulkWebhooks: false } };
  let callsWithoutBadUsers = 0;

  before(async () => {
    await World.with({ ...load, seed: 1 }, async (world) => {
      await world.load();
      await world.quiet(60_000);
      should(world.simulator.tenant.snapshot()).have.length(USERS);
      callsWithoutBadUsers = bulkCalls(world);
    });
  });

  /** Places of the bad users in the load: the first four make the tenant refuse their whole batch. */
  const PLACES: Record<string, (world: World) => number[]> = {
    "at random": (world) => world.random.shuffle(Array.from({ length: USERS }, (_, place) => place)).slice(0, 7),
    "all in one batch": () => [510, 511, 512, 513, 520, 530, 540],
    "first and last of their batches": () => [0, 49, 950, 999, 100, 149, 500],
  };
  for (const [where, choose] of Object.entries(PLACES)) {
    for (const seed of runs()) {
      it(`exactly those 7 are parked, with few extra calls: ${where} (seed ${seed})`, async () => {
        await World.with({ ...load, seed }, async (world) => {
          const users = world.simulator.legacy.snapshot();
          const bad = choose(world).map((place) => users[place]);
          const emails = bad.map((user) => user?.email ?? "");
          world.simulator.tenant.setDials({ poisonEmails: emails.slice(0, 4), failEmails: emails.slice(4) });

          await world.load();
          await world.quiet(60_000);

          const expected = bad.map((user) => `${user?.id} TENANT_FAILED_USER`).sort();
          should(await parkedIds(world)).eql(expected, world.told("others are parked"));
          for (const one of await world.parked()) should(one).match(/validation failed/);
          should(world.simulator.tenant.snapshot()).have.length(USERS - 7);
          const extra = bulkCalls(world) - callsWithoutBadUsers;
          const figure = `${extra} extra bulk calls over ${callsWithoutBadUsers}`;
          should(extra).be.belowOrEqual(MOST_EXTRA_CALLS, world.told(figure));
        });
      });
    }
  }
});

describe("One user whom the tenant does not take", function () {
  this.timeout(60_000);

  for (const [name, { dials, code, reason }] of Object.entries(BAD_USERS)) {
    for (const seed of runs()) {
      it(`is parked alone, when it ${name} (seed ${seed})`, async () => {
        // With so many attempts a user's own failures would close the lane, if they counted each.
        const maxAttempts = code === "SERVER_ERROR" ? 9 : 6;
        const nodes = { store: { maxAttempts }, tenant: { timeout: 16 } };
        await World.with({ seed, users: 40, nodes, dials: { ...NO_BAD_USERS, ...dials } }, async (world) => {
          const ids = world.legacyIds();
          const bad = ids[world.random.integer(ids.length)] ?? "";
          world.simulator.legacy.edit(bad, { email: BAD_EMAIL });
          await world.load();
          await world.quiet(40_000);
          should(await parkedIds(world)).eql([`${bad} ${code}`], world.told("others are parked"));
          should((await world.parked())[0]).match(reason);
          should(world.simulator.tenant.snapshot()).have.length(39);

          world.simulator.tenant.setDials(NO_BAD_USERS);
          await world.retryParked();
          await world.quiet();
          await world.judge();
        });
      });
    }
  }
});

describe("A tenant that takes nobody for a while", function () {
  this.timeout(60_000);

  for (const seed of runs()) {
    it(`parks nobody when its storage is full (seed ${seed})`, async () => {
      const nodes = { store: { maxAttempts: 6 } };
      await World.with({ seed, users: 40, nodes, dials: { invalidEmail507: "status" } }, async (world) => {
        const domains = world.simulator.legacy.snapshot().map(({ email }) => email?.split("@")[1] ?? "");
        await world.load(20);
        await world.until(() => world.simulator.tenant.snapshot().length > 0, "the first users to arrive");
        world.simulator.tenant.setDials({ invalidEmailDomains: domains });
        for (const legacyId of world.legacyIds()) editLegacy(world, legacyId, { city: `Bonn ${legacyId}` });
        await pause(3_000);
        should(await world.parked()).eql([]);
        world.simulator.tenant.setDials({ invalidEmailDomains: [] });
        await world.quiet();
        await world.judge();
      });
    });

    it(`parks nobody when it takes a right from our client, and goes on when that is given back (seed ${seed})`, async () => {
      await World.with(
        { seed, users: 60, nodes: { batcher: { size: 5, waitMs: 2_000, maxInFlight: 4 } } },
        async (world) => {
          await world.load();
          await world.quiet();
          const calls = bulkCalls(world);
          world.simulator.tenant.setDials({
            scopes: ALL_SCOPES.filter((scope) => scope !== "cidaas:bulk_user_create"),
          });
          world.simulator.tenant.revokeTokens();
          for (const legacyId of world.legacyIds()) editLegacy(world, legacyId, { city: `Bonn ${legacyId}` });
          await world.until(() => world.problems.some(({ code }) => code === "TENANT_FORBIDDEN"), "the refusal");
          await pause(1_000);
          should(await world.parked()).eql([]);
          // Those in flight at the first refusal, each with the old token and a new one, and none of the other batches.
          should(bulkCalls(world) - calls).be.belowOrEqual(2 * 4, world.told("the lane was not stopped"));
          world.simulator.tenant.setDials({ scopes: [] });
          world.simulator.tenant.revokeTokens();
          await world.quiet();
          await world.judge();
        },
      );
    });
  }
});
