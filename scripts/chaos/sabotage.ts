import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { temporaryDirectory } from "../../test/support/user-directory";
import { waitFor } from "../../test/support/wait-for";
import { DIRECTORY_VARIABLE, FILES, type Order } from "./orders";

const DISK_MS = 10_000;

/** What can be done to a Node-RED that was started with this environment, over all its restarts. */
export interface Sabotage {
  /** What the process needs in its environment. */
  environment: Record<string, string>;
  /** Stops the process where it stands, and lets it go on. */
  freeze(): void;
  wake(): void;
  /** From now on the next pass of the point ends the process, or stops it until `wake`. */
  order(order: Order): void;
  /** Resolves with whether the order was obeyed within the time; else it is taken back. */
  obeyed(withinMs: number): Promise<boolean>;
  /** Resolves when the store has no room left. */
  fillDisk(): Promise<void>;
  emptyDisk(): void;
  /** A sentence for each person that had two valid leases at the same time. */
  heldTwice(): string[];
  /** The plans that were made, one line of JSON each. */
  plans(): string;
  /** Removes its files. */
  close(): void;
}

/** Builds the script that Node-RED loads first, and a directory in which to give it orders. */
export function createSabotage(): Sabotage {
  const directory = temporaryDirectory("chaos");
  const file = (name: keyof typeof FILES) => join(directory.path, FILES[name]);
  const script = join(directory.path, "saboteur.cjs");
  buildSync({ entryPoints: [join(__dirname, "saboteur.ts")], bundle: true, platform: "node", outfile: script });
  const send = (signal: NodeJS.Signals) => process.kill(Number(readFileSync(file("pid"), "utf8")), signal);
  return {
    environment: {
      NODE_OPTIONS: `--disable-warning=ExperimentalWarning --require ${JSON.stringify(script)}`,
      [DIRECTORY_VARIABLE]: directory.path,
    },
    freeze: () => send("SIGSTOP"),
    wake: () => send("SIGCONT"),
    order(order) {
      rmSync(file("passed"), { force: true });
      writeFileSync(file("order"), JSON.stringify(order));
    },
    async obeyed(withinMs) {
      const passed = () => existsSync(file("passed"));
      try {
        return await waitFor(passed, { timeoutMs: withinMs, what: "the point to be passed", everyMs: 20 });
      } catch {
        rmSync(file("order"), { force: true });
        return passed();
      }
    },
    async fillDisk() {
      rmSync(file("diskIsFull"), { force: true });
      writeFileSync(file("diskFull"), "");
      await waitFor(() => existsSync(file("diskIsFull")), { timeoutMs: DISK_MS, what: "the disk to be full" });
    },
    emptyDisk: () => rmSync(file("diskFull"), { force: true }),
    heldTwice: () => (existsSync(file("heldTwice")) ? readFileSync(file("heldTwice"), "utf8").trim().split("\n") : []),
    plans: () => (existsSync(file("plans")) ? readFileSync(file("plans"), "utf8") : ""),
    close: () => directory.remove(),
  };
}
