import type { Lane } from "../sync/types";

/** So many failed calls in a row mean that the other side is ill, and not the users of the calls. */
const FAILURES = 5;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

interface Gate {
  failures: number;
  /** Persons who failed alone in this row. */
  suspects: ReadonlySet<number>;
  /** How often in a row it was closed for failures. */
  closings: number;
  closed: { reason: string; until: number } | null;
}

/**
 * Whether each lane may be taken from: the circuit breaker of its target.
 *
 *   open ── a fifth failure in a row, a wrong configuration, or a long pause that the target wants ──> closed until a time
 *   closed ── the time is over ──> open for a try: its failure closes the gate again, for twice as long
 *   open ── a call that succeeds ──> open, and the failures are forgotten
 *
 * How a call ends while the gate is closed is no news, good or bad: it was on its way before.
 * While a lane is closed its marks wait and go on merging. One person who fails alone again and again counts once in a
 * row: that is how a user looks whom the target cannot take, and it must neither close the lane nor pass for an outage.
 */
export class LaneGates {
  readonly #gates = new Map<Lane, Gate>();

  succeeded(lane: Lane, now: number): void {
    if (this.closedFor(lane, now) === null) this.#gates.delete(lane);
  }

  /** A call failed for a reason that is not the users'. */
  failed(lane: Lane, reason: string, now: number, suspect: number | null = null): void {
    const gate = this.#gate(lane);
    const isKnown = suspect !== null && gate.suspects.has(suspect) && !this.isFailing(lane);
    if (isKnown || this.closedFor(lane, now) !== null) return;
    const suspects = suspect === null ? gate.suspects : new Set([...gate.suspects, suspect]);
    const failures = gate.failures + 1;
    if (failures < FAILURES) {
      this.#gates.set(lane, { ...gate, failures, suspects });
      return;
    }
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** gate.closings, LONGEST_PAUSE_MS);
    this.#gates.set(lane, {
      failures,
      suspects,
      closings: gate.closings + 1,
      closed: { reason, until: now + pause },
    });
  }

  /** Nothing would be taken before this time, or as it is configured: closed until one call tries again. */
  close(lane: Lane, reason: string, until: number): void {
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
    return this.#gates.get(lane) ?? { failures: 0, suspects: new Set(), closings: 0, closed: null };
  }
}
