import { writeFileSync } from "node:fs";
import { parseArguments, USAGE } from "./args";
import { missesOf, reportOf } from "./report";
import { runProof } from "./run";

async function main(): Promise<number> {
  const options = parseArguments(process.argv.slice(2));
  if (typeof options === "string") {
    console.error(`${options}\n\n${USAGE}`);
    return 2;
  }
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(130));
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  const say = (line: string) => console.log(`${String(seconds()).padStart(4)} s  ${line}`);
  const result = await runProof(options, say);
  if (options.log !== null) writeFileSync(options.log, result.nodeRedLog);
  console.log(`\nseed ${options.seed}, ${seconds()} s\n${reportOf(result)}`);
  const misses = missesOf(result);
  for (const miss of misses) console.log(miss);
  if (misses.length === 0) console.log("All bounds hold.");
  return misses.length === 0 ? 0 : 1;
}

main().then(
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
