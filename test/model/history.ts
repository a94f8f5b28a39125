import { otherSide, type Side } from "../../lib/sync/types";
import { type Faults, NO_FAULTS } from "./calls";
import { LEASE_MS } from "./lease";
import {
  DELETED_NEW,
  drawBirths,
  drawCry,
  drawDeeds,
  drawMoveOfNew,
  type LiveDeed,
  REUSED_AFTER_MS,
  SETTLED_AFTER_MS,
} from "./lives";
import { PLAIN_SHAPES, type RuleShape, type Shapes } from "./rules";
import { Chance } from "./scheduler";
import { EDITED, type EditedRule, type Offsets } from "./world";

export type Step =
  | { at: number; do: "edit"; side: Side; email: string; rule: EditedRule; value: string }
  | { at: number; do: "live"; deed: LiveDeed }
  /** A deploy with other rules; what is under way ends as in a crash. */
  | { at: number; do: "deploy"; shapes: Shapes }
  | { at: number; do: "crash" }
  /** A system takes no call for that long, though it goes on telling of its edits. */
  | { at: number; do: "outage"; side: Side; milliseconds: number }
  | { at: number; do: "back-up" }
  /** The backup takes the place of the store, and is recovered; the legacy system hands in what it holds. */
  | { at: number; do: "restore" };

const IN_TURN = ["edits", "lives", "storms", "rules"] as const;
export const KINDS = [...IN_TURN, "restores"] as const;
/** A run with a restored store takes as long as thirty others: each of so many is one. */
const RESTORED_EACH = 100;

/**
 * - `edits`: people edit
 * - `lives`: accounts also come and go, and change their e-mail
 * - `storms`: people edit while processes freeze and crash, systems are out, and calls are lost, much more than they ever should
 * - `rules`: people edit, under rules of several kinds that are changed meanwhile
 * - `restores`: people edit, and the store is put back to an older state
 */
export type Kind = (typeof KINDS)[number];

/** The kind of the history at a place of a series, where none is asked for. */
export function kindAt(index: number): Kind {
  if (index % RESTORED_EACH === RESTORED_EACH - 1) return "restores";
  return IN_TURN[index % IN_TURN.length] ?? "edits";
}

/** What happens in one run; the same history and seed give the same run. */
export interface History {
  seed: number;
  kind: Kind;
  births: { side: Side; email: string; at: number }[];
  steps: Step[];
  offsets: Offsets;
  faults: Faults;
  /** The rules that it begins with. */
  shapes: Shapes;
  /** Legacy records carry no more than what was changed. */
  partial: boolean;
}

const SIDES: readonly Side[] = ["cidaas", "legacy"];
const VALUES = ["a", "b", "c"];
/** Persons are born, and known on both sides, before this. */
export const FIRST_EDIT_MS = 20_000;

const UNDER_PLAIN_RULES = { shapes: PLAIN_SHAPES, partial: false };

/** A history drawn from a seed. Values are few, so that they are changed back and met again. */
export function drawHistory(seed: number, withFaults: boolean, kind: Kind): History {
  const chance = new Chance(seed);
  if (kind === "lives") return drawLives(chance, seed, withFaults);
  const history = drawEdits(chance, seed, withFaults);
  if (kind === "restores") return { ...withRestore(chance, history.steps, history), kind };
  if (kind === "rules") return underRules(chance, { ...history, kind });
  if (kind === "edits" || !withFaults) return { ...history, kind };
  const steps = withOutage(chance, withSecondThoughts(chance, withCrashesAgain(chance, history.steps)));
  return { ...history, kind, steps, faults: stormy(history.faults) };
}

function drawEdits(chance: Chance, seed: number, withFaults: boolean): Omit<History, "kind"> {
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
  return { seed, births, steps, ...UNDER_PLAIN_RULES, ...drawFaults(chance, withFaults) };
}

function withRestore<H extends object>(chance: Chance, steps: readonly Step[], history: H): H & { steps: Step[] } {
  const end = Math.max(...steps.map(({ at }) => at));
  const backedUp = chance.between(chance.pick([500, FIRST_EDIT_MS]), end);
  const restored = chance.between(backedUp + 1, end + 5_000);
  const added: Step[] = [
    { at: backedUp, do: "back-up" },
    { at: restored, do: "restore" },
  ];
  return { ...history, steps: [...steps, ...added].sort((one, other) => one.at - other.at) };
}

/** The same history under other rules, which a deploy or two change. */
function underRules(chance: Chance, history: History): History {
  const shapes: Shapes = { first: PLAIN_SHAPES.first, last: drawShape(chance) };
  const steps = [...history.steps];
  for (let count = chance.between(0, 2); count > 0; count -= 1) {
    const { at } = chance.pick(history.steps);
    const transform = chance.pick(["copy", "trim", "lower"] as const);
    const rule = chance.pick(EDITED).rule;
    steps.push({ at, do: "deploy", shapes: { ...shapes, [rule]: { ...shapes[rule], transform } } });
  }
  steps.sort((one, other) => one.at - other.at);
  return { ...history, steps, shapes, partial: chance.happens(0.3) };
}

