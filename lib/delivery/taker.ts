import { SyncError, toSyncError } from "../errors";
import type { Lease } from "../store/types";
import type { Lane } from "../sync/types";
import type { SyncContext } from "./context";

/** Work may become due without an event of this process (a back-off ends, a lease runs out). */
const POLL_MS = 500;

export const NOBODY_ANSWERS = "nobody answers";

export interface TakerOptions {
  lane: Lane;
  /** Persons taken and not settled, at the most. */
  maxInFlight: number;
  /** How many may be taken now; called before every take. */
  room(): number;
  deliver(leases: Lease[]): void;
  /** The store failed, or nobody answers; the loop goes on. */
  onProblem(error: SyncError): void;
}

/** Takes due persons of one lane from the store whenever there is room, one take at a time. */
export class Taker {
  readonly #context: SyncContext;
  readonly #options: TakerOptions;
  readonly #stops: (() => void)[] = [];
  #running: Promise<void> | null = null;
  #again = false;
  #stopped = false;

  constructor(context: SyncContext, options: TakerOptions) {
    this.#context = context;
    this.#options = options;
  }

  async start(): Promise<void> {
    const status = await this.#context.store.status();
    if (status.lanes[this.#options.lane].paused === NOBODY_ANSWERS)
      await this.#context.store.pause(this.#options.lane, null);
    const timer = setInterval(() => this.wake(), POLL_MS);
    this.#stops.push(
      () => clearInterval(timer),
      this.#context.store.onWork((lane) => lane === this.#options.lane && this.wake()),
      this.#context.registry.onDrop(() => this.wake()),
    );
    this.wake();
  }

  /** Something may be due. */
  wake(): void {
    if (this.#stopped) return;
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = this.#takeWhileThereIsWork()
      .catch((error) => this.#options.onProblem(toSyncError(error)))
      .finally(() => {
        this.#running = null;
        if (this.#again) {
          this.#again = false;
          this.wake();
        }
      });
  }

  /** Stops taking and gives back what no sender has begun. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const stop of this.#stops) stop();
    await this.#running;
    const tokens = this.#context.registry.unclaimed(this.#options.lane);
    this.#context.registry.drop(tokens);
    await this.#context.store.release(tokens);
  }

  async #takeWhileThereIsWork(): Promise<void> {
    const { lane, maxInFlight } = this.#options;
    const { store, registry, gates, now } = this.#context;
    for (;;) {
      registry.dropExpired(now());
      const room = this.#options.room();
      if (this.#stopped || room <= 0 || gates.closedFor(lane, now()) !== null) return;
      const { leases, expiredInRow } = await store.take(lane, room);
      registry.add(leases);
      if (expiredInRow >= 2 * maxInFlight) await this.#stopLane();
      if (leases.length === 0) return;
      this.#options.deliver(leases);
      if (leases.length < room) return;
    }
  }

  /** A lane that a person paused stays paused for that reason, which no deploy ends. */
  async #stopLane(): Promise<void> {
    const { lane, onProblem } = this.#options;
    const { store } = this.#context;
    if ((await store.status()).lanes[lane].paused === false) await store.pause(lane, NOBODY_ANSWERS);
    onProblem(nobodyAnswers(lane));
  }
}

function nobodyAnswers(lane: Lane): SyncError {
  const sender = lane === "to-legacy" ? "legacy-out" : "cidaas-bulk-upsert";
  return new SyncError(
    "NOBODY_ANSWERS",
    `Nobody answers: what leaves this node does not reach ${sender}. Complete the flow and deploy it again.`,
  );
}
