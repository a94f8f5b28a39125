import type { JsonObject, Lane } from "../../lib/sync/types";
import type { Dials } from "../../simulator";
import { type Random, seededRandom } from "../../simulator/kit/random";
import { type FlowNode, loadExample } from "../../test/support/flows";
import { waitFor } from "../../test/support/wait-for";
import { type Demo, startDemo } from "../demo/processes";
import { readConflicts } from "./admin";
import type { ChaosArguments } from "./args";
import { Disasters } from "./disasters";
import { type Judgement, judge } from "./judge";
import { createProcessSwitch, type ProcessSwitch } from "./process-switch";
import { comeToRest, isGivenUp, miscounted, type Rest } from "./rest";
import { chooseScene, type Scene, withoutFaults } from "./scene";
import { Traffic } from "./traffic";

/** Seconds; the shortest lease that the store accepts. */
const LEASE_S = 5;
/** Seconds; calls end within a lease. */
const CALL_TIMEOUT_S = 2;
/** The 1, 5 and 10 minutes between the attempts of a webhook become 2, 9 and 18 s. */
const TIME_SCALE = 0.03;
/** How long a disaster takes, pause included, so that the edits reach over all of them. */
const DISASTER_MS = 5000;
const DISASTERS_PER_KILL = 1.65;

export interface ChaosResult extends Judgement, Rest {
  scene: Scene;
  events: number;
  /** Events that the sender gave up, because Node-RED was down at every attempt. */
  givenUp: number;
  edits: number;
  kills: number;
  freezes: number;
  cuts: number;
  redeploys: number;
  conflicts: number;
  /** Lanes whose counters do not add up. */
  miscounted: Lane[];
}

interface Stage {
  demo: Demo;
  flow: FlowNode[];
  scene: Scene;
  random: Random;
  processSwitch: ProcessSwitch;
  options: ChaosArguments;
  say(line: string): void;
}

/** Runs two-way traffic through a real Node-RED, lets everything go wrong, and judges what both sides hold afterwards. */
export async function runChaos(options: ChaosArguments, say: (line: string) => void): Promise<ChaosResult> {
  const random = seededRandom(options.seed);
  const scene = chooseScene(random);
  const flow = chaosFlow();
  const processSwitch = createProcessSwitch();
  try {
    const { environment } = processSwitch;
    const { users } = options;
    const demo = await startDemo({ users, port: null, page: false, timeScale: TIME_SCALE, flow, environment });
    try {
      return await play({ demo, flow, scene, random, processSwitch, options, say });
    } finally {
      await demo.close();
    }
  } finally {
    processSwitch.close();
  }
}

async function play(stage: Stage): Promise<ChaosResult> {
  const { demo, flow, scene, options, say } = stage;
  setDials(demo, { ...scene.dialect, seed: options.seed });
  await loadAll(demo, options.users);
  setDials(demo, scene.faults);
  const { disasters, traffic } = await unleash(stage);
  setDials(demo, withoutFaults(scene.faults));
  say("the faults are over: waiting for quiet");
  const rest = await comeToRest(demo, flow);
  const { simulator, nodeRed } = demo;
  const conflicts = await readConflicts(nodeRed);
  const events = simulator.history.entries().filter(({ kind }) => kind === "event");
  const { kill: kills, freeze: freezes, cut: cuts, redeploy: redeploys } = disasters.counts;
  return {
    ...judge({ simulator, conflicts, passwords: traffic.passwords, windowMs: LEASE_S * 1000 }),
    ...rest,
    scene,
    ...{ kills, freezes, cuts, redeploys },
    events: events.filter((event) => !isGivenUp(event)).length,
    givenUp: events.filter(isGivenUp).length,
    edits: traffic.edits,
    conflicts: conflicts.length,
    miscounted: miscounted(await nodeRed.status()),
  };
}

/** The two-way example with short leases and small batches, so that there is a middle in which to be interrupted. */
function chaosFlow(): FlowNode[] {
  const changes: Record<string, JsonObject> = {
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
  const accepted = async () => (await demo.nodeRed.status()).lanes["to-cidaas"].counters.in === users;
  await waitFor(accepted, { timeoutMs: 60_000, what: "all users to be safe in the lane" });
}

async function unleash({ demo, flow, scene, random, processSwitch, options, say }: Stage) {
  const { kills, edits, minutes } = options;
  const ownRandom = () => seededRandom(random.integer(2 ** 31));
  const traffic = new Traffic(demo.simulator, ownRandom());
  const disasters = new Disasters({
    ...{ demo, flow, processSwitch, kills, say },
    random: ownRandom(),
    faults: scene.faults,
    leaseMs: LEASE_S * 1000,
  });
  const expectedMs = Math.min(minutes * 60_000, Math.max(1, kills) * DISASTERS_PER_KILL * DISASTER_MS);
  await Promise.all([
    traffic.run(edits, expectedMs / Math.max(1, edits)),
    disasters.run(Date.now() + minutes * 60_000).finally(() => traffic.stop()),
  ]);
  return { disasters, traffic };
}
