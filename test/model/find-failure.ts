import type { History } from "./history";
import type { Mutant } from "./mutants";
import type { Runner } from "./run";

export interface Found {
  runs: number;
  history: History;
  problems: string[];
}

/**
 * The first history that fails with the mutant and passes with the whole sync; null where there is none.
 *
 * @param strict see `Measure`
 */
export async function findFailure(
  runner: Runner,
  mutant: Mutant,
  histories: Iterable<History>,
  strict: boolean,
): Promise<Found | null> {
  let runs = 0;
  for (const history of histories) {
    runs += 1;
    const { problems } = await runner.run(history, mutant, strict);
    if (problems.length === 0) continue;
    const whole = await runner.run(history, null, strict);
    if (whole.problems.length === 0) return { runs, history, problems };
  }
  return null;
}
