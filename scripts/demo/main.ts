import { runToEnd } from "../command";
import { parseArguments, USAGE } from "./args";
import { type CheckResult, checkTwoWay } from "./check";
import { type Demo, startDemo } from "./processes";
import { showProgress } from "./progress";

const MAX_PROBLEMS = 20;

async function main(): Promise<number> {
  const options = parseArguments(process.argv.slice(2));
  const interrupted = new Promise<"interrupted">((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve("interrupted"));
  });
  console.log("Starting cidaas and the legacy system (simulated), and Node-RED ...");
  const starting = startDemo({ users: options.users, port: options.port, page: true });
  const demo = await Promise.race([starting, interrupted]);
  if (demo === "interrupted") {
    await starting.then((late) => late.close());
    return 130;
  }
  try {
    printPlaces(demo, options.check);
    if (!options.check) return await showUntil(interrupted, demo);
    const exitCode = await Promise.race([prove(demo, options.users), interrupted]);
    return exitCode === "interrupted" ? 130 : exitCode;
  } finally {
    await demo.close();
  }
}

function printPlaces({ nodeRed, simulator }: Demo, check: boolean): void {
  console.log(`
  Both sides, side by side   ${simulator.web?.url ?? "-"}
  The flow in Node-RED       ${nodeRed.url}
  cidaas (simulated)         ${simulator.tenant.url}
  Legacy system (simulated)  ${simulator.legacy.url}
`);
  if (!check) console.log("Edit a user on either side and watch the other one follow. Ctrl-C ends the demo.\n");
}

async function showUntil(interrupted: Promise<"interrupted">, demo: Demo): Promise<number> {
  await demo.load();
  const progress = showProgress(demo);
  await interrupted;
  progress.stop();
  return 0;
}

async function prove(demo: Demo, users: number): Promise<number> {
  const progress = showProgress(demo);
  const result = await checkTwoWay(demo, { users, say: progress.say }).finally(progress.stop);
  return report(result);
}

function report({ problems, view }: CheckResult): number {
  for (const [lane, { counters }] of Object.entries(view.status.lanes)) {
    const texts = Object.entries(counters).map(([name, count]) => `${name} ${count}`);
    console.log(`${lane}: ${texts.join(", ")}`);
  }
  if (problems.length === 0) {
    console.log(`Both sides hold the same ${view.cidaasUsers} users, and every edit is there.`);
    return 0;
  }
  console.log(`${problems.length} problems:`);
  for (const problem of problems.slice(0, MAX_PROBLEMS)) console.log(`  ${problem}`);
  return 1;
}

runToEnd(USAGE, main);
