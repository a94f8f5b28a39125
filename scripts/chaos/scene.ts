import type { Dials } from "../../simulator";
import { DEFAULT_DIALS } from "../../simulator/kit/dials";
import type { Random } from "../../simulator/kit/random";

/** How the two systems behave in one run. */
export interface Scene {
  /** Readings of what the documentation of cidaas leaves open; they hold to the end. */
  dialect: Partial<Dials>;
  /** Faults; they are cleared before the sides are compared. */
  faults: Partial<Dials>;
}

export function chooseScene(random: Random): Scene {
  return { dialect: chooseDialect(random), faults: chooseFaults(random) };
}

/** Readings that lose nothing by themselves, so that whatever is lost was lost by the synchronisation. */
function chooseDialect(random: Random): Partial<Dials> {
  return {
    answerContainer: pick(random, ["process_states", "array", "data-array", "data-process_states"]),
    stateKey: pick(random, ["status", "state", null]),
    leftOut: pick(random, ["merge", "replace"]),
    bulkWebhooks: random.chance(0.8),
    statusReset: random.chance(0.5),
    emailConflict: pick(random, ["fail", "event"]),
    invalidEmail507: pick(random, ["status", "message"]),
    profileLayout: pick(random, ["flat", "account", "identities"]),
    tokenEncoding: pick(random, ["both", "form"]),
    tokenLifetime: pick(random, [20, 86_400]),
    clientIdOnEvents: random.chance(0.5),
    subOnEvents: random.chance(0.5),
    unknownUserStatus: pick(random, [404, 204]),
  };
}

function chooseFaults(random: Random): Partial<Dials> {
  const rate = (most: number) => Math.round(random.next() * most * 1000) / 1000;
  return {
    latencyMs: random.integer(120),
    rate429: rate(0.05),
    retryAfter: pick(random, [1, null]),
    rate5xx: rate(0.05),
    rateReset: rate(0.05),
    rateHang: rate(0.01),
    ratePartialFailure: rate(0.02),
    rateMissingResult: rate(0.05),
    shuffleResults: random.chance(0.5),
    rateDuplicateEvent: rate(0.2),
    eventDelayMs: random.integer(400),
    reorderEvents: random.chance(0.5),
    readLagMs: random.chance(0.5) ? random.integer(800) : 0,
  };
}

/** The dials that end these faults. */
export function withoutFaults(faults: Partial<Dials>): Partial<Dials> {
  const names = Object.keys(faults);
  return Object.fromEntries(Object.entries(DEFAULT_DIALS).filter(([name]) => names.includes(name)));
}

export function pick<const T>(random: Random, choices: readonly T[]): T {
  const choice = choices[random.integer(choices.length)];
  if (choice === undefined) throw new Error("There is nothing to choose from");
  return choice;
}
