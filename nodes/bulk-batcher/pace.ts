/**
 * When the next batch may be taken: at once while there is a backlog (the last one was full), else not before `waitMs`
 * after the last one, so that what trickles in is gathered. The first user after a quiet time never waits.
 */
export class Pace {
  readonly #size: number;
  readonly #waitMs: number;
  readonly #wake: () => void;
  #lastTake = Number.NEGATIVE_INFINITY;
  #full = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(size: number, waitMs: number, wake: () => void) {
    this.#size = size;
    this.#waitMs = waitMs;
    this.#wake = wake;
  }

  /** How many users may be taken now; where that is none, the taker is woken when it is time. */
  allowed(now: number): number {
    const due = this.#lastTake + this.#waitMs;
    if (this.#full || now >= due) return this.#size;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#wake();
    }, due - now);
    return 0;
  }

  took(count: number, now: number): void {
    this.#full = count >= this.#size;
    this.#lastTake = now;
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
  }
}
