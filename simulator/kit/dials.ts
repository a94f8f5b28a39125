import { ConfigError } from "../../lib/errors";

/** The dials that choose one of a few readings, with all of them. */
export const DIAL_CHOICES = {
  answerContainer: ["process_states", "array", "data-array", "data-process_states"],
  leftOut: ["merge", "replace"],
  emailConflict: ["fail", "take", "event"],
  invalidEmail507: ["status", "message"],
  profileLayout: ["flat", "account", "identities"],
  tokenEncoding: ["both", "form"],
  unknownUserStatus: [404, 204],
} as const;

type Choice<Name extends keyof typeof DIAL_CHOICES> = (typeof DIAL_CHOICES)[Name][number];

/** Older states are kept as long as a read can look back. */
export const MAX_LAG_MS = 60_000;

/**
 * How a simulated system behaves, changeable while it runs. Rates are probabilities of [0, 1] per request, user or
 * event. The first group makes faults; the second chooses among readings of what the documentation of cidaas leaves open.
 */
export interface Dials {
  /** Seed of all random faults. Setting it starts the sequence anew. */
  seed: number;
  /** Time added before a request is handled, in milliseconds. */
  latencyMs: number;
  /** Time between the effect of a request and its answer, in milliseconds. */
  answerDelayMs: number;
  /** How far the clock of the system is ahead of the real time, in milliseconds: its records and events carry it. */
  clockOffsetMs: number;
  /** Requests answered 429 without taking effect. */
  rate429: number;
  /** `Retry-After` of a 429, in seconds; null sends none. */
  retryAfter: number | null;
  /** Requests answered 500, 502 or 503 without taking effect. */
  rate5xx: number;
  /** Connections cut; one half before the request takes effect, the other half after it. */
  rateReset: number;
  /** Requests never answered; one half of them takes effect all the same. */
  rateHang: number;
  /** The faults above meet only paths that start with one of these; empty means every path. */
  faultPaths: string[];
  /** Bulk users that fail inside an answer 200 although nothing is wrong with them. */
  ratePartialFailure: number;
  /** Bulk results come in random order. */
  shuffleResults: boolean;
  /** Bulk users that take effect, but have no result in the answer. */
  rateMissingResult: number;
  /** Events sent twice. */
  rateDuplicateEvent: number;
  /** Events never sent. */
  rateLostEvent: number;
  /** Time between the edit and the first attempt to send its event, in milliseconds. */
  eventDelayMs: number;
  /** Events leave in random order and side by side instead of in the order of the edits. */
  reorderEvents: boolean;
  /** Reads of profiles and of the index show the state of that long ago, in milliseconds; at most `MAX_LAG_MS`. */
  readLagMs: number;
  /** Users with one of these e-mails fail inside an answer 200. */
  failEmails: string[];
  /** A bulk call with one of these e-mails is answered 417 as a whole. */
  poisonEmails: string[];
  /** A bulk call with one of these e-mails is answered 500 as a whole. */
  crashEmails: string[];
  /** A bulk call with one of these e-mails is never answered, and takes no effect. */
  hangEmails: string[];

  /** Where the results are in a bulk answer. */
  answerContainer: Choice<"answerContainer">;
  /** Member of a bulk result that carries CREATED, UPDATED or FAILED; null: no member does. */
  stateKey: string | null;
  /** What a bulk update does to members it leaves out: keeps them, or clears them. */
  leftOut: Choice<"leftOut">;
  /** Whether writes through bulk fire webhooks. */
  bulkWebhooks: boolean;
  /** Whether a bulk update without `userStatus` sets VERIFIED, as the default of that member suggests. */
  statusReset: boolean;
  /** Whether the `userStatus` of a bulk user changes that of an existing account. */
  statusUpdate: boolean;
  /** A bulk user's e-mail belongs to another sub: the user fails, takes the e-mail over, or fails with an ACCOUNT_CONFLICT event. */
  emailConflict: Choice<"emailConflict">;
  /** Whether a password that was migrated already may be overwritten; without it the rest of the update still succeeds. */
  migrationMode: boolean;
  /** Disposable or unresolvable e-mail: answer 507 to the whole call, or a message in the user's result. */
  invalidEmail507: Choice<"invalidEmail507">;
  /** Domains taken for disposable or unresolvable. */
  invalidEmailDomains: string[];
  /** Layout of a profile as read by `GET /user-srv/users/{sub}`. */
  profileLayout: Choice<"profileLayout">;
  /** Encodings of the token request; what is not taken is answered 415. */
  tokenEncoding: Choice<"tokenEncoding">;
  /** Lifetime of access tokens, in seconds. */
  tokenLifetime: number;
  /** Whether the client may call bulkread; false answers 403. */
  bulkread: boolean;
  /** Scopes of tokens from now on; empty means all that the simulated interfaces ask for. */
  scopes: string[];
  /** Keys of the custom fields that the field setup has; null: the endpoint is missing, and every field is taken. */
  customFields: string[] | null;
  /** Those of them that are disabled. */
  disabledFields: string[];
  /** Whether events of a client's own writes carry its `client_id`; else that member is empty. */
  clientIdOnEvents: boolean;
  /** Whether user events carry `sub` besides `objectId`, as older consumers read it. */
  subOnEvents: boolean;
  /** Status of a read of an unknown user: 404, or 204 as some integrations saw it. */
  unknownUserStatus: Choice<"unknownUserStatus">;
}

