import type { Lane } from "../sync/types";

/** So many failed calls in a row mean that the other side is ill, and not the users of the calls. */
const FAILURES = 5;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

interface Gate {
  failures: number;
  closed: { reason: string; until: number } | null;
}

/**
 * Whether each lane may be taken from: the circuit breaker of its target.
 *
 *   open ── a fifth failure in a row, or a wrong configuration ──> closed until a time
 *   closed ── the time is over ──> open for a try: its failure closes the gate again, for twice as long
 *   any ── a call that succeeds ──> open, and the failures are forgotten
 *
 * While a lane is closed its marks wait and go on merging.
 */
export class LaneGates {
  readonly #gates = new Map<Lane, Gate>();

  succeeded(lane: Lane): void {
    this.#gates.delete(lane);
  }

  /** A call failed for a reason that is not the users'. */
  failed(lane: Lane, reason: string, now: number): void {
    const failures = this.#gate(lane).failures + 1;
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** (failures - FAILURES), LONGEST_PAUSE_MS);
    this.#gates.set(lane, { failures, closed: failures < FAILURES ? null : { reason, until: now + pause } });
  }

  /** Nothing would be taken as it is configured: closed until one call tries again. */
  misconfigured(lane: Lane, reason: string, until: number): void {
    this.#gates.set(lane, { ...this.#gate(lane), closed: { reason, until } });
  }

  /** Whether calls fail one after the other, so that a failure says nothing of the users it concerns. */
  isFailing(lane: Lane): boolean {
    return this.#gate(lane).failures >= FAILURES;
  }

  /** Why nothing is taken now; null when the lane is open. */
  closedFor(lane: Lane, now: number): string | null {
    const { closed } = this.#gate(lane);
    return closed && closed.until > now ? closed.reason : null;
  }

  #gate(lane: Lane): Gate {
    return this.#gates.get(lane) ?? { failures: 0, closed: null };
  }
}
