/** Calls that only look, and calls that change something: neither may keep the other from its turn. */
export type CallKind = "read" | "write";

export const CALL_KINDS: readonly CallKind[] = ["read", "write"];

/**
 * How many calls may be in flight, found by trying: every success adds a little, about one call per full window of them,
 * and a sign of distress halves the window. Calls that were in flight together are one round; the first sign of distress
 * in a round ends it, and what the others of that round say is no news.
 */
export class CallWindow {
  readonly #ceiling: number;
  #size: number;
  #round = 0;

  /** @param ceiling whole, at least 1; the window begins there */
  constructor(ceiling: number) {
    this.#ceiling = ceiling;
    this.#size = ceiling;
  }

  get limit(): number {
    return Math.floor(this.#size);
  }

  /** Belongs to every call that starts now. */
  get round(): number {
    return this.#round;
  }

  succeeded(round: number): void {
    if (round === this.#round) this.#size = Math.min(this.#ceiling, this.#size + 1 / this.#size);
  }

  distressed(round: number): void {
    if (round !== this.#round) return;
    this.#round += 1;
    this.#size = Math.max(1, this.#size / 2);
  }
}

/**
 * Which kind of call starts next; null when none may. A quarter of the slots, but at least one, is kept for each kind, the
 * rest goes to whoever asks; of two that ask it is the one with less in flight. A single slot they take in turns.
 *
 * @param last the kind that started last
 */
export function nextKind(
  waiting: Readonly<Record<CallKind, number>>,
  active: Readonly<Record<CallKind, number>>,
  limit: number,
  last: CallKind,
): CallKind | null {
  if (active.read + active.write >= limit) return null;
  const most = limit - keptForEach(limit);
  const ready = CALL_KINDS.filter((kind) => waiting[kind] > 0 && active[kind] < most);
  if (ready.length < 2) return ready[0] ?? null;
  if (active.read === active.write) return last === "read" ? "write" : "read";
  return active.read < active.write ? "read" : "write";
}

function keptForEach(limit: number): number {
  return limit === 1 ? 0 : Math.max(1, Math.floor(limit / 4));
}
