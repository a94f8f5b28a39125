import { copyFileSync, mkdirSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type AcquiredEngine, acquireEngine } from "../../lib/store/engines";
import type { ConflictEntry, StoreStatus } from "../../lib/store/types";
import { emptyChange } from "../../lib/sync/change";
import { ECHO, type JsonObject, LANES, type Lane } from "../../lib/sync/types";
import type { SharedSync } from "../../nodes/shared/hub";
import { compareSides } from "../../scripts/demo/compare";
import { type Dials, type RunningSimulator, startSimulator } from "../../simulator";
import { DEFAULT_DIALS } from "../../simulator/kit/dials";
import { type Random, seededRandom } from "../../simulator/kit/random";
import { isJsonObject } from "../support/answers";
import { type FlowNode, findNode } from "../support/flows";
import { temporaryDirectory } from "../support/user-directory";
import { speedUpTime } from "./fast-time";
import { copyAtOneMoment } from "./files";
import { type Problem, Runtime } from "./runtime";
import { flowBetween, WEBHOOK_KEY } from "./two-way-flow";

/** How many times as fast as the real one the time of a world runs. */
export const SPEED = 20;
const EVENTS_KEY = "events-key";
/** Real ms within which the work of a scenario has to end. */
const QUIET_WITHIN_MS = 40_000;
/** Looks in a row, and the real ms between them, that must show the same calm. */
const CALM_LOOKS = 8;
const LOOK_EVERY_MS = 25;

const realSetTimeout = setTimeout;
const realNow = Date.now;

/** Seeds of the repetitions of a scenario: one from SEED on for each of RUNS. */
export function runs(): number[] {
  const [seed, count] = [Number(process.env.SEED ?? 1), Number(process.env.RUNS ?? 1)];
  return Array.from({ length: count }, (_, index) => seed + index);
}

/** Real time: what a scenario waits between two of its steps. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => realSetTimeout(resolve, ms));
}

/** Files that an operator keeps. */
export interface Backup {
  path: string;
  key: string;
}

export interface WorldOptions {
  seed: number;
  users?: number;
  dials?: Partial<Dials>;
  /** Properties of the configuration nodes and of the nodes of the flow, by id. */
  nodes?: Record<string, JsonObject>;
}

/**
 * Two simulated systems and the nodes of the two-way flow between them, in one process and in fast time. What the
 * scenarios judge is what the two systems hold and what happened to their users.
 */
export class World {
  readonly seed: number;
  readonly random: Random;
  readonly simulator: RunningSimulator;
  readonly #directory = temporaryDirectory("integration");
  readonly #server: Server;
  readonly #flow: FlowNode[];
  readonly #realTime: () => void;
  readonly #undertakers: Promise<unknown>[] = [];
  #runtime: Runtime | null = null;
  #shared: { shared: SharedSync; release(): Promise<void> } | null = null;
  #engine: AcquiredEngine | null = null;
  #lives = 0;
  #backups = 0;

  private constructor(parts: {
    seed: number;
    simulator: RunningSimulator;
    server: Server;
    flow: FlowNode[];
    realTime: () => void;
  }) {
    this.seed = parts.seed;
    this.random = seededRandom(parts.seed);
    this.simulator = parts.simulator;
    this.#server = parts.server;
    this.#flow = parts.flow;
    this.#realTime = parts.realTime;
  }

