import type { JsonObject, Lane } from "../../lib/sync/types";
import type { Dials } from "../../simulator";
import { type Random, seededRandom } from "../../simulator/kit/random";
import { type FlowNode, loadExample } from "../../test/support/flows";
import { waitFor } from "../../test/support/wait-for";
import { type Demo, startDemo } from "../demo/processes";
import { readConflicts } from "./admin";
import { type DisasterLog, Disasters } from "./disasters";
import { firstUsers } from "./first-users";
import { type Judgement, judge } from "./judge";
import type { Order } from "./orders";
import type { Disaster } from "./plan";
import { comeToRest, isGivenUp, miscounted, type Rest } from "./rest";
import { createSabotage, type Sabotage } from "./sabotage";
import { chooseScene, type Scene, withoutFaults } from "./scene";
import { Traffic } from "./traffic";
import { type Faults, type Wire, watchWire } from "./wire";

/** Seconds; the shortest lease that the store accepts. */
const LEASE_S = 5;
/** Seconds; calls end within a lease. */
const CALL_TIMEOUT_S = 2;
/** The 1, 5 and 10 minutes between the attempts of a webhook become 2, 9 and 18 s. */
const TIME_SCALE = 0.03;
/** A tenant that cannot be reached: nobody is adopted before the first disaster is prepared. */
const UNREACHABLE: Partial<Dials> = { rate5xx: 1 };

export interface ChaosOptions {
  /** Everything random comes from it, except for what the clock of the machine decides. */
  seed: number;
  /** Users of the legacy system at the start. */
  users: number;
  /** Edits of users per second, on average. */
  rate: number;
  /** No further disaster begins after this time. */
  minutes: number;
  /** Disasters of the first start, one after the other. */
  inAdoption: readonly Order[];
  plan(random: Random): Disaster[];
}

const MISTAKE = /\b(TypeError|ReferenceError|RangeError|UnhandledPromise|Uncaught)/;

export interface ChaosResult extends Judgement, Omit<Rest, "stillParked">, DisasterLog {
  scene: Scene;
  faults: Faults;
  events: number;
  /** Events that the sender gave up, because Node-RED was down at every attempt. */
  givenUp: number;
  edits: number;
  conflicts: number;
  /** A sentence for each person that had two valid leases at the same time. */
  heldTwice: string[];
  /** Lanes whose counters do not add up. */
  miscounted: Lane[];
  /** Lines of the log that tell of a mistake in the program or in the flow, and not of the disasters. */
  mistakes: string[];
  /** What Node-RED printed, over all its starts. */
  nodeRedLog: string;
  /** See `Sabotage`. */
  plans: string;
}

interface Stage {
  demo: Demo;
  scene: Scene;
  random: Random;
  flow: FlowNode[];
  sabotage: Sabotage;
  wire: Wire;
  options: ChaosOptions;
  say(line: string): void;
}

/** Runs two-way traffic through a real Node-RED, lets everything go wrong, and judges what both sides hold afterwards. */
export async function runChaos(options: ChaosOptions, say: (line: string) => void): Promise<ChaosResult> {
  const random = seededRandom(options.seed);
  const scene = chooseScene(random);
  const flow = chaosFlow();
  const sabotage = createSabotage();
  try {
    const demo = await startDemo({
      users: options.users,
      port: null,
      page: false,
      timeScale: TIME_SCALE,
      flow,
      environment: sabotage.environment,
      cidaasUsers: firstUsers(options.users),
      dials: UNREACHABLE,
    });
    const wire = watchWire(demo.simulator);
    try {
      return await play({ demo, scene, random, flow, sabotage, wire, options, say });
    } finally {
      wire.close();
      await demo.close();
    }
  } finally {
    sabotage.close();
  }
}

