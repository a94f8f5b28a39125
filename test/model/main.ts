import { fork } from "node:child_process";
import { once } from "node:events";
import { orRefuse, readOptions, refuse, wholeNumber } from "../../scripts/options";
import { findFailure } from "./find-failure";
import { drawHistory, type History, KINDS, kindAt } from "./history";
import { MUTANTS } from "./mutants";
import { Runner, type RunResult } from "./run";
import { shrink } from "./shrink";

const { values } = readOptions({
  options: {
    runs: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    calm: { type: "boolean", default: false },
    strict: { type: "boolean", default: false },
    mutants: { type: "boolean", default: false },
    only: { type: "string" },
    /** Those that are asked for, in turn; none = all of them, as `kindAt` mixes them. */
    kinds: { type: "string", default: "" },
    jobs: { type: "string", default: "1" },
    /** Of a process among several: its number. */
    part: { type: "string", default: "0" },
  },
});

const number = (name: "runs" | "seed" | "jobs" | "part", least: number, most: number) =>
  orRefuse(() => wholeNumber(name, values[name], least, most));
const RUNS = number("runs", 1, 10_000_000);
const SEED = number("seed", 0, 2 ** 32 - 1);
const JOBS = number("jobs", 1, 64);
const PART = number("part", 0, 63);
/** Failures that are shrunk and told in full; of the others only the seed. */
const TOLD_IN_FULL = 3;

interface Totals {
  runs: number;
  failed: number;
  edits: number;
  writes: number;
  covered: number;
}

const NAMES = values.kinds.split(",").filter((name) => name !== "");
const ASKED = KINDS.filter((kind) => NAMES.includes(kind));
if (ASKED.length < NAMES.length) refuse(`The kinds are ${KINDS.join(", ")}.`);

/** Seed by seed; of these the share of this process. */
function* histories(step: number, first: number): Generator<History> {
  for (let index = first; index < RUNS; index += step) {
    yield drawHistory(SEED + index, !values.calm, ASKED[index % ASKED.length] ?? kindAt(index));
  }
}

function describe(history: History, { problems, log }: RunResult): string {
  const { births, steps, offsets, faults, ...rest } = history;
  const told = Object.entries(faults).filter(([, probability]) => probability > 0);
  return [
    `seed ${history.seed}: ${problems.join("; ")}`,
    JSON.stringify({ ...rest, offsets, faults: Object.fromEntries(told) }),
    ...log,
  ].join("\n");
}

/** Judges the whole sync. Resolves with how many runs failed. */
async function judge(runner: Runner): Promise<number> {
  const began = performance.now();
  const totals: Totals = { runs: 0, failed: 0, edits: 0, writes: 0, covered: 0 };
  const run = (history: History) => runner.run(history, null, values.strict);
  const isFailing = async (history: History) => (await run(history)).problems.length > 0;
  for (const history of histories(JOBS, PART)) {
    const result = await run(history);
    totals.runs += 1;
    totals.edits += result.edits;
    totals.writes += result.writes;
    totals.covered += result.covered;
    if (result.problems.length === 0) continue;
    totals.failed += 1;
    if (totals.failed > TOLD_IN_FULL) {
      console.log(`seed ${history.seed}: ${result.problems.join("; ")}`);
      continue;
    }
    const smallest = await shrink(history, isFailing);
    console.log(`${describe(smallest, await run(smallest))}\n`);
  }
  const seconds = (performance.now() - began) / 1_000;
  const { runs, ...counted } = totals;
  console.log(`${runs} runs, ${JSON.stringify(counted)}, ${Math.round(runs / seconds)} a second`);
  return totals.failed;
}

/** Judges the model. Resolves with how many mechanisms nothing misses. */
async function judgeMutants(runner: Runner): Promise<number> {
  const asked = MUTANTS.filter(({ name }) => values.only === undefined || name.includes(values.only));
  const tried = asked.filter((_, index) => index % JOBS === PART);
  let missed = 0;
  for (const mutant of tried) {
    const found = await findFailure(runner, mutant, histories(1, 0), values.strict);
    if (!found) missed += 1;
    const text = found
      ? `found after ${found.runs} runs (seed ${found.history.seed}): ${found.problems[0]}`
      : `NOT FOUND in ${RUNS} runs`;
    console.log(`without ${mutant.name}: ${text}`);
  }
  return missed;
}

async function work(): Promise<void> {
  const runner = await Runner.open();
  const failed = values.mutants ? await judgeMutants(runner) : await judge(runner);
  await runner.close();
  process.exitCode = failed > 0 ? 1 : 0;
}

/** A process for every part; it fails where one of them does. */
async function distribute(): Promise<void> {
  const parts = Array.from({ length: JOBS }, (_, part) =>
    fork(__filename, [...process.argv.slice(2), "--part", String(part)]),
  );
  const codes = await Promise.all(parts.map((part) => once(part, "exit")));
  process.exitCode = codes.every(([code]) => code === 0) ? 0 : 1;
}

const isPart = JOBS === 1 || process.argv.includes("--part");
void (isPart ? work() : distribute());
