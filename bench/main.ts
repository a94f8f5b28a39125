import { benchMapping } from "./mapping/main";
import { benchStore } from "./store";

const BENCHES: Record<string, () => Promise<void>> = { mapping: benchMapping, store: benchStore };

/** `npm run bench -- <name>` */
async function main(): Promise<void> {
  const run = BENCHES[process.argv[2] ?? ""];
  if (!run) throw new Error(`Name a benchmark: ${Object.keys(BENCHES).join(", ")}.`);
  await run();
}

void main();