/** A well-behaved system; where the documentation is silent, the reading that is safest to test against. */
export const DEFAULT_DIALS: Readonly<Dials> = {
  seed: 1,
  latencyMs: 0,
  answerDelayMs: 0,
  clockOffsetMs: 0,
  rate429: 0,
  retryAfter: 1,
  rate5xx: 0,
  rateReset: 0,
  rateHang: 0,
  faultPaths: [],
  ratePartialFailure: 0,
  shuffleResults: false,
  rateMissingResult: 0,
  rateDuplicateEvent: 0,
  rateLostEvent: 0,
  eventDelayMs: 0,
  reorderEvents: false,
  readLagMs: 0,
  failEmails: [],
  poisonEmails: [],
  crashEmails: [],
  hangEmails: [],
  answerContainer: "process_states",
  stateKey: "status",
  leftOut: "replace",
  bulkWebhooks: true,
  statusReset: true,
  statusUpdate: true,
  emailConflict: "fail",
  migrationMode: true,
  invalidEmail507: "message",
  invalidEmailDomains: ["mailinator.com"],
  profileLayout: "flat",
  tokenEncoding: "both",
  tokenLifetime: 86400,
  bulkread: true,
  scopes: [],
  customFields: null,
  disabledFields: [],
  clientIdOnEvents: true,
  subOnEvents: true,
  unknownUserStatus: 404,
};

type Guard<T> = (value: unknown) => value is T;

const isBoolean: Guard<boolean> = (value) => typeof value === "boolean";
const isInteger: Guard<number> = (value): value is number => Number.isSafeInteger(value);
const isAmount: Guard<number> = (value): value is number => typeof value === "number" && value >= 0 && value < Infinity;
const isRate: Guard<number> = (value): value is number => isAmount(value) && value <= 1;
const isLag: Guard<number> = (value): value is number => isAmount(value) && value <= MAX_LAG_MS;
const isAmountOrNull: Guard<number | null> = (value) => value === null || isAmount(value);
const isNameOrNull: Guard<string | null> = (value): value is string | null =>
  value === null || (typeof value === "string" && value !== "");
const isTexts: Guard<string[]> = (value) => Array.isArray(value) && value.every((item) => typeof item === "string");
const isTextsOrNull: Guard<string[] | null> = (value) => value === null || isTexts(value);

function oneOf<T>(choices: readonly T[]): Guard<T> {
  return (value): value is T => choices.some((choice) => choice === value);
}

const GUARDS: { [Name in keyof Dials]: Guard<Dials[Name]> } = {
  seed: isInteger,
  latencyMs: isAmount,
  answerDelayMs: isAmount,
  clockOffsetMs: isInteger,
  rate429: isRate,
  retryAfter: isAmountOrNull,
  rate5xx: isRate,
  rateReset: isRate,
  rateHang: isRate,
  faultPaths: isTexts,
  ratePartialFailure: isRate,
  shuffleResults: isBoolean,
  rateMissingResult: isRate,
  rateDuplicateEvent: isRate,
  rateLostEvent: isRate,
  eventDelayMs: isAmount,
  reorderEvents: isBoolean,
  readLagMs: isLag,
  failEmails: isTexts,
  poisonEmails: isTexts,
  crashEmails: isTexts,
  hangEmails: isTexts,
  answerContainer: oneOf(DIAL_CHOICES.answerContainer),
  stateKey: isNameOrNull,
  leftOut: oneOf(DIAL_CHOICES.leftOut),
  bulkWebhooks: isBoolean,
  statusReset: isBoolean,
  statusUpdate: isBoolean,
  emailConflict: oneOf(DIAL_CHOICES.emailConflict),
  migrationMode: isBoolean,
  invalidEmail507: oneOf(DIAL_CHOICES.invalidEmail507),
  invalidEmailDomains: isTexts,
  profileLayout: oneOf(DIAL_CHOICES.profileLayout),
  tokenEncoding: oneOf(DIAL_CHOICES.tokenEncoding),
  tokenLifetime: isAmount,
  bulkread: isBoolean,
  scopes: isTexts,
  customFields: isTextsOrNull,
  disabledFields: isTexts,
  clientIdOnEvents: isBoolean,
  subOnEvents: isBoolean,
  unknownUserStatus: oneOf(DIAL_CHOICES.unknownUserStatus),
};

function isDialName(name: string): name is keyof Dials {
  return Object.hasOwn(GUARDS, name);
}

function takeDial<Name extends keyof Dials>(name: Name, value: unknown, into: Partial<Dials>): void {
  const accepts: Guard<Dials[Name]> = GUARDS[name];
  if (!accepts(value)) throw new ConfigError("DIAL_INVALID", `Give the dial "${name}" a value that it allows.`);
  into[name] = value;
}

/** Some dials out of JSON. Throws `DIAL_UNKNOWN` or `DIAL_INVALID`, naming the dial. */
export function parseDials(value: unknown): Partial<Dials> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ConfigError("DIAL_INVALID", "Give the dials as one object of names and values.");
  }
  const dials: Partial<Dials> = {};
  for (const [name, setting] of Object.entries(value)) {
    if (!isDialName(name))
      throw new ConfigError("DIAL_UNKNOWN", `Remove "${name.slice(0, 40)}": there is no such dial.`);
    takeDial(name, setting, dials);
  }
  return dials;
}
