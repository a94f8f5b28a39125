import { CallError } from "../../lib/errors";
import { LEASE_MS } from "./lease";
import { type Chance, Crashed, type Scheduler } from "./scheduler";

/** What goes wrong, each as a probability per call or event. */
export interface Faults {
  /** The call fails before it takes effect. */
  refused: number;
  /** The call takes effect, and nobody hears of it. */
  unanswered: number;
  /** The process stands still for longer than its lease. */
  frozen: number;
  /** The process stands still after its last look at the clock: the call leaves when its lease may be over. */
  late: number;
  /** A read shows the user as it was a moment ago. */
  lagging: number;
  lost: number;
  repeated: number;
  /** A legacy record is told of when whoever wrote it may be at work again. */
  delayed: number;
}

export const NO_FAULTS: Faults = {
  refused: 0,
  unanswered: 0,
  frozen: 0,
  late: 0,
  lagging: 0,
  lost: 0,
  repeated: 0,
  delayed: 0,
};

const LONGEST_CALL_MS = 400;
const LONGEST_STORE_MS = 15;

/** The calls of one process of the model to the store and the two systems. */
export class Calls {
  #dead = false;
  readonly #scheduler: Scheduler;
  readonly #chance: Chance;
  readonly #faults: () => Faults;
  /** The moment after which a call must not leave is passed over. */
  readonly #startsLate: boolean;
  readonly #waiting = new Set<() => void>();

  constructor(scheduler: Scheduler, chance: Chance, faults: () => Faults, startsLate: boolean) {
    this.#scheduler = scheduler;
    this.#chance = chance;
    this.#faults = faults;
    this.#startsLate = startsLate;
  }

  get isDead(): boolean {
    return this.#dead;
  }

  /** Whatever is under way ends for the process; what has left it takes effect all the same. */
  crash(): void {
    this.#dead = true;
    for (const drop of this.#waiting) drop();
    this.#waiting.clear();
  }

  async store<T>(work: () => Promise<T>): Promise<T> {
    await this.#pass(LONGEST_STORE_MS);
    const result = await this.#scheduler.inStore(work);
    await this.#pass(LONGEST_STORE_MS);
    return result;
  }

  /** A call that changes nothing. */
  async read<T>(look: () => T): Promise<T> {
    await this.#pass(LONGEST_CALL_MS);
    this.#refuse();
    const result = look();
    await this.#pass(LONGEST_CALL_MS);
    return result;
  }

  /** A call that has left takes effect even when its process dies. */
  async write<T>(startBefore: number, act: () => T): Promise<T> {
    await this.#pass(LONGEST_STORE_MS);
    if (this.#scheduler.now > startBefore && !this.#startsLate) throw failed("CALL_TOO_LATE", "transient");
    const { late } = this.#faults();
    if (late > 0 && this.#chance.happens(late)) await this.#stand(LEASE_MS + this.#chance.between(1, LEASE_MS));
    const effect = new Promise<T>((resolve, reject) =>
      this.#scheduler.at(this.#scheduler.now + this.#chance.between(1, LONGEST_CALL_MS), () => {
        try {
          this.#refuse();
          resolve(act());
        } catch (error) {
          reject(error);
        }
      }),
    );
    const result = await effect;
    if (this.#chance.happens(this.#faults().unanswered)) throw failed("NO_ANSWER", "unknown");
    await this.#pass(LONGEST_CALL_MS);
    return result;
  }

  #refuse(): void {
    if (this.#chance.happens(this.#faults().refused)) throw failed("TRY_LATER", "transient");
  }

  async #pass(longest: number): Promise<void> {
    if (this.#dead) throw new Crashed();
    const frozen = this.#chance.happens(this.#faults().frozen);
    const milliseconds = frozen ? LEASE_MS + this.#chance.between(1, LEASE_MS) : this.#chance.between(0, longest);
    await this.#stand(milliseconds);
  }

  /** Time goes by, and the process may die of it. */
  async #stand(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const drop = () => reject(new Crashed());
      this.#waiting.add(drop);
      this.#scheduler.at(this.#scheduler.now + milliseconds, () => {
        this.#waiting.delete(drop);
        resolve();
      });
    });
    if (this.#dead) throw new Crashed();
  }
}

export function failed(code: string, failure: "transient" | "unknown"): CallError {
  return new CallError(code, "The model lets this call fail.", { failure });
}
