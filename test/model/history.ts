import type { Side } from "../../lib/sync/types";
import { type Faults, NO_FAULTS } from "./calls";
import { Chance } from "./scheduler";
import { EDITED, type EditedRule, type Offsets } from "./world";

export type Step =
  | { at: number; do: "edit"; side: Side; email: string; rule: EditedRule; value: string }
  | { at: number; do: "crash" };

/** What happens in one run; the same history and seed give the same run. */
export interface History {
  seed: number;
  births: { side: Side; email: string; at: number }[];
  steps: Step[];
  offsets: Offsets;
  faults: Faults;
}

const SIDES: readonly Side[] = ["cidaas", "legacy"];
const VALUES = ["a", "b", "c"];
/** Persons are born, and known on both sides, before this. */
const FIRST_EDIT_MS = 20_000;

/** A history drawn from a seed. Values are few, so that they are changed back and met again. */
export function drawHistory(seed: number, withFaults: boolean): History {
  const chance = new Chance(seed);
  const births = Array.from({ length: chance.between(1, 2) }, (_, index) => ({
    side: chance.pick(SIDES),
    email: `p${index + 1}@example.org`,
    at: chance.between(0, 1_000),
  }));
  const pace = chance.pick([20, 300, 3_000, 20_000]);
  let at = FIRST_EDIT_MS;
  const steps = Array.from({ length: chance.between(1, 8) }, (): Step => {
    at += chance.between(1, pace);
    if (withFaults && chance.happens(0.12)) return { at, do: "crash" };
    const { email } = chance.pick(births);
    const { rule } = chance.pick(EDITED);
    return { at, do: "edit", side: chance.pick(SIDES), email, rule, value: chance.pick(VALUES) };
  });
  const offset = () => (withFaults ? chance.between(-2_000, 2_000) : 0);
  const probability = (highest: number) => (withFaults && chance.happens(0.5) ? chance.next() * highest : 0);
  const faults: Faults = {
    ...NO_FAULTS,
    refused: probability(0.1),
    unanswered: probability(0.2),
    frozen: probability(0.02),
    lagging: probability(0.3),
    lost: probability(0.3),
    repeated: probability(0.5),
  };
  return { seed, births, steps, offsets: { cidaas: offset(), legacy: offset() }, faults };
}
