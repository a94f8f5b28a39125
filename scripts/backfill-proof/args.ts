import { parseOptions, wholeNumber } from "../options";

export interface ProofArguments {
  /** Users of the legacy system, and of the file. */
  users: number;
  /** Chooses when Node-RED is killed and who is edited. */
  seed: number;
  /** Live edits per second, on both sides together. */
  rate: number;
  /** Where to write what Node-RED printed; null = nowhere. */
  log: string | null;
}

export const USAGE = `Usage: npm run backfill-proof -- [--users <number>] [--seed <number>] [--rate <number>] [--log <file>]

  --users   users of the CSV file (default 200000, at least 2000)
  --seed    chooses when Node-RED is killed, and who is edited (default 1)
  --rate    live edits per second, on both sides together (default 5)
  --log     where to write what Node-RED printed, over all its starts

It ends with 1 if the sides differ, an edit is gone, or memory, rate or latency miss their bounds.`;

const OPTIONS = {
  users: { type: "string", default: "200000" },
  seed: { type: "string", default: "1" },
  rate: { type: "string", default: "5" },
  log: { type: "string" },
} as const;

/** Reads the command line. Throws a `UsageError`. */
export function parseArguments(given: readonly string[]): ProofArguments {
  const { values } = parseOptions({ args: given, options: OPTIONS });
  return {
    users: wholeNumber("users", values.users, 2_000, 1_000_000),
    seed: wholeNumber("seed", values.seed, 0, 2 ** 32 - 1),
    rate: wholeNumber("rate", values.rate, 1, 100),
    log: values.log ?? null,
  };
}
