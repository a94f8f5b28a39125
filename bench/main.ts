import { readOptions, refuse } from "../scripts/options";
import { benchMapping } from "./mapping/main";
import { benchStore } from "./store";

const BENCHES: Record<string, () => Promise<void>> = { mapping: benchMapping, store: benchStore };

const USAGE = `Name a benchmark: ${Object.keys(BENCHES).join(", ")}.`;

const { positionals } = readOptions({ allowPositionals: true }, USAGE);
const run = BENCHES[positionals.join(" ")] ?? refuse(USAGE);
void run();
