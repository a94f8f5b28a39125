import should from "should";
import type { BrakeKind, Lane } from "../../../../lib/sync/types";
import { type EngineFactory, type Fixture, withFixture } from "./fixture";

const LIMIT = { count: 3, share: 1 };
const REASON = "brake: 4 deletes within an hour";
const DROPPED = { code: "BRAKED", message: "Dropped." };
const LANE = "to-legacy";

/** What an engine does of the brake: count, pause and decide, each as one transaction. */
export function describeBraking(factory: EngineFactory): void {
  describe("the brake", () => {
    withFixture(factory, (fixture) => {
      /** So many deletions wait in the lane to the legacy system. */
      async function deletions(count: number, name = "s"): Promise<void> {
        const marks = Array.from({ length: count }, (_, index) => ({
          sub: `${name}${index}`,
          change: fixture().change({ kind: "delete" }),
        }));
        await fixture().store.mark(LANE, marks);
      }

      it("lets go as many as the limit says, and pauses the lane with the first beyond it", async () => {
        const f = fixture();
        await deletions(5);
        should(await lose(f, await tokens(f))).eql(["go", "go", "go", "wait", "wait"]);
        should((await f.store.status()).lanes).match({ [LANE]: { paused: REASON }, "to-cidaas": { paused: false } });
      });

      it("lets no more go when many ask at once", async () => {
        const f = fixture();
        await deletions(8);
        const verdicts = await Promise.all((await tokens(f)).map((token) => lose(f, [token])));
        should(verdicts.flat().filter((verdict) => verdict === "go")).have.length(3);
      });

      it("takes the share of the persons that are linked", async () => {
        const f = fixture();
        await deletions(5);
        const adopted = Array.from({ length: 4 }, (_, index) => `l${index}`);
        await f.store.adopt(adopted.map((sub) => ({ sub, legacyId: sub, identifiers: [] })));
        const losses = (await tokens(f)).map((token) => ({ token, kinds: ["delete" as const] }));
        const verdicts = await f.store.brake(LANE, losses, { count: 1, share: 100 });
        should(verdicts.map((verdict) => verdict.do)).eql(["go", "go", "go", "go", "wait"]);
      });

      it("counts each lane and each sync for itself", async () => {
        const f = fixture();
        await deletions(4);
        await lose(f, await tokens(f));
        await f.markLegacy("1");
        should(await lose(f, await tokens(f, "to-cidaas"), ["delete"], "to-cidaas")).eql(["go"]);
        f.key = "others";
        await deletions(1, "o");
        should(await lose(f, await tokens(f))).eql(["go"]);
        should((await f.store.status()).lanes[LANE].paused).be.false();
      });

      it("counts a change once, however often it is tried and whoever restarts between", async () => {
        const f = fixture();
        await deletions(3);
        for (let attempt = 0; attempt < 2; attempt++) {
          const held = await tokens(f);
          should(await lose(f, held)).eql(["go", "go", "go"]);
          await f.store.settle(held.map((token) => ({ token, outcome: "retry", notBefore: f.now })));
        }
        const held = await tokens(f);
        await f.reopen();
        should(held).have.length(3);
        should(await lose(f, await tokens(f))).eql(["go", "go", "go"]);
        await deletions(1, "late");
        should(await lose(f, await tokens(f))).eql(["wait"]);
      });

      it("counts of a change that was let pass for one kind each other kind", async () => {
        const f = fixture();
        await deletions(4);
        const held = await tokens(f);
        should(await lose(f, held, ["blanking"])).eql(["go", "go", "go", "wait"]);
        should(await lose(f, held, ["blanking", "deactivation"])).eql(["go", "go", "go", "wait"]);
      });

      it("keeps what it held, its count and its pause over a restart", async () => {
        const f = fixture();
        await deletions(4);
        const [first, ...others] = await tokens(f);
        await lose(f, [first ?? "", ...others]);
        await f.store.settle([{ token: others[2] ?? "", outcome: "retry", counts: false, notBefore: f.now }]);
        await f.reopen();
        should((await f.store.status()).lanes[LANE]).match({ paused: REASON, waiting: 4, parkedNow: 0 });
        await f.takeNone(LANE);
        await f.store.pause(LANE, null);
        should((await lose(f, await tokens(f))).sort()).eql(["go", "go", "go", "wait"]);
        should((await f.store.status()).lanes[LANE].paused).equal(REASON);
      });

      it("goes on at a person's word, tells the lane, and counts anew", async () => {
        const f = fixture();
        await deletions(5);
        await give(f, await lost(f));
        const heard: string[] = [];
        f.store.onWork((lane) => heard.push(lane));
        should(await f.store.decideBrake(LANE, "go-on")).be.true();
        should(heard).eql([LANE]);
        should((await f.store.status()).lanes[LANE].paused).be.false();
        await deletions(2, "more");
        should(await lose(f, await tokens(f))).eql(["go", "go", "go", "go", "go", "go", "wait"]);
      });

      it("drops at a person's word what waited by then, and lets it pass when it is retried", async () => {
        const f = fixture();
        await deletions(5);
        await give(f, await lost(f));
        should(await f.store.decideBrake(LANE, "drop")).be.true();
        await f.reopen();
        const held = await tokens(f);
        should(await lose(f, held)).eql(["go", "go", "go", "drop", "drop"]);
        await f.store.settle(held.slice(3).map((token) => ({ token, outcome: "parked", reason: DROPPED })));
        should(await f.store.retryParked({ lane: LANE, code: "BRAKED" })).match({ [LANE]: 2 });
        should(await lose(f, await tokens(f))).eql(["go", "go"]);
      });

      it("leaves the pause of a person, and stops the lane again once that has ended", async () => {
        const f = fixture();
        await deletions(5);
        const held = await tokens(f);
        await f.store.pause(LANE, "new disks");
        await lose(f, held.slice(0, 4));
        should((await f.store.status()).lanes[LANE].paused).equal("new disks");
        await f.store.pause(LANE, null);
        should(await lose(f, held.slice(4))).eql(["wait"]);
        should((await f.store.status()).lanes[LANE].paused).equal(REASON);
        await f.store.pause(LANE, "for the weekend");
        should(await f.store.decideBrake(LANE, "go-on")).be.true();
        should((await f.store.status()).lanes[LANE].paused).equal("for the weekend");
      });

      it("has nothing to decide in a lane that it does not hold", async () => {
        const f = fixture();
        should(await f.store.decideBrake(LANE, "drop")).be.false();
        should(await f.store.decideBrake(LANE, "go-on")).be.false();
      });

      it("counts nobody whose lease is lost", async () => {
        const f = fixture();
        await deletions(4);
        const held = await tokens(f);
        f.expireLeases();
        const again = await tokens(f);
        should(await lose(f, held)).eql(["go", "go", "go", "go"]);
        should(await lose(f, again)).eql(["go", "go", "go", "wait"]);
      });
    });
  });
}

/** Takes all that is due in a lane. */
async function tokens(f: Fixture, lane: Lane = LANE): Promise<string[]> {
  return (await f.store.take(lane, 100)).leases.map(({ token }) => token);
}

async function lose(f: Fixture, held: string[], kinds: BrakeKind[] = ["delete"], lane: Lane = LANE): Promise<string[]> {
  const losses = held.map((token) => ({ token, kinds }));
  return (await f.store.brake(lane, losses, LIMIT)).map((verdict) => verdict.do);
}

/** Takes all, and asks the brake for it. */
async function lost(f: Fixture): Promise<string[]> {
  const held = await tokens(f);
  await lose(f, held);
  return held;
}

/** Gives leases back as a sender does with whom it may not send. */
async function give(f: Fixture, held: string[]): Promise<void> {
  await f.store.settle(held.map((token) => ({ token, outcome: "retry", counts: false, notBefore: f.now })));
}
