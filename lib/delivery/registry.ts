import type { Lease } from "../store/types";
import type { Lane } from "../sync/types";
import { trace } from "../trace";

/**
 * The leases this process has handed to its flows. A message carries only the token; what the token stands for stays
 * here, so that a cloned, forged or forgotten message can neither write twice nor write for somebody else.
 */
export class LeaseRegistry {
  readonly #leases = new Map<string, Lease>();
  /** When each lease runs out, moved by every extension. */
  readonly #until = new Map<string, number>();
  readonly #claimed = new Set<string>();
  readonly #listeners = new Set<() => void>();

  add(leases: readonly Lease[]): void {
    for (const lease of leases) {
      this.#leases.set(lease.token, lease);
      this.#until.set(lease.token, lease.until);
      traceHeld(lease, lease.until);
    }
  }

  get(token: string | null): Lease | null {
    return (token !== null && this.#leases.get(token)) || null;
  }

  /** The store renewed these leases until then. */
  extended(tokens: readonly string[], until: number): void {
    for (const token of tokens) {
      if (!this.#leases.has(token)) continue;
      this.#until.set(token, until);
      trace("lease-extended", { token, until });
    }
  }

  /** When a lease runs out; 0 for one that is not held. */
  until(token: string): number {
    return this.#until.get(token) ?? 0;
  }

  /** Replaces the view of a lease that is still held, after a link was learned. */
  refresh(lease: Lease): void {
    if (!this.#leases.has(lease.token)) return;
    this.#leases.set(lease.token, lease);
    traceHeld(lease, this.until(lease.token));
  }

  /** The lease, to whoever asks first; a clone of the same message gets null. */
  claim(token: string | null): Lease | null {
    const lease = this.get(token);
    if (!lease || this.#claimed.has(lease.token)) return null;
    this.#claimed.add(lease.token);
    return lease;
  }

  /** The leases are settled, released or lost. */
  drop(tokens: readonly string[]): void {
    for (const token of tokens) {
      this.#leases.delete(token);
      this.#until.delete(token);
      this.#claimed.delete(token);
      trace("lease-dropped", { token });
    }
    for (const listener of this.#listeners) listener();
  }

  /** The store closes: whatever a sender still has is worth nothing, and the next opening gives it out again. */
  dropAll(): void {
    this.drop([...this.#leases.keys()]);
  }

  /**
   * Forgets leases that ran out, in the flow or with a sender that could not settle them: the store hands their persons
   * out again, and they no longer take up room. Returns their tokens, of both lanes.
   */
  dropExpired(now: number): string[] {
    const expired = [...this.#until].filter(([, until]) => until < now).map(([token]) => token);
    if (expired.length > 0) this.drop(expired);
    return expired;
  }

  /** Tokens of a lane that no sender has claimed: a closing node gives them back. */
  unclaimed(lane: Lane): string[] {
    return [...this.#leases.values()]
      .filter((lease) => lease.lane === lane && !this.#claimed.has(lease.token))
      .map((lease) => lease.token);
  }

  count(lane: Lane): number {
    let count = 0;
    for (const lease of this.#leases.values()) if (lease.lane === lane) count += 1;
    return count;
  }

  /** Called whenever there is room again. Returns the way to stop listening. */
  onDrop(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

function traceHeld({ token, lane, person }: Lease, until: number): void {
  trace("lease-held", { token, lane, person: person.id, until });
}
