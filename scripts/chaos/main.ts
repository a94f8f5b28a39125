import { parseArguments, USAGE } from "./args";
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
  const result = await runChaos(options, (line) => console.log(`${String(seconds()).padStart(4)} s  ${line}`));
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
