/** One way to map, with its best and its usual speed. */
export interface Result {
  name: string;
  /** Users per second, one figure per round. */
  rates: number[];
}

const ROUND_S = 0.25;

/**
 * Lets several functions work on the same users in turn, so that whatever slows the machine down meets all of them.
 *
 * @param contestants map one user; a promise is awaited
 */
export async function contest<T>(
  users: readonly T[],
  contestants: Record<string, (user: T) => unknown>,
  rounds: number,
): Promise<Result[]> {
  const results = Object.keys(contestants).map((name): Result => ({ name, rates: [] }));
  // The first round only warms up.
  for (let round = 0; round <= rounds; round += 1) {
    for (const result of results) {
      const run = contestants[result.name];
      const rate = run ? await rateOf(users, run) : 0;
      if (round > 0) result.rates.push(rate);
    }
  }
  return results;
}

/** By CPU time: what else the machine does then counts less. */
async function rateOf<T>(users: readonly T[], run: (user: T) => unknown): Promise<number> {
  const started = process.cpuUsage();
  let done = 0;
  let seconds: number;
  do {
    for (const user of users) {
      const mapped = run(user);
      if (mapped instanceof Promise) await mapped;
    }
    done += users.length;
    const { user, system } = process.cpuUsage(started);
    seconds = (user + system) / 1e6;
  } while (seconds < ROUND_S);
  return done / seconds;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** The median of the ratios round by round. */
export function ratio(one: Result, other: Result): number {
  return median(one.rates.map((rate, round) => rate / (other.rates[round] ?? Number.NaN)));
}
