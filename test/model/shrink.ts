import { type Faults, NO_FAULTS } from "./calls";
import type { History } from "./history";

/** Drops steps and faults as long as the run still fails. */
export async function shrink(history: History, fails: (history: History) => Promise<boolean>): Promise<History> {
  let smallest = history;
  for (let found = true; found; ) {
    found = false;
    for (const smaller of smallerThan(smallest)) {
      if (!(await fails(smaller))) continue;
      smallest = smaller;
      found = true;
      break;
    }
  }
  return smallest;
}

function* smallerThan(history: History): Generator<History> {
  for (const step of history.steps) yield { ...history, steps: history.steps.filter((other) => other !== step) };
  for (const birth of history.births) {
    const births = history.births.filter((other) => other !== birth);
    const steps = history.steps.filter((step) => step.do !== "edit" || step.email !== birth.email);
    if (births.length > 0) yield { ...history, births, steps };
  }
  if (history.offsets.cidaas !== 0 || history.offsets.legacy !== 0)
    yield { ...history, offsets: { cidaas: 0, legacy: 0 } };
  const names: (keyof Faults)[] = ["refused", "unanswered", "frozen", "late", "lagging", "lost", "repeated"];
  for (const name of names)
    if (history.faults[name] > 0) yield { ...history, faults: { ...history.faults, [name]: NO_FAULTS[name] } };
}
