import should from "should";
import { editCidaas, editLegacy, subOf } from "./edits";
import { pause, runs, World } from "./harness";

const PURGE = { nodes: { upsert: { deletes: "purge" } } };

function gone(world: World, legacyIds: readonly string[], subs: readonly (string | null)[]): void {
  const { tenant, legacy } = world.simulator;
  const left = legacy.snapshot().filter(({ id }) => legacyIds.includes(String(id)));
  should(left.map(({ id }) => id)).eql(
    [],
    world.told(`deleted users are in the legacy system again\n${world.story(String(left[0]?.id))}`),
  );
  should(
    tenant
      .snapshot()
      .filter(({ sub }) => subs.some((one) => one === sub))
      .map(({ sub }) => sub),
  ).eql([], world.told("deleted users are in cidaas again"));
}

async function loaded(world: World): Promise<{ ids: string[]; subs: (string | null)[] }> {
  await world.load();
  await world.quiet();
  const ids = world.legacyIds();
  return { ids, subs: ids.map((id) => subOf(world, id)) };
}

describe("Deleted users", function () {
  this.timeout(60_000);

  for (const seed of runs()) {
    it(`go on the other side too, with changes of the same users waiting (seed ${seed})`, async () => {
      await World.with({ seed, users: 12, ...PURGE }, async (world) => {
        const { ids, subs } = await loaded(world);
        for (const [place, id] of ids.entries()) {
          const sub = subs[place] ?? "";
          if (place % 4 === 0) editLegacy(world, id, { city: "Bonn" });
          if (place % 4 === 1) editCidaas(world, id, { given_name: "Lea" });
          if (place % 3 === 0) await pause(world.random.integer(10));
          if (place % 2 === 0) world.simulator.legacy.remove(id);
          else world.simulator.tenant.remove(sub);
        }
        await world.quiet();
        gone(world, ids, subs);
        await world.judge();
      });
    });

    it(`are looked at again without being missed (seed ${seed})`, async () => {
      await World.with({ seed, users: 4, ...PURGE }, async (world) => {
        const { ids, subs } = await loaded(world);
        for (const [place, id] of ids.entries()) {
          if (place % 2 === 0) world.simulator.legacy.remove(id);
          else world.simulator.tenant.remove(subs[place] ?? "");
        }
        await world.quiet();
        await world.lookAgain(subs.filter((sub) => sub !== null));
        await world.quiet();
        gone(world, ids, subs);
        await world.judge();
      });
    });

    it(`stay away when older events of them come late, twice and in disorder (seed ${seed})`, async () => {
      await World.with({ seed, users: 16, ...PURGE }, async (world) => {
        const { ids, subs } = await loaded(world);
        world.setDials({ reorderEvents: true, rateDuplicateEvent: 0.5, eventDelayMs: 200 });
        for (const [place, id] of ids.entries()) {
          editLegacy(world, id, { city: `Bonn ${place}` });
          editCidaas(world, id, { given_name: `Lea ${place}` });
          await pause(world.random.integer(3));
          if (place % 2 === 0) world.simulator.legacy.remove(id);
          else world.simulator.tenant.remove(subs[place] ?? "");
        }
        await world.quiet();
        gone(world, ids, subs);
        await world.judge();
      });
    });

    it(`stay away when an event of them is delivered after all is done (seed ${seed})`, async () => {
      await World.with({ seed, users: 2, ...PURGE }, async (world) => {
        const { ids, subs } = await loaded(world);
        const [first = "", second = ""] = ids;
        const record = world.simulator.legacy.snapshot()[0];
        const before = Date.now();
        world.simulator.legacy.remove(first);
        world.simulator.tenant.remove(subs[1] ?? "");
        await world.quiet();
        await world.replayLegacyEvent({ ...record }, before);
        await world.replayWebhook(subs[0] ?? "", before);
        await world.replayWebhook(subs[1] ?? "", before);
        await world.quiet();
        gone(world, [first, second], subs);
      });
    });

    it(`go on both sides at once (seed ${seed})`, async () => {
      await World.with({ seed, users: 8, ...PURGE }, async (world) => {
        const { ids, subs } = await loaded(world);
        for (const [place, id] of ids.entries()) {
          world.simulator.legacy.remove(id);
          world.simulator.tenant.remove(subs[place] ?? "");
          await pause(world.random.integer(3));
        }
        await world.quiet();
        gone(world, ids, subs);
        await world.judge();
      });
    });

    it(`are declined in cidaas where the flow says so, and stay so (seed ${seed})`, async () => {
      await World.with({ seed, users: 6 }, async (world) => {
        const { ids, subs } = await loaded(world);
        for (const id of ids) world.simulator.legacy.remove(id);
        await world.quiet();
        should(world.simulator.legacy.snapshot()).eql([], world.told("deleted users are in the legacy system again"));
        const states = world.simulator.tenant.snapshot().map(({ sub, userStatus }) => ({ sub, userStatus }));
        should(states).eql(subs.map((sub) => ({ sub, userStatus: "DECLINED" })));
        should(await world.parked()).eql([]);
      });
    });

    it(`come again with the status of their record though a crash meets the deletion (seed ${seed})`, async () => {
      await World.with({ seed, users: 1 }, async (world) => {
        const { ids } = await loaded(world);
        const [id = ""] = ids;
        const { email } = world.legacyUser(id);
        const stop = world.simulator.history.onAppend(({ system, by, fields }) => {
          if (system === "cidaas" && by === "sync" && fields.userStatus === "DECLINED") world.crash();
        });
        world.simulator.legacy.remove(id);
        const isDeclined = () => world.simulator.tenant.snapshot()[0]?.userStatus === "DECLINED";
        await world.until(isDeclined, "the deletion to take effect");
        stop();
        world.simulator.legacy.create({ email: `${email}`, email_verified: 1, last_name: "Neu" }, id);
        await world.start();
        await world.quiet();
        should(world.simulator.tenant.snapshot()).match([{ userStatus: "VERIFIED", family_name: "Neu" }]);
      });
    });

    it(`come back as somebody else when they register anew (seed ${seed})`, async () => {
      await World.with({ seed, users: 4, ...PURGE }, async (world) => {
        const { ids } = await loaded(world);
        const emails = world.simulator.legacy.snapshot().map(({ email }) => email ?? "");
        for (const id of ids) world.simulator.legacy.remove(id);
        await world.quiet();
        for (const email of emails.slice(0, 2))
          world.simulator.legacy.create({ email, email_verified: 1, last_name: "Neu" });
        for (const email of emails.slice(2))
          world.simulator.tenant.register({ email, email_verified: true, family_name: "Neu" });
        await world.quiet();
        should(world.differences()).eql([], world.told((await world.parked()).join("\n")));
        should(await world.parked()).eql([]);
        should(world.simulator.legacy.snapshot()).have.length(4);
      });
    });
  }
});
