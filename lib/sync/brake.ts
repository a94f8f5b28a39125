import type { BrakeKind } from "./types";

/*
 * The brake on losses. Deletes, deactivations and blanked values are counted per lane, each kind alone, in slices of time
 * that together are the last hour. The first write beyond the limit stops its lane until a person decides:
 *
 *   counting --beyond the limit--> stopped --go-on--> counting anew
 *                                     |
 *                                     +----drop-----> what arrives until an hour from then is parked, then counting anew
 */

const WINDOW_MS = 3_600_000;
const SLICE_MS = 300_000;

/** What may be lost in a lane within an hour: it takes more than both to stop it. */
export interface BrakeLimit {
  count: number;
  /** Percent of the linked persons. */
  share: number;
}

export type BrakeVerdict =
  | { do: "go" }
  /** The lane is stopped; the sentence says why. */
  | { do: "wait"; reason: string }
  /** A person has said that this is not to be written. */
  | { do: "drop" };

export type BrakeDecision = "go-on" | "drop";

/** The loss that was one too many. */
export interface BrakeStop {
  kind: BrakeKind;
  /** Losses within the hour, with this one. */
  count: number;
}

interface Slice {
  from: number;
  count: number;
}

/** What is remembered of one lane. */
export interface BrakeState {
  slices: Partial<Record<BrakeKind, Slice[]>>;
  stopped: BrakeStop | null;
  /** Per kind: what reached us before that time is not written. */
  droppedUntil: Partial<Record<BrakeKind, number>>;
}

export const RELEASED: BrakeState = { slices: {}, stopped: null, droppedUntil: {} };

interface Circumstances {
  limit: BrakeLimit;
  linked: number;
  now: number;
}

/**
 * Judges one write, and counts it if it may go. A kind that has stopped the lane stays stopped until a person decides.
 *
 * @param loss what it loses, and when its change reached us
 */
export function judgeLoss(
  state: BrakeState,
  { kinds, receivedAt }: { kinds: readonly BrakeKind[]; receivedAt: number },
  { limit, linked, now }: Circumstances,
): { verdict: BrakeVerdict; state: BrakeState } {
  if (kinds.some((kind) => receivedAt < (state.droppedUntil[kind] ?? 0))) return { verdict: { do: "drop" }, state };
  const isHeld = state.stopped !== null && kinds.includes(state.stopped.kind);
  const most = Math.max(limit.count, (limit.share / 100) * linked);
  const stop = isHeld ? state.stopped : firstBeyond(state, kinds, most, now);
  if (stop)
    return { verdict: { do: "wait", reason: reasonOf(stop) }, state: { ...state, stopped: state.stopped ?? stop } };
  const slices = { ...state.slices };
  for (const kind of kinds) slices[kind] = counted(slices[kind], now);
  return { verdict: { do: "go" }, state: { ...state, slices } };
}

/** The state after a person's decision; null where there is nothing to decide. A later "go-on" ends a drop early. */
export function decideBrake(state: BrakeState, decision: BrakeDecision, now: number): BrakeState | null {
  const { stopped } = state;
  if (stopped === null) {
    const isDropping = Object.values(state.droppedUntil).some((until) => until > now);
    return decision === "go-on" && isDropping ? { ...state, droppedUntil: {} } : null;
  }
  const { [stopped.kind]: _, ...slices } = state.slices;
  const droppedUntil = decision === "drop" ? { ...state.droppedUntil, [stopped.kind]: now + WINDOW_MS } : {};
  return { slices, stopped: null, droppedUntil };
}

function firstBeyond(state: BrakeState, kinds: readonly BrakeKind[], most: number, now: number): BrakeStop | null {
  const stops = kinds.map((kind) => ({ kind, count: total(recent(state.slices[kind], now)) + 1 }));
  return stops.find(({ count }) => count > most) ?? null;
}

/** The slices that reach into the last hour: the oldest counts as a whole, so that never too few are counted. */
function recent(slices: readonly Slice[] = [], now: number): Slice[] {
  return slices.filter(({ from }) => from + SLICE_MS > now - WINDOW_MS);
}

function counted(slices: readonly Slice[] | undefined, now: number): Slice[] {
  const kept = recent(slices, now);
  const last = kept.at(-1);
  // A clock that was set back goes on in the slice that is open.
  if (last && now < last.from + SLICE_MS) return [...kept.slice(0, -1), { ...last, count: last.count + 1 }];
  return [...kept, { from: now, count: 1 }];
}

function total(slices: readonly Slice[]): number {
  return slices.reduce((sum, { count }) => sum + count, 0);
}

const WORDS: Record<BrakeKind, string> = {
  delete: "deletes",
  deactivation: "deactivations",
  blanking: "users with blanked values",
};

/** Parked under this code is what a person has dropped. */
export const BRAKED_CODE = "BRAKED";

/** Every kind of loss. */
export const BRAKE_KINDS: readonly BrakeKind[] = ["delete", "deactivation", "blanking"];

const PREFIX = "brake: ";
const SUFFIX = " within an hour";

/** Why the lane is paused, as a person reads it. */
export function reasonOf({ kind, count }: BrakeStop): string {
  return `${PREFIX}${count} ${WORDS[kind]}${SUFFIX}`;
}

/** What stopped a lane, by why it is paused; null where it is not the brake that holds it. */
export function brakeStopOf(reason: string | false): BrakeStop | null {
  if (reason === false) return null;
  const count = Number.parseInt(reason.slice(PREFIX.length), 10);
  return BRAKE_KINDS.map((kind) => ({ kind, count })).find((stop) => reasonOf(stop) === reason) ?? null;
}