async function play(stage: Stage): Promise<ChaosResult> {
  const { demo, scene, flow, options, say } = stage;
  const ownRandom = () => seededRandom(stage.random.integer(2 ** 31));
  const disasters = new Disasters({ ...stage, random: ownRandom(), faults: scene.faults, leaseMs: LEASE_S * 1000 });
  const traffic = new Traffic(demo.simulator, ownRandom());
  const plan = options.plan(ownRandom());

  await adopt(stage, disasters);
  await loadAll(demo, options.users);
  setDials(demo, scene.faults);
  const deadline = Date.now() + options.minutes * 60_000;
  await Promise.all([traffic.run(1000 / options.rate), disasters.run(plan, deadline).finally(() => traffic.stop())]);
  setDials(demo, withoutFaults(scene.faults));
  say("the faults are over: waiting for quiet");
  const rest = await comeToRest(demo, flow);
  return conclude(stage, disasters.log, traffic, rest);
}

/** Lets the sync begin with the tenant's users, through whatever is to happen then. */
async function adopt({ demo, scene, options }: Stage, disasters: Disasters): Promise<void> {
  const reachable = () => setDials(demo, { ...withoutFaults(UNREACHABLE), ...scene.dialect, seed: options.seed });
  const [first, ...others] = options.inAdoption;
  if (first === undefined) return reachable();
  await disasters.atPoint(first, reachable, others);
}

async function conclude(stage: Stage, log: DisasterLog, traffic: Traffic, rest: Rest): Promise<ChaosResult> {
  const { scene, wire, sabotage } = stage;
  const { simulator, nodeRed } = stage.demo;
  const { stillParked, ...restOfRest } = rest;
  const conflicts = await readConflicts(nodeRed);
  const history = simulator.history.entries();
  const judgement = judge({
    history,
    users: {
      cidaas: simulator.tenant.snapshot(),
      legacy: simulator.legacy.snapshot().map((user) => ({ ...user })),
    },
    conflicts,
    parked: stillParked,
    passwords: traffic.passwords,
    canLogIn: (sub, password) => simulator.tenant.login(sub, password) !== null,
    looks: wire.looks,
    readLagMs: scene.faults.readLagMs ?? 0,
    mostBetweenMs: (LEASE_S + CALL_TIMEOUT_S) * 1000,
    momentMs: 20,
    frozen: log.frozen,
  });
  const events = history.filter(({ kind }) => kind === "event");
  return {
    ...judgement,
    ...restOfRest,
    ...log,
    scene,
    faults: wire.faults,
    events: events.filter((event) => !isGivenUp(event)).length,
    givenUp: events.filter(isGivenUp).length,
    edits: traffic.edits,
    conflicts: conflicts.length,
    heldTwice: sabotage.heldTwice(),
    miscounted: miscounted(await nodeRed.status()),
    mistakes: nodeRed.logs.split("\n").filter((line) => MISTAKE.test(line)),
    nodeRedLog: nodeRed.logs,
    plans: sabotage.plans(),
  };
}

/** The two-way example with short leases and small batches, so that there is a middle in which to be interrupted. */
function chaosFlow(): FlowNode[] {
  const changes: Record<string, JsonObject> = {
    // Random edits lock, delete and empty at will.
    "user-sync": { brake: { count: 1_000_000, share: 100 } },
    "user-sync-store": { leaseSeconds: LEASE_S },
    "cidaas-tenant": { timeout: CALL_TIMEOUT_S },
    "user-sync-legacy": { timeout: CALL_TIMEOUT_S },
    "bulk-batcher": { size: 10, waitMs: 200 },
    // So that a deletion means the same on both sides.
    "cidaas-bulk-upsert": { deletes: "purge" },
  };
  return loadExample("3 two-way sync").map((node) => ({ ...node, ...changes[node.type] }));
}

function setDials({ simulator }: Demo, dials: Partial<Dials>): void {
  simulator.tenant.setDials(dials);
  simulator.legacy.setDials(dials);
}

/** Hands all legacy users to the lane; from here on none of them may be lost. */
async function loadAll(demo: Demo, users: number): Promise<void> {
  await demo.load();
  const status = () => demo.nodeRed.status();
  const accepted = async () => ((await status()).lanes["to-cidaas"].counters.in ?? 0) >= users;
  await waitFor(accepted, {
    timeoutMs: 60_000,
    what: "all users to be safe in the lane",
    seen: () => demo.nodeRed.logs,
  });
}
