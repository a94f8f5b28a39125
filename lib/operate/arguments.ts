import { ConfigReader } from "../config";
import { NOBODY_ANSWERS } from "../delivery/taker";
import { toTime } from "../mapping/time";
import type { ParkedSelection } from "../store/types";
import { type BrakeDecision, brakeStopOf } from "../sync/brake";
import type { Lane } from "../sync/types";
import { LANES } from "../sync/types";

const BOTH = "both";
const DEFAULT_REASON = "paused by a person";
const LONGEST_REASON = 200;
/** All of them are moved in one transaction; whoever wants more selects by lane and code. */
const MOST_IDS = 1_000;
const LARGEST_PAGE = 1_000;
const DEFAULT_PAGE = 100;
const DEFAULT_TIMEOUT_S = 60;
const LONGEST_TIMEOUT_S = 3_600;

/** One page of a list. */
export interface PageArguments {
  after?: string;
  limit: number;
}

/** Ids or the e-mail of one person; at least one of them. */
export interface PersonArguments {
  sub?: string;
  legacyId?: string;
  email?: string;
}

/**
 * The arguments of one operation, from the payload of a message, a query or the body of a request. Whatever is left out
 * takes its default; an unknown member is passed over. Every method throws a `ConfigError` that names what is wrong:
 * `ARGUMENT_INVALID`, or `SELECTION_INVALID` for a selection of users.
 */
export class Arguments {
  readonly #reader: ConfigReader;

  /** @param raw an object, a text as short form of `{ lane }`, or anything an inject node sends by default */
  constructor(operation: string, raw: unknown) {
    this.#reader = new ConfigReader(operation, typeof raw === "string" ? { lane: raw.trim() } : raw);
    if (Array.isArray(raw)) this.#reader.problem("arguments", "must be an object and no list");
  }

  pause(): { lanes: readonly Lane[]; reason: string } {
    const reason = this.#reader.text("reason", DEFAULT_REASON) || DEFAULT_REASON;
    if (reason.length > LONGEST_REASON)
      this.#reader.problem("reason", `must have at most ${LONGEST_REASON} characters`);
    if (reason === NOBODY_ANSWERS)
      this.#reader.problem("reason", "is what a lane without an answer says; choose another");
    if (brakeStopOf(reason)) this.#reader.problem("reason", "is what a lane says that the brake holds; choose another");
    return { lanes: this.lanes(), reason };
  }

  /** One lane and what is to become of what the brake holds there: neither has a default. */
  brake(): { lane: Lane; decision: BrakeDecision } {
    const lane = this.#lane();
    if (lane === null) this.#reader.problem("lane", "is missing: give the one that is held");
    const decision = this.#reader.choice<BrakeDecision | "">("do", ["go-on", "drop"], "");
    if (decision === "") this.#reader.problem("do", "is missing: go-on or drop");
    this.#reader.check("ARGUMENT_INVALID");
    // Nothing is missing here: stand-ins, as a reader gives them.
    return { lane: lane ?? "to-legacy", decision: decision || "go-on" };
  }

  /** The lane asked for, or both. */
  lanes(): readonly Lane[] {
    const lane = this.#lane();
    this.#reader.check("ARGUMENT_INVALID");
    return lane === null ? LANES : [lane];
  }

  page(): PageArguments {
    const after = this.#reader.text("after", "");
    const limit = this.#reader.number("limit", { default: DEFAULT_PAGE, min: 1, max: LARGEST_PAGE, whole: true });
    this.#reader.check("ARGUMENT_INVALID");
    return after === "" ? { limit } : { limit, after };
  }

  parked(): PageArguments & { lane?: Lane; code?: string } {
    const lane = this.#lane();
    const code = this.#reader.text("code", "");
    return { ...this.page(), ...(lane === null ? {} : { lane }), ...(code === "" ? {} : { code }) };
  }

  /** Never everybody: a selection names ids, or a lane. */
  selection(): ParkedSelection {
    const ids = this.#ids();
    const lane = this.#lane();
    const code = this.#reader.text("code", "");
    if (ids !== null && (lane !== null || code !== ""))
      this.#reader.problem("ids", "cannot be given together with lane or code");
    if (ids === null && lane === null)
      this.#reader.problem("ids", "is missing: give ids, or one lane and perhaps a code");
    this.#reader.check("SELECTION_INVALID");
    if (lane === null) return { ids: ids ?? [] };
    return code === "" ? { lane } : { lane, code };
  }

  drain(): { lanes: readonly Lane[]; timeoutMs: number } {
    const range = { default: DEFAULT_TIMEOUT_S, min: 0, max: LONGEST_TIMEOUT_S };
    const timeoutMs = this.#reader.number("timeout", range) * 1_000;
    return { lanes: this.lanes(), timeoutMs };
  }

  person(): PersonArguments {
    const [sub, legacyId, email] = ["sub", "legacyId", "email"].map((name) => this.#reader.text(name, ""));
    if (!sub && !legacyId && !email)
      this.#reader.problem("sub", "is missing: give sub, legacyId or email of the user to forget");
    this.#reader.check("SELECTION_INVALID");
    return { ...(sub ? { sub } : {}), ...(legacyId ? { legacyId } : {}), ...(email ? { email } : {}) };
  }

  /** A time, ms; undefined where none is given. */
  since(): number | undefined {
    const text = this.#reader.text("since", "");
    const time = text === "" ? undefined : toTime(text);
    if (time === null) this.#reader.problem("since", "must be a time such as 2026-11-25T22:00:00Z");
    this.#reader.check("ARGUMENT_INVALID");
    return time ?? undefined;
  }

  #lane(): Lane | null {
    const lane = this.#reader.choice<Lane | typeof BOTH>("lane", [...LANES, BOTH], BOTH);
    return lane === BOTH ? null : lane;
  }

  #ids(): string[] | null {
    if (this.#reader.read("ids") === undefined) return null;
    const ids = this.#reader.list("ids");
    const texts = ids.filter((id) => typeof id === "string" || typeof id === "number").map(String);
    if (ids.length === 0) this.#reader.problem("ids", "must not be empty");
    if (ids.length > MOST_IDS)
      this.#reader.problem("ids", `must be at most ${MOST_IDS}; for more give a lane and a code`);
    if (texts.length < ids.length) this.#reader.problem("ids", "must be a list of texts");
    return texts;
  }
}
