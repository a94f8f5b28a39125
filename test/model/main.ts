import { parseArgs } from "node:util";
import { drawHistory, type History } from "./history";
import { Runner, type RunResult } from "./run";
import { shrink } from "./shrink";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    calm: { type: "boolean", default: false },
  },
});

function describe(history: History, { problems, log }: RunResult): string {
  const { births, steps, ...rest } = history;
  return [`seed ${history.seed}: ${problems.join("; ")}`, JSON.stringify(rest), ...log].join("\n");
}

async function main(): Promise<void> {
  const runner = await Runner.open();
  const began = performance.now();
  const runs = Number(values.runs);
  const totals = { failed: 0, edits: 0, writes: 0, covered: 0 };
  const isFailing = async (history: History) => (await runner.run(history)).problems.length > 0;
  for (let index = 0; index < runs; index += 1) {
    const history = drawHistory(Number(values.seed) + index, !values.calm);
    const result = await runner.run(history);
    totals.edits += result.edits;
    totals.writes += result.writes;
    totals.covered += result.covered;
    if (result.problems.length === 0) continue;
    totals.failed += 1;
    if (totals.failed > 3) {
      console.log(`seed ${history.seed}: ${result.problems.join("; ")}`);
      continue;
    }
    const smallest = await shrink(history, isFailing);
    console.log(`${describe(smallest, await runner.run(smallest))}\n`);
  }
  const seconds = (performance.now() - began) / 1_000;
  console.log(`${runs} runs, ${JSON.stringify(totals)}, ${Math.round(runs / seconds)} a second`);
  await runner.close();
  process.exitCode = totals.failed > 0 ? 1 : 0;
}

void main();
