import type { Engine, SyncStore } from "../../lib/store/types";
import { Calls, NO_FAULTS } from "./calls";
import { checkLives } from "./check-lives";
import { checkRun } from "./checks";
import { FIRST_EDIT_MS, type History, type Step } from "./history";
import { LEASE_MS } from "./lease";
import { live } from "./lives";
import type { Mutant } from "./mutants";
import { Process } from "./process";
import type { Shapes } from "./rules";
import { Chance, Scheduler } from "./scheduler";
import { type MemoryOptions, openMemoryEngine, ScheduledStore } from "./store";
import { legacyOf, tenantOf } from "./systems";
import { loseUnseen, Vault } from "./vault";
import { type TenantNews, World } from "./world";

const BUSY_POLL_MS = 500;
const QUIET_POLL_MS = 5_000;
const LATE_HAND_IN_MS = 30_000;
const DOWN_MS = 5_000;
const DELAYED_MS = 2 * LEASE_MS;
const QUIET_MS = 4 * 3_600_000;

export interface RunResult {
  /** What is wrong; empty for a run that holds. */
  problems: string[];
  log: string[];
  edits: number;
  writes: number;
  /** Edits in the window between the last look and the bulk call. */
  covered: number;
}

/** Runs histories one after the other, each with a sync of its own in one database. */
export class Runner {
  readonly #engine: Engine;
  readonly #clock: { now: () => number };
  readonly #options: MemoryOptions;
  #runs = 0;

  private constructor(engine: Engine, clock: { now: () => number }, options: MemoryOptions) {
    this.#engine = engine;
    this.#clock = clock;
    this.#options = options;
  }

  static async open(): Promise<Runner> {
    const clock = { now: () => 0 };
    const policy = { leaseSeconds: LEASE_MS / 1_000, maxAttempts: 10 };
    const options = { policy, now: () => clock.now(), random: 0.5 };
    return new Runner(await openMemoryEngine(options), clock, options);
  }

  close(): Promise<void> {
    return this.#engine.close();
  }

