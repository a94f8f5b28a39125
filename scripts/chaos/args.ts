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

type NumberName = Exclude<keyof ChaosArguments, "log">;

export const USAGE = `Usage: npm run chaos -- [--kills <number>] [--seed <number>] [--users <number>] [--rate <number>] [--minutes <number>] [--log <file>]

  --kills    times that Node-RED is ended by SIGKILL and started again; at least once at each fail-point (default 20)
  --seed     the same seed gives the same dialect, faults, edits and order of disasters (default 1)
  --users    users in the legacy system at the start (default 100)
  --rate     edits of users per second, on both sides together (default 6)
  --minutes  disasters begin no later than this; a fail-point without its disaster fails the run (default 10)
  --log      where to write what Node-RED printed, over all its starts

It ends with 1 if users were lost or made twice, if the sides differ, if a newer edit was overwritten by an older value,
if a person had two valid leases at once, if counters do not add up, or if anybody is parked without a cause.`;

const LIMITS: Record<NumberName, { preset: number; most: number }> = {
  kills: { preset: 20, most: 1000 },
  seed: { preset: 1, most: 2 ** 32 - 1 },
  users: { preset: 100, most: 500 },
  rate: { preset: 6, most: 100 },
  minutes: { preset: 10, most: 600 },
};

/** Reads the command line. A text says what is wrong with it. */
export function parseArguments(given: readonly string[]): ChaosArguments | string {
  const { kills, seed, users, rate, minutes } = LIMITS;
  const result: ChaosArguments = {
    kills: kills.preset,
    seed: seed.preset,
    users: users.preset,
    rate: rate.preset,
    minutes: minutes.preset,
    log: null,
  };
  for (let index = 0; index < given.length; index += 2) {
    const name = given[index]?.replace(/^--/, "") ?? "";
    const text = given[index + 1];
    const value = Number(text);
    if (name === "log" && text !== undefined) {
      result.log = text;
      continue;
    }
    if (!isOption(name) || !Number.isInteger(value) || value < 0 || value > LIMITS[name].most) {
      return `I do not understand "${given.slice(index, index + 2).join(" ")}".`;
    }
    result[name] = value;
  }
  return result;
}

function isOption(name: string): name is NumberName {
  return Object.hasOwn(LIMITS, name);
}