  static async open({ seed, users = 0, dials = {}, nodes = {} }: WorldOptions): Promise<World> {
    const realTime = speedUpTime(SPEED);
    let world: World | null = null;
    const server = createServer((request, response) => {
      const answered = world?.receive(request) ?? Promise.resolve(503);
      answered
        .catch(() => 503)
        .then((status) => {
          response.writeHead(status).end();
        });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
    const simulator = await startSimulator({
      dials: { ...dials, seed },
      tenant: { webhook: { url: `${url}/cidaas/events` } },
      legacy: { users, events: { url: `${url}/legacy/events`, key: EVENTS_KEY } },
      timeScale: 0.05,
    });
    const flow = flowBetween(simulator, nodes);
    world = new World({ seed, simulator, server, flow, realTime });
    await world.start();
    return world;
  }

  /** Opens a world for one scenario, and closes it whatever happens. */
  static async with(options: WorldOptions, scenario: (world: World) => Promise<void>): Promise<void> {
    const world = await World.open(options);
    try {
      await scenario(world);
    } finally {
      await world.close();
    }
  }

  /** Starts the nodes over the database as it lies on disk. */
  async start(): Promise<void> {
    const directory = this.#home;
    mkdirSync(directory, { recursive: true });
    const runtime = new Runtime(this.#flow, directory);
    this.#runtime = runtime;
    this.#shared = await runtime.shared();
    this.#engine = await acquireEngine({
      path: runtime.store,
      encryptionKey: null,
      policy: policyOf(findNode(this.#flow, "user-sync-store")),
    });
  }

  /**
   * What a SIGKILL leaves: the files of the database as they are on disk at this moment. The dead nodes go on in vain
   * over the old files until they are closed.
   */
  crash(): void {
    const dead = this.#runtime;
    const engine = this.#engine;
    if (!dead || !engine) return;
    const from = this.#home;
    this.#lives += 1;
    mkdirSync(this.#home, { recursive: true });
    copyAtOneMoment(from, this.#home, ["user-sync.db", "user-sync.db-wal", "user-sync.db.key", "user-sync.db.start"]);
    this.#runtime = null;
    this.#shared = null;
    this.#engine = null;
    dead.kill();
    this.#undertakers.push(engine.engine.close().then(() => dead.close()));
  }

  /** A clean stop, as before a deploy or an update. */
  async stop(): Promise<void> {
    const [runtime, shared, engine] = [this.#runtime, this.#shared, this.#engine];
    this.#runtime = null;
    this.#shared = null;
    this.#engine = null;
    await engine?.release();
    await shared?.release();
    await runtime?.close();
  }

  /** A backup of the running store, its key apart from it. */
  async backup(): Promise<Backup> {
    if (!this.#engine) throw new Error("The nodes are down");
    const number = this.#backups;
    this.#backups += 1;
    const backup = {
      path: join(this.#directory.path, `backup-${number}.db`),
      key: join(this.#directory.path, "kept.key"),
    };
    await this.#engine.engine.backup(backup.path);
    copyFileSync(join(this.#home, "user-sync.db.key"), backup.key);
    return backup;
  }

  /** Puts the backup in the place of the store, as docs/store.md says it, while the nodes are down, and starts them. */
  async restore({ path, key }: Backup): Promise<void> {
    this.#lives += 1;
    mkdirSync(this.#home, { recursive: true });
    copyFileSync(path, join(this.#home, "user-sync.db"));
    copyFileSync(key, join(this.#home, "user-sync.db.key"));
    await this.start();
  }

  async close(): Promise<void> {
    try {
      await this.simulator.close();
      await this.stop();
      await Promise.allSettled(this.#undertakers);
      this.#server.closeAllConnections();
      await new Promise((resolve) => this.#server.close(resolve));
    } finally {
      this.#realTime();
      this.#directory.remove();
    }
  }

  /** Sets dials of both systems. */
  setDials(dials: Partial<Dials>): void {
    this.simulator.tenant.setDials(dials);
    this.simulator.legacy.setDials(dials);
  }

  /** Faults end; what the systems are like stays. */
  clearFaults(): void {
    const { latencyMs, rate429, rate5xx, rateReset, rateHang, ratePartialFailure, rateMissingResult } = DEFAULT_DIALS;
    const { rateDuplicateEvent, rateLostEvent, eventDelayMs, reorderEvents, readLagMs, shuffleResults } = DEFAULT_DIALS;
    this.setDials({ latencyMs, rate429, rate5xx, rateReset, rateHang, ratePartialFailure, rateMissingResult });
    this.setDials({ rateDuplicateEvent, rateLostEvent, eventDelayMs, reorderEvents, readLagMs, shuffleResults });
  }

  /** Hands all legacy users to the flow, page by page, as the example's first load does. */
  async load(pageSize = 50): Promise<void> {
    const backfill = Date.now();
    const users = this.simulator.legacy.snapshot();
    for (let start = 0; start < users.length; start += pageSize) {
      const payload = users.slice(start, start + pageSize).map((user) => ({ ...user }));
      const status = await this.#accept({ payload, sync: { backfill } });
      if (status !== 200) throw new Error("A page of the first load was not accepted");
    }
  }

  /** A webhook or a legacy event; resolves with the status of the answer. */
  async receive(request: IncomingMessage): Promise<number> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    if (request.url === "/cidaas/events") {
      return this.#runtime?.webhook("/cidaas/events", request.headers, body) ?? 503;
    }
    if (request.headers["x-api-key"] !== EVENTS_KEY || !isJsonObject(body)) return 401;
    const kind = body.event === "user.deleted" ? "delete" : "upsert";
    return this.#accept({ payload: body.user, sync: { kind, occurredAt: body.occurredAt } });
  }

  /** An event of the legacy system that was under way for long. */
  async replayLegacyEvent(user: JsonObject, occurredAt: number): Promise<void> {
    await this.#accept({ payload: user, sync: { kind: "upsert", occurredAt: new Date(occurredAt).toISOString() } });
  }

  /** A webhook that was under way for long. */
  async replayWebhook(sub: string, at: number, eventtype = "ACCOUNT_MODIFIED"): Promise<void> {
    const body = {
      eventtype,
      createTime: new Date(at).toISOString(),
      objectType: "users",
      objectId: sub,
      client_id: "",
    };
    await this.#runtime?.webhook("/cidaas/events", { "x-api-key": WEBHOOK_KEY }, body);
  }

  /** 200 once the batcher says that the message's users are safe, or the mapper that it has parked them. */
  async #accept(msg: { payload: unknown; sync: object }): Promise<number> {
    const runtime = this.#runtime;
    if (!runtime) return 503;
    return new Promise((resolve) => {
      runtime.onKill(() => resolve(503));
      runtime.receive("to-cidaas", { ...msg, answer: resolve }).catch(() => resolve(503));
    });
  }

  get problems(): Problem[] {
    return this.#runtime?.problems ?? [];
  }

  async status(): Promise<StoreStatus> {
    if (!this.#shared) throw new Error("The nodes are down");
    return this.#shared.shared.context.store.status();
  }

  /** Who is parked, as sentences. */
  async parked(): Promise<string[]> {
    if (!this.#shared) throw new Error("The nodes are down");
    const { items } = await this.#shared.shared.context.store.parked({});
    return items.map(
      (one) => `legacy user ${one.legacyId} (${one.sub}) is parked ${one.lane} ${one.code}: ${one.message}`,
    );
  }

  /** What a catch-up or the repair after a lost lease asks for: to read users of cidaas once more. */
  async lookAgain(subs: readonly string[]): Promise<void> {
    if (!this.#shared) throw new Error("The nodes are down");
    const change = { ...emptyChange("upsert", Date.now()), priority: ECHO };
    await this.#shared.shared.context.store.mark(
      "to-legacy",
      subs.map((sub) => ({ sub, change })),
    );
  }

  /** Stops a lane; null lets it go on. */
  async pauseLane(lane: Lane, reason: string | null): Promise<void> {
    if (!this.#shared) throw new Error("The nodes are down");
    await this.#shared.shared.context.store.pause(lane, reason);
  }

  /** The conflicts recorded last. */
  async conflicts(): Promise<ConflictEntry[]> {
    if (!this.#shared) throw new Error("The nodes are down");
    return (await this.#shared.shared.context.store.conflicts({ limit: 1_000 })).items;
  }

  /** A person presses "retry" for all who are parked. */
  async retryParked(): Promise<void> {
    if (!this.#shared) throw new Error("The nodes are down");
    for (const lane of LANES) await this.#shared.shared.context.store.retryParked({ lane });
  }

  /** Requests to both systems, except for tokens. */
  calls(): Record<string, number> {
    const all = {
      ...prefixed("cidaas", this.simulator.tenant.calls()),
      ...prefixed("legacy", this.simulator.legacy.calls()),
    };
    return Object.fromEntries(Object.entries(all).filter(([name]) => !/token-srv|well-known/.test(name)));
  }

  /** Waits until nothing waits, nothing is in flight and no system has anything to send, several times in a row. */
  async quiet(withinMs = QUIET_WITHIN_MS): Promise<void> {
    const deadline = realNow() + withinMs;
    let calm = 0;
    let happened = -1;
    while (calm < CALM_LOOKS) {
      const { lanes } = await this.status();
      const idle = LANES.every((lane) => lanes[lane].waiting + lanes[lane].inFlight === 0);
      const unsent = this.simulator.tenant.pendingWebhooks() + this.simulator.legacy.pendingEvents();
      const entries = this.simulator.history.entries().length;
      calm = idle && unsent === 0 && entries === happened ? calm + 1 : 0;
      happened = entries;
      if (realNow() > deadline) {
        const view = JSON.stringify({ lanes, unsent, calls: this.calls(), problems: this.problems.slice(-5) });
        const parked = (await this.parked()).join("\n");
        throw new Error(this.told(`not quiet within ${withinMs / 1000} s: ${view}\n${parked}\n${this.stored()}`));
      }
      await pause(LOOK_EVERY_MS);
    }
  }

  legacyUser(legacyId: string): JsonObject {
    const user = this.simulator.legacy.snapshot().find(({ id }) => String(id) === legacyId);
    return { ...user };
  }

  legacyIds(): string[] {
    return this.simulator.legacy.snapshot().map(({ id }) => String(id));
  }

  /** Waits until every legacy user is in cidaas too. */
  async arrived(): Promise<void> {
    const { tenant, legacy } = this.simulator;
    const all = () => tenant.snapshot().length >= legacy.snapshot().length;
    await this.until(all, "all legacy users to be in cidaas");
  }

  async until(condition: () => boolean, what: string): Promise<void> {
    const deadline = realNow() + QUIET_WITHIN_MS;
    while (!condition()) {
      if (realNow() > deadline)
        throw new Error(this.told(`waited in vain for ${what}\n${(await this.parked()).join("\n")}`));
      await pause(5);
    }
  }

  /** Every field in which the two systems differ, as sentences. */
  differences(): string[] {
    const { tenant, legacy } = this.simulator;
    const legacyUsers = legacy.snapshot().map((user): JsonObject => ({ ...user }));
    return compareSides(tenant.snapshot(), legacyUsers).map(
      (one) => `legacy user ${one.legacyId}: ${one.field} is "${one.cidaas}" in cidaas, "${one.legacy}" in legacy`,
    );
  }

  /** Users that the sync made in a system, by e-mail; two of a kind are a user made twice. */
  createdTwice(): string[] {
    const seen = new Set<string>();
    const twice: string[] = [];
    for (const { kind, system, fields } of this.simulator.history.entries()) {
      if (kind !== "created") continue;
      const key = `${system} ${String(fields.email).toLowerCase()}`;
      if (seen.has(key)) twice.push(key);
      seen.add(key);
    }
    return twice;
  }

  /** Fails unless both sides hold the same users with the same values, nobody was made twice, and nobody is parked. */
  async judge(): Promise<void> {
    const parked = await this.parked();
    const differences = this.differences();
    const problems = [...parked, ...differences, ...this.createdTwice().map((user) => `made twice: ${user}`)];
    if (problems.length === 0) return;
    const first = /legacy user (\d+)/.exec(problems[0] ?? "")?.[1];
    const story = first === undefined ? "" : `\n${this.story(first)}`;
    const errors = this.problems.map(({ node, code, message }) => `${node}: ${code} ${message}`);
    throw new Error(
      this.told(`\n${problems.slice(0, 8).join("\n")}${story}\n${[...new Set(errors)].slice(0, 8).join("\n")}`),
    );
  }

  /** What happened to a user on both sides, for the message of a failure; times in ms since the first entry. */
  story(legacyId: string): string {
    const sub = this.simulator.tenant.snapshot().find((user) => Object(user.customFields).legacy_id === legacyId)?.sub;
    const entries = this.simulator.history.entries();
    const begin = entries[0]?.at ?? 0;
    const own = entries.filter(({ system, id }) => (system === "legacy" ? id === legacyId : id === sub));
    return own
      .map(({ at, system, kind, by, fields }) => {
        const told = kind === "event" ? (fields.eventtype ?? fields.event) : JSON.stringify(fields).slice(0, 300);
        return `${at - begin} ${system} ${kind} ${by} ${told}`;
      })
      .join("\n");
  }

  /** Persons of which work is left, as the store has them: read from a copy, for the message of a failure. */
  stored(): string {
    const copy = join(this.#directory.path, "copy.db");
    for (const end of ["", "-wal"]) copyFileSync(join(this.#home, `user-sync.db${end}`), copy + end);
    const database = new DatabaseSync(copy);
    const marks = database
      .prepare(
        `SELECT lane, attempt, due_at - ? AS due, person.*, (SELECT group_concat(side) FROM intent WHERE intent.person = person.id) AS intents
         FROM mark JOIN person ON person.id = mark.person LIMIT 5`,
      )
      .all(Date.now());
    database.close();
    return JSON.stringify(marks, null, 1);
  }

  /** A sentence of a failure with what is needed to see it again. */
  told(sentence: string): string {
    return `SEED=${this.seed}: ${sentence}`;
  }

  get #home(): string {
    return join(this.#directory.path, String(this.#lives));
  }
}

function prefixed(system: string, calls: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(calls).map(([name, count]) => [`${system} ${name}`, count]));
}

function policyOf(store: FlowNode): { leaseSeconds: number; maxAttempts: number } {
  return { leaseSeconds: Number(store.leaseSeconds), maxAttempts: Number(store.maxAttempts) };
}