  /**
   * @param mutant the sync that it happens to; null = the whole one
   * @param strict see `Measure`
   */
  async run(history: History, mutant: Mutant | null = null, strict = false): Promise<RunResult> {
    this.#runs += 1;
    const vault = history.kind === "restores" ? await Vault.open(this.#options) : null;
    const run = new Run(history, vault?.store ?? this.#engine.sync(`run-${this.#runs}`), mutant, { strict, vault });
    this.#clock.now = () => run.scheduler.now;
    const result = await run.toTheEnd();
    await vault?.close();
    return result;
  }
}

class Run {
  readonly scheduler = new Scheduler();
  readonly #history: History;
  #store: SyncStore;
  readonly #vault: Vault | null;
  readonly #mutant: Mutant | null;
  readonly #strict: boolean;
  #shapes: Shapes;
  readonly #chance: Chance;
  readonly #world: World;
  readonly #problems: string[] = [];
  #faults = NO_FAULTS;
  #pollMs = BUSY_POLL_MS;
  #process: Process;
  #backedUpAt = 0;
  #isDown = false;
  /** News that no process has taken yet. */
  #underWay = 0;
  /** How many calls the store had seen when nothing waited there: without another one nothing does still. */
  #callsWhenIdle = -1;

  constructor(
    history: History,
    store: SyncStore,
    mutant: Mutant | null,
    { strict, vault }: { strict: boolean; vault: Vault | null },
  ) {
    this.#strict = strict;
    this.#vault = vault;
    this.#history = history;
    this.#mutant = mutant;
    this.#shapes = history.shapes;
    this.#store = this.#changed(store);
    this.#chance = new Chance(history.seed ^ 0x5eed);
    this.#world = new World(this.scheduler, history.offsets, history.partial);
    this.#process = this.#start();
    this.#world.onTenantChange = (news) => {
      // The tenant sends what it could not deliver again; that nobody ever hears of a deletion is left to the end-to-end tests.
      if (news.eventtype !== "ACCOUNT_DELETED" && this.#chance.happens(this.#faults.lost)) {
        this.#world.note(`the webhook of ${news.createTime % 1e8} is lost`);
        return;
      }
      this.#bring(webhookName(news), () => this.#process.webhook(news));
    };
    this.#world.onLegacyChange = (record) => {
      const { first, last, updated } = record;
      const give = () => this.#process.legacyRecord(record, "upsert");
      const isDelayed = this.#chance.happens(this.#faults.delayed);
      this.#bring(`record ${first} ${last} of ${Date.parse(String(updated)) % 1e8}`, give, isDelayed ? DELAYED_MS : 0);
    };
    this.#world.onLegacyDelete = (record) =>
      this.#bring(`deletion of ${String(record.id)}`, async () => {
        const isSafe = await this.#process.legacyRecord(record, "delete");
        if (isSafe) this.#world.told.add(String(record.id));
        return isSafe;
      });
  }

  async toTheEnd(): Promise<RunResult> {
    const began = this.scheduler.now;
    for (const { at, side, email } of this.#history.births) {
      const entry = { owner: email, email, first: `${side}-first`, last: `${side}-last`, verified: true };
      this.scheduler.at(began + at, () => this.#world.bear(side, entry));
    }
    for (const step of this.#history.steps) {
      this.scheduler.at(began + step.at, () => {
        if (step.do !== "live" || step.at >= FIRST_EDIT_MS) this.#faults = this.#history.faults;
        this.#do(step);
      });
    }
    void this.#catchUp();
    void this.#poll();
    await this.scheduler.runUntil(began + Math.max(0, ...this.#history.steps.map(({ at }) => at)) + 2_000);
    this.#faults = NO_FAULTS;
    this.#pollMs = QUIET_POLL_MS;
    if (await this.#quiet()) {
      this.#world.note("catch-up");
      await this.#catchUpNow();
      await this.#quiet();
    }
    this.#process.crash();
    const { edits, writes, covered, log } = this.#world;
    this.#problems.push(...(await this.#check(this.#world, this.#store)));
    return { problems: this.#problems, log, edits: edits.length, writes, covered: covered.size };
  }

  #check(world: World, store: SyncStore): Promise<string[]> {
    return this.#history.kind === "lives"
      ? checkLives(world, store)
      : checkRun(world, store, {
          shapes: this.#shapes,
          known: this.#vault?.conflicts ?? [],
          // Of an interrupted create in the backup, whose user was edited since.
          mayPark: this.#vault ? ["CREATE_UNKNOWN"] : [],
          strict: this.#strict,
        });
  }

  /** The store as the mutant has it. */
  #changed(store: SyncStore): SyncStore {
    return this.#mutant?.store?.(store, () => this.scheduler.now) ?? store;
  }

  #start(): Process {
    const faults = () => this.#faults;
    const now = () => this.scheduler.now;
    const calls = new Calls(this.scheduler, this.#chance, faults, this.#mutant?.startsLate === true);
    const tenant = tenantOf(this.#world, calls, this.#chance, faults);
    const store = new ScheduledStore(this.#store, calls);
    const setting = { mutant: this.#mutant, shapes: this.#shapes };
    return new Process(store, now, tenant, legacyOf(this.#world, calls), calls, setting, (error) => {
      this.#problems.push(`a process threw ${String(error)}`);
    });
  }

  #do(step: Step): void {
    if (step.do === "live") {
      live(this.#world, step.deed);
      return;
    }
    if (step.do === "edit") {
      this.#world.edit(step.side, step.email, step.rule, step.value);
      return;
    }
    if (step.do === "outage") {
      this.#world.fail(step.side, step.milliseconds);
      return;
    }
    if (step.do === "back-up") {
      void this.scheduler.inStore(() => this.#backUp());
      return;
    }
    if (step.do === "restore") {
      this.#stopToRestore();
      return;
    }
    this.#world.note(step.do === "deploy" ? `deploy ${JSON.stringify(step.shapes)}` : "crash");
    if (step.do === "deploy") this.#shapes = step.shapes;
    this.#process.crash();
    if (!this.#isDown) this.#startAgain();
  }

  #startAgain(): void {
    this.#process = this.#start();
    if (this.#vault) void this.#adopt();
  }

  async #backUp(): Promise<void> {
    this.#world.note("backup");
    this.#backedUpAt = this.scheduler.now;
    await this.#vault?.backUp();
  }

  /** What has left the process ends before the backup is in its place. */
  #stopToRestore(): void {
    this.#world.note("stopped");
    this.#isDown = true;
    this.#process.crash();
    this.scheduler.at(this.scheduler.now + DOWN_MS, () => void this.scheduler.inStore(() => this.#restore()));
  }

  async #restore(): Promise<void> {
    if (this.#vault && (await this.#vault.restore())) {
      this.#store = this.#changed(this.#vault.store);
      loseUnseen(this.#world, this.#backedUpAt, this.#vault.conflicts);
    }
    this.#world.note("restored");
    this.#isDown = false;
    this.#startAgain();
    void this.#catchUp();
    this.scheduler.at(this.scheduler.now + this.#chance.pick([1, LATE_HAND_IN_MS]), () => this.#world.handIn());
  }

  /** Brings news to the process of the moment, late, perhaps twice, and again until it is taken. */
  #bring(name: string, give: () => Promise<boolean>, shortest = 0): void {
    const copies = this.#chance.happens(this.#faults.repeated) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      this.#underWay += 1;
      const longest = this.#chance.pick([50, 500, 5_000]);
      this.scheduler.at(this.scheduler.now + shortest + this.#chance.between(1, longest), () => {
        this.#world.note(`arrives: ${name}`);
        void this.#give(give);
      });
    }
  }

  async #give(give: () => Promise<boolean>): Promise<void> {
    if (await give()) this.#underWay -= 1;
    else this.scheduler.at(this.scheduler.now + 60_000, () => void this.#give(give));
  }

  async #poll(): Promise<void> {
    for (;;) {
      await this.scheduler.pause(this.#chance.between(1, this.#pollMs));
      // A look into an idle lane would change nothing, and most looks are such.
      if ((await this.#waiting()) > 0) await this.#process.take();
    }
  }

  async #waiting(): Promise<number> {
    if (this.scheduler.storeCalls === this.#callsWhenIdle) return 0;
    const { lanes } = await this.scheduler.inStore(() => this.#store.status());
    const waiting = Object.values(lanes).reduce((sum, lane) => sum + lane.waiting + lane.inFlight, 0);
    if (waiting === 0) this.#callsWhenIdle = this.scheduler.storeCalls;
    return waiting;
  }

  async #catchUp(): Promise<void> {
    this.#underWay += 1;
    await this.#give(() => this.#process.catchUp());
  }

  async #adopt(): Promise<void> {
    this.#underWay += 1;
    await this.#give(() => this.#process.adopt());
  }

  async #catchUpNow(): Promise<void> {
    void this.#catchUp();
    await this.scheduler.runUntil(this.scheduler.now + 10_000);
  }

  /** Until nothing waits any more. */
  async #quiet(): Promise<boolean> {
    const end = this.scheduler.now + QUIET_MS;
    while (this.scheduler.now < end) {
      await this.scheduler.runUntil(this.scheduler.now + 20_000);
      if (this.#underWay === 0 && (await this.#waiting()) === 0) return true;
    }
    this.#problems.push("it does not come to rest within four hours");
    return false;
  }
}

function webhookName({ eventtype, createTime }: TenantNews): string {
  return `${eventtype === "ACCOUNT_DELETED" ? "webhook (deleted)" : "webhook"} of ${createTime % 1e8}`;
}
