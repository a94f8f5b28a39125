import { writeFileSync } from "node:fs";
import type { Random } from "../../simulator/kit/random";
import { parseArguments, USAGE } from "./args";
import { fullPlan, IN_ADOPTION } from "./plan";
import { hasFailed, reportOf } from "./report";
import { runChaos } from "./run";

async function main(): Promise<number> {
  const options = parseArguments(process.argv.slice(2));
  if (typeof options === "string") {
    console.error(`${options}\n\n${USAGE}`);
    return 2;
  }
  // Node-RED, frozen or not, and all temporary files go with this process.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(130));
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  console.log(`seed ${options.seed}`);
  const say = (line: string) => console.log(`${String(seconds()).padStart(4)} s  ${line}`);
  const plan = (random: Random) => fullPlan(options.kills, random);
  const result = await runChaos({ ...options, inAdoption: IN_ADOPTION, plan }, say);
  if (options.log !== null) {
    writeFileSync(options.log, result.nodeRedLog);
    writeFileSync(`${options.log}.plans`, result.plans);
  }
  console.log(`\nseed ${options.seed}, ${seconds()} s\n${reportOf(result)}`);
  return hasFailed(result) ? 1 : 0;
}

main().then(
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
