import { writeFileSync } from "node:fs";
import type { Random } from "../../simulator/kit/random";
import { runCommand } from "../command";
import { parseArguments, USAGE } from "./args";
import { fullPlan, IN_ADOPTION } from "./plan";
import { hasFailed, reportOf } from "./report";
import { runChaos } from "./run";

runCommand(USAGE, async ({ seconds, say }) => {
  const options = parseArguments(process.argv.slice(2));
  console.log(`seed ${options.seed}`);
  const plan = (random: Random) => fullPlan(options.kills, random);
  const result = await runChaos({ ...options, inAdoption: IN_ADOPTION, plan }, say);
  if (options.log !== null) {
    writeFileSync(options.log, result.nodeRedLog);
    writeFileSync(`${options.log}.plans`, result.plans);
  }
  console.log(`\nseed ${options.seed}, ${seconds()} s\n${reportOf(result)}`);
  return hasFailed(result) ? 1 : 0;
});
