export interface DemoArguments {
  /** Run the proof and end, instead of showing the demo until Ctrl-C. */
  check: boolean;
  /** Port of Node-RED; null picks a free one. */
  port: number | null;
  /** Users of the legacy system at the start. */
  users: number;
}

export const USAGE = `Usage: npm run demo -- [--check] [--port <number>] [--users <number>]

  --check   load all users, make 100 edits on each side, compare both sides, and end with 0 (equal) or 1
  --port    port of Node-RED (default 1880; with --check a free one)
  --users   users in the legacy system (default 1000)`;

const MAX_USERS = 100_000;

/** Reads the command line. A text says what is wrong with it. */
export function parseArguments(given: readonly string[]): DemoArguments | string {
  const result: DemoArguments = { check: given.includes("--check"), port: null, users: 1000 };
  if (!result.check) result.port = 1880;
  for (let index = 0; index < given.length; index += 1) {
    const name = given[index];
    if (name === "--check") continue;
    index += 1;
    const value = Number(given[index]);
    if (name === "--port" && isBetween(value, 1, 65_535)) result.port = value;
    else if (name === "--users" && isBetween(value, 1, MAX_USERS)) result.users = value;
    else return `I do not understand "${given.slice(index - 1, index + 1).join(" ")}".`;
  }
  return result;
}

function isBetween(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
