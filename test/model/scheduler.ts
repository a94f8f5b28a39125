/** What a dead process is told of whatever it still waits for: it may tidy up, and do no more. */
export class Crashed extends Error {}

interface Appointment {
  at: number;
  order: number;
  run: () => void;
}

/** The same numbers for the same seed (mulberry32). */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Uniform in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Whole, from `low` up to `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  happens(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(list: readonly T[]): T {
    const picked = list[Math.floor(this.next() * list.length)];
    if (picked === undefined) throw new Error("there is nothing to pick from");
    return picked;
  }
}

/**
 * The virtual clock, and whatever waits for a time on it. Only one thing happens at a time: the next one is begun when
 * all that the last one made possible has come to its next await.
 */
export class Scheduler {
  now = 1_700_000_000_000;
  readonly #appointments: Appointment[] = [];
  #order = 0;
  #inStore = 0;
  /** Calls to the store so far. */
  storeCalls = 0;

  at(time: number, run: () => void): void {
    this.#order += 1;
    const appointment = { at: Math.max(time, this.now), order: this.#order, run };
    const later = (other: Appointment) => other.at > appointment.at;
    const index = this.#appointments.findIndex(later);
    if (index === -1) this.#appointments.push(appointment);
    else this.#appointments.splice(index, 0, appointment);
  }

  /** Resolves when so much of the virtual time is over. */
  pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.at(this.now + milliseconds, resolve));
  }

  /** Work of the store takes turns of the real event loop; no time goes by meanwhile. */
  async inStore<T>(work: () => Promise<T>): Promise<T> {
    this.#inStore += 1;
    this.storeCalls += 1;
    try {
      return await work();
    } finally {
      this.#inStore -= 1;
    }
  }

  /** Goes on until that time, or until `isOver` says so between two events. Resolves with whether it did. */
  async runUntil(time: number, isOver: () => boolean = () => false): Promise<boolean> {
    for (;;) {
      await this.#settled();
      if (isOver()) return true;
      const next = this.#appointments[0];
      if (!next || next.at > time) break;
      this.#appointments.shift();
      this.now = next.at;
      next.run();
    }
    this.now = time;
    return false;
  }

  async #settled(): Promise<void> {
    do {
      await new Promise<void>((resolve) => setImmediate(resolve));
    } while (this.#inStore > 0);
  }
}