function drawShape(chance: Chance): RuleShape {
  return {
    direction: chance.pick(["both", "both", "to-cidaas", "to-legacy"] as const),
    conflict: chance.pick(["newest", ...SIDES] as const),
    transform: "copy",
  };
}

function stormy(faults: Faults): Faults {
  const { frozen, refused, unanswered } = faults;
  return { ...faults, frozen: 0.05 + frozen * 5, late: 0.1, refused: 0.1 + refused, unanswered: 0.1 + unanswered };
}

/** What a crash has interrupted is taken up when its lease is over: then another one interrupts that. */
function withCrashesAgain(chance: Chance, steps: readonly Step[]): Step[] {
  const again = steps.flatMap((step): Step[] =>
    step.do === "crash" && chance.happens(0.5)
      ? [{ at: step.at + LEASE_MS + chance.between(0, 3_000), do: "crash" }]
      : [],
  );
  return [...steps, ...again].sort((one, other) => one.at - other.at);
}

/** Somebody edits the same once more while the first edit is under way. */
function withSecondThoughts(chance: Chance, steps: readonly Step[]): Step[] {
  const again = steps.flatMap((step): Step[] =>
    step.do === "edit" && chance.happens(0.4)
      ? [{ ...step, at: step.at + chance.between(100, 3_000), value: chance.pick(VALUES) }]
      : [],
  );
  return [...steps, ...again].sort((one, other) => one.at - other.at);
}

/**
 * A system is out, not so long that anybody is parked for it. What is under way to it as that begins has no known outcome, and
 * people go on to edit the same there.
 */
function withOutage(chance: Chance, steps: readonly Step[]): Step[] {
  const edits = steps.filter((step) => step.do === "edit");
  if (edits.length === 0 || !chance.happens(0.3)) return [...steps];
  const edit = chance.pick(edits);
  const side = chance.pick(SIDES);
  const at = edit.at + chance.between(0, 3_000);
  const milliseconds = chance.between(10_000, 120_000);
  const meanwhile = Array.from({ length: 2 }, (): Step => {
    return { ...edit, side, at: at + chance.between(0, milliseconds), value: chance.pick(VALUES) };
  });
  const under: Step = { ...edit, side: otherSide(side) };
  const others = steps.filter((step) => step !== edit);
  const outage: Step = { at, do: "outage", side, milliseconds };
  return [...others, under, outage, ...meanwhile].sort((one, other) => one.at - other.at);
}

function drawLives(chance: Chance, seed: number, withFaults: boolean): History {
  const steps: Step[] = drawBirths(chance).map((deed) => ({ at: chance.between(0, 3_000), do: "live", deed }));
  const pace = chance.pick([300, 3_000, 20_000, 60_000]);
  let at = FIRST_EDIT_MS;
  for (let count = chance.between(1, 8); count > 0; count -= 1) {
    if (withFaults && chance.happens(0.1)) steps.push({ at, do: "crash" });
    else {
      for (const deed of drawDeeds(chance)) {
        at += deed.what === "reuse" ? REUSED_AFTER_MS : chance.between(1, pace);
        steps.push({ at, do: "live", deed });
      }
    }
  }
  const faults = drawFaults(chance, withFaults);
  if (withFaults && chance.happens(0.3))
    steps.push({ at: chance.between(FIRST_EDIT_MS, at), do: "live", deed: drawCry(chance) });
  if (withFaults && chance.happens(0.3)) faults.faults.delayed = 0.3;
  if (withFaults && chance.happens(0.1)) steps.push(...drawCreateInterrupted(chance, at, faults.faults));
  return { seed, kind: "lives", births: [], steps, ...UNDER_PLAIN_RULES, ...faults };
}

/** A process dies while it creates somebody, who has another e-mail or is deleted when that is taken up again. */
function drawCreateInterrupted(chance: Chance, since: number, { lost }: Faults): Step[] {
  const at = since + chance.between(1, 20_000);
  const crashAt = at + chance.between(300, 2_500);
  // Where no event has told of the account nobody knows that it was made.
  const isDeleted = lost === 0 && chance.happens(0.5);
  const { born, goes } = isDeleted ? DELETED_NEW : drawMoveOfNew(chance);
  // Who is deleted is so right before that, when the event of it may still be under way.
  const goesAt = at + (isDeleted ? LEASE_MS + chance.between(0, 6_000) : chance.between(SETTLED_AFTER_MS, LEASE_MS));
  return [
    { at, do: "live", deed: born },
    { at: crashAt, do: "crash" },
    { at: goesAt, do: "live", deed: goes },
  ];
}

function drawFaults(chance: Chance, withFaults: boolean): Pick<History, "offsets" | "faults"> {
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
  return { faults, offsets: { cidaas: offset(), legacy: offset() } };
}
