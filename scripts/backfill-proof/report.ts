import type { ProofResult } from "./run";

const MOST_MEMORY_MB = 150;
const LEAST_RATE_SHARE = 0.8;
const MOST_LATENCY_MS = 5_000;
const MAX_SENTENCES = 10;

/** The figures of a run that have bounds. */
export type Figures = Omit<ProofResult, "status" | "nodeRedLog">;

/** One sentence per bound that is missed; empty when all hold. */
export function missesOf(result: Figures): string[] {
  const { idle, most, firstRate, lastRate, apart, never, lost, differences, miscounted, parked } = result;
  const misses: string[] = [];
  if (!(most > 0 && most - idle <= MOST_MEMORY_MB))
    misses.push(`The memory grew by ${Math.round(most - idle)} MB, more than ${MOST_MEMORY_MB}.`);
  if (!(lastRate / firstRate >= LEAST_RATE_SHARE))
    misses.push(`The last users came at ${share(result)} of the rate of the first, less than ${LEAST_RATE_SHARE}.`);
  if (!(percentile(apart, 0.99) <= MOST_LATENCY_MS))
    misses.push(`Live edits took ${percentile(apart, 0.99)} ms at p99, more than ${MOST_LATENCY_MS}.`);
  if (never.length > 0) misses.push(`${never.length} live edits never arrived.`);
  if (lost.length > 0) misses.push(`${lost.length} live edits are not on both sides in the end.`);
  if (differences.length > 0) misses.push(`The sides differ in ${differences.length} places.`);
  if (parked > 0) misses.push(`${parked} users are parked.`);
  if (miscounted.length > 0) misses.push(`The counters of ${miscounted.join(", ")} do not add up.`);
  return misses;
}

/** All figures, one per line, then what the sides differ in. */
export function reportOf(result: ProofResult): string {
  const { idle, most, rate, firstRate, lastRate, window, killedAt, dead, apart, beside, status } = result;
  const rounded = (value: number) => String(Math.round(value));
  const lanes = Object.entries(status.lanes).map(([name, { counters, parkedNow }]): [string, string] => {
    const texts = Object.entries(counters).map(([counter, count]) => `${counter} ${count}`);
    return [`counters ${name}`, [...texts, `parkedNow ${parkedNow}`].join(", ")];
  });
  const figures: [string, string][] = [
    ["users", rounded(result.users)],
    ["killed at", `${killedAt.join(", ")} users; dead for ${dead.map(({ from, to }) => to - from).join(", ")} ms`],
    ["memory", `idle ${rounded(idle)} MB, at most ${rounded(most)} MB: +${rounded(most - idle)} MB`],
    ["users per second", `${rounded(rate)} while Node-RED lived`],
    [`first and last ${window}`, `${rounded(firstRate)} and ${rounded(lastRate)} per second: ${share(result)}`],
    ["live edits", latencies(apart)],
    ["live edits beside a kill", latencies(beside)],
    ["live edits gone", `${result.never.length} never arrived, ${result.lost.length} not on both sides in the end`],
    ["places that differ", rounded(result.differences.length)],
    ...lanes,
  ];
  const differences = result.differences
    .slice(0, MAX_SENTENCES)
    .map(({ legacyId, field, cidaas, legacy }) => `legacy user ${legacyId}: ${field} is "${cidaas}" and "${legacy}"`);
  const never = result.never
    .slice(0, MAX_SENTENCES)
    .map(({ side, ids, value }) => `${side} edit "${value}" of legacy user ${ids.legacy} never arrived`);
  return [...figures.map(([name, text]) => `${name.padEnd(28)}${text}`), ...differences, ...never].join("\n");
}

function share({ firstRate, lastRate }: Pick<Figures, "firstRate" | "lastRate">): string {
  return (lastRate / firstRate).toFixed(2);
}

function latencies(times: readonly number[]): string {
  if (times.length === 0) return "none";
  const texts = [0.5, 0.95, 0.99, 1].map((part) => `p${100 * part} ${percentile(times, part)}`);
  return `${times.length}; ${texts.join(", ")} ms`;
}

/** The value that this part of all does not exceed; not a number for no values. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.ceil(sorted.length * part) - 1] ?? Number.NaN;
}
