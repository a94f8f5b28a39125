/**
 * When the next batch may be taken: at once while there is a backlog (the last take got all it asked for) and room for a
 * whole batch, else not before `waitMs` after the last one, so that what trickles in is gathered. The first user after a
 * quiet time never waits.
 */
export class Pace {
  readonly #size: number;
  readonly #waitMs: number;
  readonly #wake: () => void;
  #lastTake = Number.NEGATIVE_INFINITY;
  #asked = 0;
  #backlog = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(size: number, waitMs: number, wake: () => void) {
    this.#size = size;
    this.#waitMs = waitMs;
    this.#wake = wake;
  }

  /** How many users may be taken now that there is room for so many; the taker is woken when it is time for more. */
  allowed(room: number, now: number): number {
    const due = this.#lastTake + this.#waitMs;
    const mayTake = now >= due || (this.#backlog && room >= this.#size);
    if (!mayTake) this.#wakeIn(due - now);
    this.#asked = mayTake ? Math.min(this.#size, room) : 0;
    return this.#asked;
  }

  took(count: number, now: number): void {
    this.#backlog = count >= this.#asked;
    this.#lastTake = now;
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
  }

  #wakeIn(waitMs: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#wake();
    }, waitMs);
  }
}
