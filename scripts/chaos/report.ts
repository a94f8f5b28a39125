import type { Parked } from "./admin";
import type { ChaosResult } from "./run";

const MAX_SENTENCES = 15;

/** Whether the run showed what must not be. Edits that no algorithm can see are told, but do not fail it. */
export function hasFailed(result: ChaosResult): boolean {
  const { lost, madeTwice, differing, stale, halfLeft, unexplained, heldTwice, miscounted, missed, mistakes } = result;
  const faults = [lost, madeTwice, differing, stale, halfLeft, unexplained, heldTwice, miscounted, missed, mistakes];
  return result.unrest !== null || faults.some((list) => list.length > 0);
}

/** The figures of a run, and behind them what is wrong. */
export function reportOf(result: ChaosResult): string {
  const { faults, covered } = result;
  const figures: [string, number | string][] = [
    ["dialect", JSON.stringify(result.scene.dialect)],
    ["rates of faults", JSON.stringify(result.scene.faults)],
    ["faults", `${faults.throttled} throttled, ${faults.failed} failed, ${faults.unanswered} unanswered`],
    ["events", `${result.events} (${result.givenUp} given up by the sender)`],
    ["edits", result.edits],
    ["kills", summed(result.kills)],
    ["freezes", summed(result.freezes)],
    ["cuts", result.cuts],
    ["redeploys", result.redeploys],
    ["full disks", `${result.fullDisks} (${result.refusedWebhooks} webhooks answered 503)`],
    ["disasters missed", result.missed.length],
    ["conflicts recorded", result.conflicts],
    ["parked by the faults", `${result.parked.length}${codesOf(result.parked)}`],
    ["retried after the faults", result.retries],
    ["parked without a cause", `${result.unexplained.length}${codesOf(result.unexplained)}`],
    ["users lost", result.lost.length],
    ["users made twice", result.madeTwice.length],
    ["stale overwrites", result.stale.length],
    ["valid tokens held twice", result.heldTwice.length],
    ["fields differing", result.differing.length],
    ["deleted on one side only", result.halfLeft.length],
    ["counters that do not add up", result.miscounted.join(", ") || "none"],
    ["mistakes in the log", result.mistakes.length],
    ["rest", result.unrest === null ? "reached" : "not reached"],
    ["edits in the open window", `${covered.length}${windowOf(covered.map(({ coveredMs }) => coveredMs ?? 0))}`],
  ];
  const sentences = [
    ...(result.unrest === null ? [] : [result.unrest]),
    ...listed("missed", result.missed),
    ...listed("lost", textsOf(result.lost)),
    ...listed("made twice", textsOf(result.madeTwice)),
    ...listed("stale overwrite", textsOf(result.stale)),
    ...listed("valid tokens held twice", result.heldTwice),
    ...listed("differing", textsOf(result.differing)),
    ...listed("deleted on one side only", textsOf(result.halfLeft)),
    ...listed("in the log", result.mistakes),
    ...listed("parked", result.unexplained.map(parkedText)),
    ...listed("in the open window", textsOf(covered)),
    ...result.stories,
  ];
  return [...figures.map(([name, value]) => `${name.padEnd(30)}${value}`), ...sentences].join("\n");
}

/** "3 (random 1, before-send to-legacy 2)" */
function summed(counts: Record<string, number>): string {
  const sum = Object.values(counts).reduce((total, count) => total + count, 0);
  const texts = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  return texts.length === 0 ? `${sum}` : `${sum} (${texts.sort().join(", ")})`;
}

function windowOf(times: readonly number[]): string {
  return times.length === 0 ? "" : ` (at most ${Math.max(...times)} ms from our look to our call)`;
}

function textsOf(findings: readonly { text: string }[]): string[] {
  return findings.map(({ text }) => text);
}

function parkedText({ lane, legacyId, sub, code, message }: Parked): string {
  return `${lane} ${legacyId} (${sub}) ${code}: ${message}`;
}

function listed(title: string, texts: readonly string[]): string[] {
  return texts.slice(0, MAX_SENTENCES).map((text) => `${title}: ${text}`);
}

function codesOf(parked: readonly Parked[]): string {
  const counts = new Map<string, number>();
  for (const { lane, code } of parked) counts.set(`${lane} ${code}`, (counts.get(`${lane} ${code}`) ?? 0) + 1);
  const texts = [...counts].map(([code, count]) => `${code} ${count}`);
  return texts.length === 0 ? "" : ` (${texts.join(", ")})`;
}
