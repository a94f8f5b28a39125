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

type NumberName = Exclude<keyof ProofArguments, "log">;

export const USAGE = `Usage: npm run backfill-proof -- [--users <number>] [--seed <number>] [--rate <number>] [--log <file>]

  --users   users of the CSV file (default 200000, at least 2000)
  --seed    chooses when Node-RED is killed, and who is edited (default 1)
  --rate    live edits per second, on both sides together (default 5)
  --log     where to write what Node-RED printed, over all its starts

It ends with 1 if the sides differ, an edit is gone, or memory, rate or latency miss their bounds.`;

const LIMITS: Record<NumberName, { preset: number; least: number; most: number }> = {
  users: { preset: 200_000, least: 2_000, most: 1_000_000 },
  seed: { preset: 1, least: 0, most: 2 ** 32 - 1 },
  rate: { preset: 5, least: 1, most: 100 },
};

/** Reads the command line. A text says what is wrong with it. */
export function parseArguments(given: readonly string[]): ProofArguments | string {
  const { users, seed, rate } = LIMITS;
  const result: ProofArguments = { users: users.preset, seed: seed.preset, rate: rate.preset, log: null };
  for (let index = 0; index < given.length; index += 2) {
    const name = given[index]?.replace(/^--/, "") ?? "";
    const text = given[index + 1];
    const value = Number(text);
    if (name === "log" && text !== undefined) result.log = text;
    else if (isOption(name) && Number.isInteger(value) && value >= LIMITS[name].least && value <= LIMITS[name].most)
      result[name] = value;
    else return `I do not understand "${given.slice(index, index + 2).join(" ")}".`;
  }
  return result;
}

function isOption(name: string): name is NumberName {
  return Object.hasOwn(LIMITS, name);
}
