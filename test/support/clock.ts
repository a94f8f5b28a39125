/** Moves the time that `Date.now` tells ahead of the real one; timers keep their own. Call `restore` in the end. */
export class Clock {
  readonly #real = Date.now;
  #ahead = 0;

  constructor() {
    Date.now = () => this.#real() + this.#ahead;
  }

  advance(ms: number): void {
    this.#ahead += ms;
  }

  restore(): void {
    Date.now = this.#real;
  }
}
