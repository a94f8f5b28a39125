import type { Lane } from "../../lib/sync/types";
import type { Demo } from "./processes";
import { look, type View } from "./quiet";

/** On a terminal one line is rewritten; elsewhere (a log file, CI) lines are few. */
const EVERY_MS = process.stdout.isTTY ? 1000 : 3000;

export interface Progress {
  /** Prints a line of its own, without tearing the progress line. */
  say(line: string): void;
  stop(): void;
}

/** Prints where the synchronisation is, as long as it runs. */
export function showProgress(demo: Demo): Progress {
  const rewrite = process.stdout.isTTY ? "\r\x1b[2K" : "";
  let before: { view: View; at: number } | null = null;
  let shown = "";
  const show = async () => {
    const view = await look(demo);
    const now = Date.now();
    const text = progressText(view, before?.view ?? view, (now - (before?.at ?? now)) / 1000);
    before = { view, at: now };
    if (process.stdout.isTTY) process.stdout.write(rewrite + text);
    else if (text !== shown) console.log(text);
    shown = text;
  };
  const timer = setInterval(() => {
    // Node-RED may be restarting; the next look will tell.
    show().catch(() => undefined);
  }, EVERY_MS);
  return {
    say: (line) => console.log(rewrite + line),
    stop() {
      clearInterval(timer);
      if (process.stdout.isTTY) process.stdout.write("\n");
    },
  };
}

/** One line: users on each side, then per lane what waits, is in flight and was done per second. */
export function progressText(view: View, before: View, seconds: number): string {
  const lane = (name: Lane) => {
    const { waiting, inFlight, parkedNow } = view.status.lanes[name];
    const done = finished(view, name) - finished(before, name);
    const rate = seconds > 0 ? Math.round(done / seconds) : 0;
    const parked = parkedNow === 0 ? "" : `, ${parkedNow} parked`;
    return `${name}: ${waiting} waiting, ${inFlight} in flight, ${rate}/s${parked}`;
  };
  return `users: cidaas ${view.cidaasUsers}, legacy ${view.legacyUsers} | ${lane("to-cidaas")} | ${lane("to-legacy")}`;
}

function finished(view: View, lane: Lane): number {
  const { in: _in, ...outcomes } = view.status.lanes[lane].counters;
  return Object.values(outcomes).reduce((sum, count) => sum + count, 0);
}
