import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { openThreadEngine } from "../lib/store/sqlite/thread-engine";
import type { Lease, Settlement, SyncStore } from "../lib/store/types";
import { emptyChange } from "../lib/sync/change";
import type { Change, Intent, Ledger, SideEntry } from "../lib/sync/types";

/** Marks a second, one change per call. */
const RATE = 5_000;
const SECONDS = 20;
/** As `bulk-batcher` does by default. */
const BATCH = 50;
const IN_FLIGHT = 4;
/** How long the imagined tenant takes for a bulk call. */
const TENANT_MS = 20;
const RULES = Array.from({ length: 10 }, (_, index) => `rule-${index}`);
const PRINT = "p".repeat(43);

type Histogram = ReturnType<typeof monitorEventLoopDelay>;

interface Load {
  accepted: number;
  settled: number;
  failed: number;
  /** The longest time from a call of `mark` to its commit, in milliseconds. */
  slowest: number;
}

/** Event-loop delay of the store under load, beside that of the same process doing nothing. */
export async function benchStore(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "bench-store-"));
  const engine = await openThreadEngine({
    path: join(directory, "bench.db"),
    encryptionKey: "a key for the benchmark",
    policy: { leaseSeconds: 180, maxAttempts: 10 },
  });
  console.log(
    `Node.js ${process.version}, SQLite ${process.versions.sqlite}, ${cpus().length} cores, load ${loadavg()[0]}`,
  );
  console.log(`idle: ${figures(await observe(() => delay(3_000)))}`);
  const load: Load = { accepted: 0, settled: 0, failed: 0, slowest: 0 };
  const started = performance.now();
  const cpu = process.cpuUsage();
  const histogram = await observe(() => run(engine.sync("bench"), load));
  const seconds = (performance.now() - started) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  console.log(`load: ${figures(histogram)}`);
  console.log(
    `${Math.round(load.accepted / seconds)} marks/s committed, ${Math.round(load.settled / seconds)} users/s settled, ` +
      `${load.failed} failed, slowest mark ${load.slowest.toFixed(0)} ms, CPU ${((user + system) / seconds / 1e4).toFixed(0)} %`,
  );
  await engine.close();
  rmSync(directory, { recursive: true });
}

async function observe(work: () => Promise<unknown>): Promise<Histogram> {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  await work();
  histogram.disable();
  return histogram;
}

function figures(histogram: Histogram): string {
  const ms = (nanoseconds: number): string => `${(nanoseconds / 1e6).toFixed(1)} ms`;
  return `event-loop delay p50 ${ms(histogram.percentile(50))}, p99 ${ms(histogram.percentile(99))}, max ${ms(histogram.max)}`;
}

async function run(store: SyncStore, load: Load): Promise<void> {
  const end = performance.now() + SECONDS * 1_000;
  const takers = Array.from({ length: IN_FLIGHT }, () => takeAndSettle(store, load, end));
  await Promise.all([markSteadily(store, load, end), ...takers]);
}

/** Arrivals do not wait for commits: what a slow turn missed is made up in the next one. */
async function markSteadily(store: SyncStore, load: Load, end: number): Promise<void> {
  const start = performance.now();
  const open = new Set<Promise<void>>();
  let sent = 0;
  while (performance.now() < end) {
    const wanted = ((performance.now() - start) / 1_000) * RATE;
    for (; sent < wanted; sent += 1) {
      const call = markOne(store, load, sent).finally(() => open.delete(call));
      open.add(call);
    }
    await delay(1);
  }
  await Promise.all(open);
}

async function markOne(store: SyncStore, load: Load, index: number): Promise<void> {
  const called = performance.now();
  try {
    await store.mark("to-cidaas", [{ legacyId: `user-${index}`, change: change(index) }]);
    load.accepted += 1;
    load.slowest = Math.max(load.slowest, performance.now() - called);
  } catch {
    load.failed += 1;
  }
}

/** Take, commit the intents, call the tenant, settle with ledgers. */
async function takeAndSettle(store: SyncStore, load: Load, end: number): Promise<void> {
  while (performance.now() < end) {
    const { leases } = await store.take("to-cidaas", BATCH);
    if (leases.length === 0) {
      await delay(5);
      continue;
    }
    await store.extend(leases.map(({ token }) => ({ token, intent: intent() })));
    await delay(TENANT_MS);
    await store.settle(leases.map(settlement));
    load.settled += leases.length;
  }
}

function change(index: number): Change {
  const rules = Object.fromEntries(
    RULES.map((rule) => [rule, { at: Date.now(), source: PRINT, values: [`value ${index} of ${rule}`] }]),
  );
  const identifiers = [{ kind: "email" as const, print: `${PRINT}${index}`, verified: true }];
  return { ...emptyChange("upsert", Date.now()), rules, identifiers };
}

function intent(): Intent {
  const rules = Object.fromEntries(RULES.map((rule) => [rule, { source: PRINT, target: PRINT, editAt: Date.now() }]));
  return { side: "cidaas", create: false, at: Date.now(), identifiers: [], rules, conflicts: [], heal: [] };
}

function settlement({ token }: Lease): Settlement {
  return { token, outcome: "delivered", ledger: ledger(), present: { cidaas: true } };
}

function ledger(): Ledger {
  const now = Date.now();
  const legacy: SideEntry = { print: PRINT, editAt: now, writes: [] };
  const cidaas: SideEntry = { ...legacy, writes: [{ print: PRINT, before: PRINT, at: now, until: now, editAt: now }] };
  return Object.fromEntries(RULES.map((rule) => [rule, { fingerprint: PRINT, cidaas, legacy }]));
}
