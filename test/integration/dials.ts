import type { JsonObject } from "../../lib/sync/types";
import type { Dials } from "../../simulator";
import { DEFAULT_DIALS, DIAL_CHOICES, parseDials } from "../../simulator/kit/dials";

interface Fault {
  dials: Partial<Dials>;
  /** Properties of nodes, by id. */
  nodes?: Record<string, JsonObject>;
}

/** Short enough to wait for, and longer than a call on a busy machine takes in fast time. */
const SHORT_TIMEOUT = { tenant: { timeout: 16 }, legacy: { timeout: 16 } };
/** Simulated minutes; events that are lost for good are made up for by this alone. */
const CATCH_UP = { webhook: { catchUpEvery: 1 } };

/** Each fault alone, then all of them together. */
export const FAULTS: Record<string, Fault> = {
  "slow answers": { dials: { latencyMs: 100 } },
  "429 with Retry-After": { dials: { rate429: 0.2, retryAfter: 1 } },
  "429 without Retry-After": { dials: { rate429: 0.2, retryAfter: null } },
  "5xx": { dials: { rate5xx: 0.2 } },
  "connections cut before or after a call took effect": { dials: { rateReset: 0.2 } },
  "calls that are never answered": { dials: { rateHang: 0.1 }, nodes: SHORT_TIMEOUT },
  "users that fail inside a good answer": { dials: { ratePartialFailure: 0.2 } },
  "results in another order": { dials: { shuffleResults: true } },
  "results that are missing": { dials: { rateMissingResult: 0.3 } },
  "events sent twice": { dials: { rateDuplicateEvent: 0.5 } },
  "events that are lost": { dials: { rateLostEvent: 0.5 }, nodes: CATCH_UP },
  "late events": { dials: { eventDelayMs: 4_000 } },
  "events in another order": { dials: { reorderEvents: true, eventDelayMs: 500 } },
  "reads that lag": { dials: { readLagMs: 1_500 } },
  "answers that come after the events": { dials: { answerDelayMs: 400 } },
  "a clock that is ahead": { dials: { clockOffsetMs: 2_000 } },
  "all of it": {
    dials: {
      latencyMs: 20,
      rate429: 0.05,
      rate5xx: 0.05,
      rateReset: 0.05,
      rateHang: 0.02,
      ratePartialFailure: 0.05,
      shuffleResults: true,
      rateMissingResult: 0.05,
      rateDuplicateEvent: 0.1,
      rateLostEvent: 0.1,
      eventDelayMs: 500,
      reorderEvents: true,
    },
    nodes: { ...SHORT_TIMEOUT, ...CATCH_UP },
  },
};

const FAULT_NAMES = new Set(Object.values(FAULTS).flatMap(({ dials }) => Object.keys(dials)));

/** Every reading of the documentation other than the usual one, alone. */
export const DIALECTS: Record<string, Partial<Dials>> = {
  "stateKey = null": { stateKey: null },
  "stateKey = state": { stateKey: "state" },
  "tokenLifetime = 3": { tokenLifetime: 3 },
  "customFields = those of the map, and one that is disabled": {
    customFields: ["legacy_id", "newsletter", "tier", "old"],
    disabledFields: ["old"],
  },
  ...Object.fromEntries(unusualChoices().map(([name, value]) => [`${name} = ${value}`, parseDials({ [name]: value })])),
};

function unusualChoices(): [name: string, value: unknown][] {
  const named = Object.entries(DIAL_CHOICES).flatMap(([name, values]) => values.map((value) => [name, value] as const));
  const switches = Object.entries(DEFAULT_DIALS).flatMap(([name, value]) =>
    typeof value === "boolean" && !FAULT_NAMES.has(name) ? [[name, !value] as const] : [],
  );
  const usual = new Map<string, unknown>(Object.entries(DEFAULT_DIALS));
  return [...named, ...switches].flatMap(([name, value]) => (usual.get(name) === value ? [] : [[name, value]]));
}

interface BadUser {
  dials: Partial<Dials>;
  /** What it is parked with. */
  code: string;
  reason: RegExp;
}

export const BAD_EMAIL = "bad@mailinator.com";

/** Ways in which the tenant does not take the user with `BAD_EMAIL`. */
export const BAD_USERS: Record<string, BadUser> = {
  "fails inside a good answer": {
    dials: { failEmails: [BAD_EMAIL] },
    code: "TENANT_FAILED_USER",
    reason: /user validation failed/,
  },
  "spoils the whole call": {
    dials: { poisonEmails: [BAD_EMAIL] },
    code: "TENANT_FAILED_USER",
    reason: /validation failed/,
  },
  "makes the tenant answer 500": {
    dials: { crashEmails: [BAD_EMAIL] },
    code: "SERVER_ERROR",
    reason: /internal error/,
  },
  "makes the tenant hang": {
    dials: { hangEmails: [BAD_EMAIL] },
    code: "CALL_TIMEOUT",
    reason: /did not answer in time/,
  },
  "has an e-mail that is answered 507": {
    dials: { invalidEmailDomains: ["mailinator.com"], invalidEmail507: "status" },
    code: "EMAIL_INVALID",
    reason: /invalid email passed/,
  },
  "has an e-mail that is refused inside a good answer": {
    dials: { invalidEmailDomains: ["mailinator.com"], invalidEmail507: "message" },
    code: "EMAIL_INVALID",
    reason: /invalid email passed/,
  },
};

/** With all of these off, `BAD_EMAIL` is an e-mail like any other. */
export const NO_BAD_USERS: Partial<Dials> = {
  failEmails: [],
  poisonEmails: [],
  crashEmails: [],
  hangEmails: [],
  invalidEmailDomains: [],
};

/** Dials that steer the others, and the one of the rights of our client. */
const NO_FAULTS = ["seed", "faultPaths", "scopes"];

/** Dials that no scenario turns. */
export function uncoveredDials(): string[] {
  const scenarios = [...Object.values(FAULTS), ...Object.values(BAD_USERS)].map(({ dials }) => dials);
  const turned = [...scenarios, ...Object.values(DIALECTS)].flatMap((dials) => Object.keys(dials));
  return Object.keys(DEFAULT_DIALS).filter((name) => !turned.includes(name) && !NO_FAULTS.includes(name));
}
