import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryDirectory } from "../../test/support/user-directory";

/** Stops a Node.js process where it stands, and lets it go on. */
export interface ProcessSwitch {
  /** What the process needs in its environment. */
  environment: Record<string, string>;
  freeze(): void;
  wake(): void;
  /** Removes its files. */
  close(): void;
}

/** The process that starts with this environment notes its id as the first thing it does, after every restart too. */
export function createProcessSwitch(): ProcessSwitch {
  const directory = temporaryDirectory("chaos");
  const note = join(directory.path, "pid");
  const script = join(directory.path, "note-pid.cjs");
  writeFileSync(script, `require("node:fs").writeFileSync(${JSON.stringify(note)}, String(process.pid));\n`);
  const send = (signal: NodeJS.Signals) => process.kill(Number(readFileSync(note, "utf8")), signal);
  return {
    environment: { NODE_OPTIONS: `--require ${JSON.stringify(script)}` },
    freeze: () => send("SIGSTOP"),
    wake: () => send("SIGCONT"),
    close: () => directory.remove(),
  };
}
