import { parseOptions, wholeNumber } from "../options";

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

const OPTIONS = {
  check: { type: "boolean", default: false },
  port: { type: "string" },
  users: { type: "string", default: "1000" },
} as const;

/** Reads the command line. Throws a `UsageError`. */
export function parseArguments(given: readonly string[]): DemoArguments {
  const { check, port, users } = parseOptions({ args: given, options: OPTIONS }).values;
  const usualPort = check ? null : 1880;
  return {
    check,
    port: port === undefined ? usualPort : wholeNumber("port", port, 1, 65_535),
    users: wholeNumber("users", users, 1, 100_000),
  };
}
