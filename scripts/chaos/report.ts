import type { Parked } from "./admin";
import type { ChaosResult } from "./run";

const MAX_SENTENCES = 15;

/** Whether the run showed what must not be. Vanished edits are told, but do not fail it. */
export function hasFailed(result: ChaosResult): boolean {
  const { lost, madeTwice, differing, unexplained, miscounted, unrest } = result;
  return unrest !== null || [lost, madeTwice, differing, unexplained, miscounted].some((list) => list.length > 0);
}

/** The figures of a run, and behind them what is wrong. */
export function reportOf(result: ChaosResult): string {
  const figures: [string, number | string][] = [
    ["dialect", JSON.stringify(result.scene.dialect)],
    ["faults", JSON.stringify(result.scene.faults)],
    ["events", `${result.events} (${result.givenUp} given up by the sender)`],
    ["edits", result.edits],
    ["kills", result.kills],
    ["freezes", result.freezes],
    ["cuts", result.cuts],
    ["redeploys", result.redeploys],
    ["conflicts recorded", result.conflicts],
    ["parked by the faults", `${result.parked.length}${codesOf(result.parked)}`],
    ["retried after the faults", result.retries],
    ["parked without a cause", `${result.unexplained.length}${codesOf(result.unexplained)}`],
    ["users lost", result.lost.length],
    ["users made twice", result.madeTwice.length],
    ["fields differing", result.differing.length],
    ["edits vanished", result.vanished.length],
    ["  within a bulk call", `${result.vanishedInWindow.length} (an edit in cidaas between our look and our call)`],
    ["deleted on one side only", result.halfLeft.length],
    ["counters that do not add up", result.miscounted.join(", ") || "none"],
    ["rest", result.unrest === null ? "reached" : "not reached"],
  ];
  const sentences = [
    ...listed("lost", result.lost),
    ...listed("made twice", result.madeTwice),
    ...listed("differing", result.differing),
    ...listed("vanished", result.vanished),
    ...listed("vanished within a bulk call", result.vanishedInWindow),
    ...listed("deleted on one side only", result.halfLeft),
    ...listed(
      "parked",
      result.unexplained.map(({ lane, legacyId, sub, code, message }) => ({
        text: `${lane} ${legacyId} (${sub}) ${code}: ${message}`,
      })),
    ),
    ...result.stories,
    ...(result.unrest === null ? [] : [result.unrest]),
  ];
  return [...figures.map(([name, value]) => `${name.padEnd(30)}${value}`), ...sentences].join("\n");
}

function listed(title: string, findings: readonly { text: string }[]): string[] {
  return findings.slice(0, MAX_SENTENCES).map(({ text }) => `${title}: ${text}`);
}

function codesOf(parked: readonly Parked[]): string {
  const counts = new Map<string, number>();
  for (const { lane, code } of parked) counts.set(`${lane} ${code}`, (counts.get(`${lane} ${code}`) ?? 0) + 1);
  const texts = [...counts].map(([code, count]) => `${code} ${count}`);
  return texts.length === 0 ? "" : ` (${texts.join(", ")})`;
}
