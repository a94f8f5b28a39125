import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import should from "should";
import { LaneGates } from "../../../lib/delivery/lane-gates";
import { LeaseRegistry } from "../../../lib/delivery/registry";
import { NOBODY_ANSWERS, Taker, type TakerContext } from "../../../lib/delivery/taker";
import { StoreError } from "../../../lib/errors";
import { openSqliteEngine } from "../../../lib/store/sqlite/engine";
import type { Engine, Lease, SyncStore } from "../../../lib/store/types";
import { emptyChange } from "../../../lib/sync/change";
import { waitFor } from "../../support/wait-for";

const LANE = "to-legacy";
const LEASE_MS = 180_000;
const MAX_IN_FLIGHT = 2;

describe("The taker of a lane", () => {
  let directory = "";
  let engine: Engine;
  let store: SyncStore;
  let context: TakerContext;
  let taker: Taker;
  let now = 1_000_000;
  let uptime = 0;
  let given: Lease[];
  let problems: string[];
  let failing: StoreError | null;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "taker-"));
    const policy = { leaseSeconds: LEASE_MS / 1000, maxAttempts: 3 };
    engine = await openSqliteEngine({ path: join(directory, "a.db"), encryptionKey: "key", policy, now: () => now });
    store = engine.sync("users");
    given = [];
    problems = [];
    failing = null;
    const take: SyncStore["take"] = (lane, n) => (failing ? Promise.reject(failing) : store.take(lane, n));
    context = {
      store: {
        take,
        status: () => store.status(),
        pause: (lane, reason) => store.pause(lane, reason),
        release: (tokens) => store.release(tokens),
        onWork: (listener) => store.onWork(listener),
      },
      registry: new LeaseRegistry(),
      gates: new LaneGates(),
      now: () => now,
    };
    taker = newTaker();
  });

  afterEach(async () => {
    failing = null;
    await taker.stop();
    await engine.close();
    rmSync(directory, { recursive: true, force: true });
  });

  function newTaker(): Taker {
    return new Taker(context, {
      lane: LANE,
      maxInFlight: MAX_IN_FLIGHT,
      room: () => MAX_IN_FLIGHT - context.registry.count(LANE),
      uptime: () => uptime,
      deliver: (leases) => void given.push(...leases),
      onProblem: (error) => void problems.push(error.code),
    });
  }

  const mark = (...subs: string[]) =>
    store.mark(
      LANE,
      subs.map((sub) => ({ sub, change: emptyChange("upsert", now) })),
    );
  const lane = async () => (await store.status()).lanes[LANE];
  const until = (condition: () => boolean | Promise<boolean>, what: string) =>
    waitFor(condition, { timeoutMs: 5_000, everyMs: 5, what, seen: () => ({ given: given.length, problems }) });

  /** Everybody in flight runs out; resolves once the store has taken them back. */
  async function runOut(): Promise<void> {
    const handedOut = given.length;
    now += LEASE_MS + 1;
    taker.wake();
    await until(async () => given.length > handedOut || (await lane()).paused !== false, "the leases to be taken back");
  }

  it("goes on by itself after errors of the store", async () => {
    failing = new StoreError("STORE_FULL", "The disk is full.");
    await taker.start();
    await mark("a");
    await until(() => problems.length >= 2, "two tries");
    should(problems.every((code) => code === "STORE_FULL")).be.true();
    failing = null;
    await until(() => given.length === 1, "the lease");
  });

  it("has room again for others when a sender could not settle what it had", async () => {
    await taker.start();
    await mark("a", "b");
    await until(() => given.length === 2, "both");
    for (const { token } of given) should(context.registry.claim(token)).not.be.null();
    await mark("c");
    now += LEASE_MS + 1;
    await until(() => given.some(({ person }) => person.sub === "c"), "the third");
  });

  it("stops the lane when nobody answers, says so once, parks nobody and hands out nobody", async () => {
    await taker.start();
    await mark("a", "b");
    await until(() => given.length === MAX_IN_FLIGHT, "both");
    await runOut();
    await runOut();
    await until(async () => (await lane()).inFlight === 0, "all to be given back");
    should(await lane()).match({ paused: NOBODY_ANSWERS, waiting: 2, parkedNow: 0 });
    const handedOut = given.length;
    await mark("c");
    await store.pause("to-cidaas", null);
    for (let look = 0; look < 3; look++) {
      taker.wake();
      await lane();
    }
    should(problems).eql(["NOBODY_ANSWERS"]);
    should(given).have.length(handedOut);
  });

  it("gives back what ran out while the process stood still, and takes that for nobody's silence", async () => {
    await taker.start();
    await mark("a", "b");
    for (let round = 1; round <= 3; round++) {
      await until(() => given.length === round * MAX_IN_FLIGHT, "both");
      now += LEASE_MS + 1;
      uptime += LEASE_MS + 1;
      taker.wake();
    }
    await until(() => given.length === 4 * MAX_IN_FLIGHT, "both once more");
    should(await lane()).match({ paused: false, parkedNow: 0 });
    should(given.map(({ attempt }) => attempt)).matchEach(1);
    should((await store.take(LANE, 0)).expiredInRow).equal(0);
  });

  it("leaves a pause that a person made as it is, however many were lost before", async () => {
    await taker.start();
    await mark("a", "b");
    await until(() => given.length === 2, "both");
    await store.pause(LANE, "maintenance");
    for (let round = 0; round < 3; round++) {
      now += LEASE_MS + 1;
      taker.wake();
      await until(async () => (await lane()).inFlight === 0, "the leases to be taken back");
    }
    should((await lane()).paused).equal("maintenance");
    await taker.stop();
    taker = newTaker();
    await taker.start();
    should((await lane()).paused).equal("maintenance");
  });

  it("tries a lane again that nobody answered, when it starts and when it is told to", async () => {
    await store.pause(LANE, NOBODY_ANSWERS);
    await taker.start();
    should((await lane()).paused).be.false();
    await store.pause(LANE, NOBODY_ANSWERS);
    await mark("a");
    await taker.resume();
    await until(() => given.length === 1, "the lease");
  });

  it("gives back, when it stops, what no sender has begun, and takes nothing more", async () => {
    await taker.start();
    await mark("a", "b");
    await until(() => given.length === 2, "both");
    const begun = context.registry.claim(given[0]?.token ?? null);
    await taker.stop();
    should(await lane()).match({ waiting: 1, inFlight: 1 });
    should(context.registry.get(begun?.token ?? null)).not.be.null();
    await mark("c");
    await lane();
    should(given).have.length(2);
  });
});
