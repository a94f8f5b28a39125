import { writeFileSync } from "node:fs";
import { runCommand } from "../command";
import { parseArguments, USAGE } from "./args";
import { missesOf, reportOf } from "./report";
import { runProof } from "./run";

runCommand(USAGE, async ({ seconds, say }) => {
  const options = parseArguments(process.argv.slice(2));
  const result = await runProof(options, say);
  if (options.log !== null) writeFileSync(options.log, result.nodeRedLog);
  console.log(`\nseed ${options.seed}, ${seconds()} s\n${reportOf(result)}`);
  const misses = missesOf(result);
  for (const miss of misses) console.log(miss);
  if (misses.length === 0) console.log("All bounds hold.");
  return misses.length === 0 ? 0 : 1;
});
