import should from "should";
import type { JsonObject } from "../../lib/sync/types";
import { at } from "../support/answers";
import { editCidaas, editLegacy } from "./edits";
import { pause, runs, SPEED, World } from "./harness";

const legacyUser = (email: string, members: JsonObject = {}) => ({
  email,
  email_verified: 1,
  first_name: "Lea",
  last_name: "Lang",
  ...members,
});
const cidaasUser = (email: string, members: JsonObject = {}) => ({
  email,
  email_verified: true,
  given_name: "Lea",
  family_name: "Lang",
  ...members,
});

/** A legacy create and a registration in cidaas, with at most `spreadMs` (real) between them, either first. */
async function bornTwice(
  world: World,
  email: string,
  spreadMs: number,
  verified: { cidaas: boolean; legacy: boolean },
) {
  const inLegacy = () => world.simulator.legacy.create(legacyUser(email, { email_verified: verified.legacy ? 1 : 0 }));
  const inCidaas = () => world.simulator.tenant.register(cidaasUser(email, { email_verified: verified.cidaas }));
  const [first, second] = world.random.chance(0.5) ? [inLegacy, inCidaas] : [inCidaas, inLegacy];
  first();
  const wait = world.random.integer(spreadMs + 1);
  if (wait > 0) await pause(wait);
  try {
    second();
  } catch {
    // The sync was faster: the other side refuses the e-mail, as it would to a person.
  }
}

/** Whether the sync did this in the legacy system. */
function isAwaited({ system, by, kind }: Record<"system" | "by" | "kind", string>, awaited: string): boolean {
  return system === "legacy" && by === "sync" && kind === awaited;
}

describe("Users born", function () {
  this.timeout(60_000);

  for (const seed of runs()) {
    it(`on either side come to the other one, once (seed ${seed})`, async () => {
      await World.with({ seed }, async (world) => {
        for (let number = 0; number < 30; number += 1) {
          if (number % 2 === 0) world.simulator.legacy.create(legacyUser(`l${number}@example.org`));
          else world.simulator.tenant.register(cidaasUser(`c${number}@example.org`));
          await pause(world.random.integer(5));
        }
        await world.quiet();
        await world.judge();
        should(world.simulator.tenant.snapshot()).have.length(30);
        should(world.simulator.legacy.snapshot()).have.length(30);
      });
    });

    for (const edit of [{ status: "locked" }, { email: "moved@example.org" }]) {
      const [field = ""] = Object.keys(edit);
      it(`in cidaas and edited while the outcome of their create was open are one person: ${field} (seed ${seed})`, async () => {
        await World.with({ seed }, async (world) => {
          const { legacy, tenant } = world.simulator;
          const stop = world.simulator.history.onAppend(({ system, by, kind }) => {
            if (system === "legacy" && by === "sync" && kind === "created") world.crash();
          });
          tenant.register(cidaasUser("born@example.org"));
          await world.until(() => legacy.snapshot().length > 0, "the create to take effect");
          stop();
          editLegacy(world, world.legacyIds()[0] ?? "", edit);
          await world.start();
          await world.quiet();
          await world.judge();
          should([tenant.snapshot().length, legacy.snapshot().length]).eql([1, 1]);
          should(world.legacyUser(world.legacyIds()[0] ?? "")).containEql(edit);
        });
      });
    }

    it(`in cidaas learn their legacy id though an update meets the open create (seed ${seed})`, async () => {
      await World.with({ seed }, async (world) => {
        const { legacy, tenant, history } = world.simulator;
        const crashAt = async (awaited: string) => {
          const stop = history.onAppend(({ system, by, kind }) => {
            if (!isAwaited({ system, by, kind }, awaited)) return;
            stop();
            world.crash();
          });
          await world.until(() => history.entries().some((one) => isAwaited(one, awaited)), awaited);
        };
        // The legacy system fills these by itself: nothing else is left to be written to cidaas.
        const defaults = { customFields: { newsletter: false, tier: "basic" } };
        tenant.register(cidaasUser("born@example.org", defaults));
        await crashAt("created");
        tenant.edit(String(tenant.snapshot()[0]?.sub), { family_name: "Berg" });
        // The update takes effect a second of real time after it was sent, and not before the start has ended.
        legacy.setDials({ latencyMs: 1_000 * SPEED });
        await world.start();
        await crashAt("updated");
        legacy.setDials({ latencyMs: 0 });
        await world.start();
        await world.quiet();
        await world.judge();
        should(legacy.snapshot()[0]).containEql({ last_name: "Berg" });
        should(at(tenant.snapshot()[0], "customFields.legacy_id")).equal(world.legacyIds()[0]);
      });
    });

    it(`on both sides at once with one verified e-mail are one person (seed ${seed})`, async () => {
      await World.with({ seed }, async (world) => {
        const births = Array.from({ length: 20 }, (_, number) =>
          bornTwice(world, `both${number}@example.org`, number * 3, { cidaas: true, legacy: true }),
        );
        await Promise.all(births);
        await world.quiet();
        await world.judge();
        should(world.simulator.tenant.snapshot()).have.length(20);
        should(world.simulator.legacy.snapshot()).have.length(20);
        for (const legacyId of world.legacyIds()) {
          editLegacy(world, legacyId, { city: `Bonn ${legacyId}` });
          editCidaas(world, legacyId, { given_name: `Lea ${legacyId}` });
        }
        await world.quiet();
        await world.judge();
      });
    });

    it(`on both sides at once while calls fail are one person (seed ${seed})`, async () => {
      await World.with({ seed }, async (world) => {
        world.setDials({
          rate5xx: 0.1,
          rateReset: 0.15,
          rateDuplicateEvent: 0.2,
          reorderEvents: true,
          rateMissingResult: 0.1,
        });
        const births = Array.from({ length: 20 }, (_, number) =>
          bornTwice(world, `both${number}@example.org`, number * 3, { cidaas: true, legacy: true }),
        );
        for (let number = 0; number < 10; number += 1) {
          world.simulator.legacy.create(legacyUser(`l${number}@example.org`));
          world.simulator.tenant.register(cidaasUser(`c${number}@example.org`));
        }
        await Promise.all(births);
        await pause(500);
        world.clearFaults();
        await world.quiet();
        await world.judge();
        should(world.simulator.tenant.snapshot()).have.length(40);
        should(world.simulator.legacy.snapshot()).have.length(40);
      });
    });

    for (const verified of [
      { cidaas: false, legacy: true },
      { cidaas: true, legacy: false },
    ]) {
      const where = verified.cidaas ? "the legacy system" : "cidaas";
      it(`on both sides with an e-mail not verified in ${where} remain two and wait for review (seed ${seed})`, async () => {
        await World.with({ seed }, async (world) => {
          world.setDials({ eventDelayMs: 500 });
          const births = Array.from({ length: 10 }, (_, number) =>
            bornTwice(world, `both${number}@example.org`, 0, verified),
          );
          await Promise.all(births);
          await world.quiet();
          should(world.simulator.tenant.snapshot()).have.length(10);
          should(world.simulator.legacy.snapshot()).have.length(10);
          const linked = world.simulator.tenant
            .snapshot()
            .filter((user) => Object(user.customFields).legacy_id !== undefined);
          should(linked).eql([], world.told("users were linked by an unverified e-mail"));
          const parked = await world.parked();
          should(parked.filter((one) => !one.includes("LINK_REVIEW"))).eql([], world.told("parked for another reason"));
          should(parked.length).be.aboveOrEqual(10);
        });
      });
    }
  }
});
