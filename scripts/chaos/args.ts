import { parseOptions, wholeNumber } from "../options";

export interface ChaosArguments {
  /** Everything random comes from it, except for what the clock of the machine decides. */
  seed: number;
  kills: number;
  /** Users of the legacy system at the start. */
  users: number;
  /** Edits of users per second, on average. */
  rate: number;
  /** No further disaster begins after this time. */
  minutes: number;
  /** Where to write what Node-RED printed; null = nowhere. */
  log: string | null;
}

export const USAGE = `Usage: npm run chaos -- [--kills <number>] [--seed <number>] [--users <number>] [--rate <number>] [--minutes <number>] [--log <file>]

  --kills    times that Node-RED is ended by SIGKILL and started again; at least once at each fail-point (default 20)
  --seed     the same seed gives the same dialect, faults, edits and order of disasters (default 1)
  --users    users in the legacy system at the start (default 100)
  --rate     edits of users per second, on both sides together (default 6)
  --minutes  disasters begin no later than this; a fail-point without its disaster fails the run (default 10)
  --log      where to write what Node-RED printed, over all its starts

It ends with 1 if users were lost or made twice, if the sides differ, if a newer edit was overwritten by an older value,
if a person had two valid leases at once, if counters do not add up, or if anybody is parked without a cause.`;

const OPTIONS = {
  kills: { type: "string", default: "20" },
  seed: { type: "string", default: "1" },
  users: { type: "string", default: "100" },
  rate: { type: "string", default: "6" },
  minutes: { type: "string", default: "10" },
  log: { type: "string" },
} as const;

/** Reads the command line. Throws a `UsageError`. */
export function parseArguments(given: readonly string[]): ChaosArguments {
  const { values } = parseOptions({ args: given, options: OPTIONS });
  return {
    kills: wholeNumber("kills", values.kills, 0, 1000),
    seed: wholeNumber("seed", values.seed, 0, 2 ** 32 - 1),
    users: wholeNumber("users", values.users, 0, 500),
    rate: wholeNumber("rate", values.rate, 0, 100),
    minutes: wholeNumber("minutes", values.minutes, 0, 600),
    log: values.log ?? null,
  };
}
