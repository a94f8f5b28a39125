import type { Random } from "../../simulator/kit/random";
import type { Interval } from "./live";

/** The first and the last part of a load whose rates are compared: 20,000 users of 200,000. */
const PART = 0.1;

/** When the users of the file came into being in cidaas. */
export class Loaded {
  readonly #users: number;
  readonly #window: number;
  /** ms since the epoch, in order. */
  readonly #times: number[] = [];

  constructor(users: number) {
    this.#users = users;
    this.#window = Math.floor(users * PART);
  }

  get count(): number {
    return this.#times.length;
  }

  add(at: number): void {
    this.#times.push(at);
  }

  /** How many users are there when Node-RED is to be killed: once in either half, and not in the two parts compared. */
  killsAt(random: Random): number[] {
    const half = Math.floor(this.#users / 2);
    return [this.#window, half].map((from) => from + random.integer(half - this.#window));
  }

  /** Users per second over the two parts, and over all but the times when Node-RED was dead. */
  rates(dead: readonly Interval[]): { firstRate: number; lastRate: number; rate: number; window: number } {
    const deadMs = dead.reduce((sum, { from, to }) => sum + to - from, 0);
    const window = this.#window;
    return {
      firstRate: this.#rate(0, window, 0),
      lastRate: this.#rate(this.#users - window, this.#users, 0),
      rate: this.#rate(0, this.#users, deadMs),
      window,
    };
  }

  #rate(from: number, to: number, withoutMs: number): number {
    const milliseconds = (this.#times[to - 1] ?? 0) - (this.#times[from] ?? 0) - withoutMs;
    return ((to - from) * 1000) / milliseconds;
  }
}
