import { SyncError, toSyncError } from "../errors";
import type { Lease, SyncStore } from "../store/types";
import type { Lane } from "../sync/types";
import type { SyncContext } from "./context";

/** Work may become due without an event of this process (a back-off ends, a lease runs out). */
const POLL_MS = 500;
/** Without a look for so long the process itself stood still (stopped, suspended, blocked), and nobody could answer. */
const STANDSTILL_MS = 10 * POLL_MS;

export const NOBODY_ANSWERS = "nobody answers";

/** What a taker needs of the `SyncContext`. */
export interface TakerContext extends Pick<SyncContext, "registry" | "gates" | "now"> {
  readonly store: Pick<SyncStore, "status" | "pause" | "take" | "release" | "onWork">;
}

export interface TakerOptions {
  lane: Lane;
  /** Persons taken and not settled, at the most. */
  maxInFlight: number;
  /** How many may be taken now; called before every take. */
  room(): number;
  /** Milliseconds that go on while the process stands still; default `performance.now`. */
  uptime?(): number;
  deliver(leases: Lease[]): void;
  /** The store failed, or nobody answers; told at every try, for the loop goes on. */
  onProblem(error: SyncError): void;
}

/** Takes due persons of one lane from the store whenever there is room, one take at a time. */
export class Taker {
  readonly #context: TakerContext;
  readonly #options: TakerOptions;
  readonly #stops: (() => void)[] = [];
  #running: Promise<void> | null = null;
  #again = false;
  #stopped = false;
  #lastLook: number;
  #stoodStill = false;

  constructor(context: TakerContext, options: TakerOptions) {
    this.#context = context;
    this.#options = options;
    this.#lastLook = this.#uptime();
  }

  async start(): Promise<void> {
    await this.resume();
    const timer = setInterval(() => this.wake(), POLL_MS);
    this.#stops.push(
      () => clearInterval(timer),
      this.#context.store.onWork((lane) => lane === this.#options.lane && this.wake()),
      this.#context.registry.onDrop(() => this.wake()),
    );
    this.wake();
  }

  /** A deploy may have completed the flow: a lane that was stopped because nobody answered is tried again. */
  async resume(): Promise<void> {
    const { lane } = this.#options;
    const { store } = this.#context;
    if ((await store.status()).lanes[lane].paused === NOBODY_ANSWERS) await store.pause(lane, null);
  }

  /** Something may be due. */
  wake(): void {
    if (this.#stopped) return;
    const look = this.#uptime();
    this.#stoodStill ||= look - this.#lastLook > STANDSTILL_MS;
    this.#lastLook = look;
    if (this.#running) {
      this.#again = true;
      return;
    }
    // In a turn of its own: what it drops wakes it again, and must find it running.
    this.#running = Promise.resolve()
      .then(() => this.#takeWhileThereIsWork())
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
      await this.#forgetExpired();
      const room = this.#options.room();
      if (this.#stopped || room <= 0 || gates.closedFor(lane, now()) !== null) return;
      const { leases, expiredInRow } = await store.take(lane, room);
      // A lane that is paused already, by a person too, gives nobody out.
      if (leases.length === 0) return;
      if (expiredInRow >= 2 * maxInFlight) {
        await this.#stopLane(leases);
        return;
      }
      registry.add(leases);
      this.#options.deliver(leases);
      if (leases.length < room) return;
    }
  }

  /** What ran out while the process stood still is given back, before the store takes it for nobody's answer. */
  async #forgetExpired(): Promise<void> {
    const { store, registry, now } = this.#context;
    const stoodStill = this.#stoodStill;
    this.#stoodStill = false;
    const expired = registry.dropExpired(now());
    if (stoodStill && expired.length > 0) await store.release(expired);
  }

  #uptime(): number {
    return this.#options.uptime?.() ?? performance.now();
  }

  /** Nobody is handed out to a flow that loses everybody. */
  async #stopLane(leases: readonly Lease[]): Promise<void> {
    const { lane, onProblem } = this.#options;
    const { store } = this.#context;
    await store.pause(lane, NOBODY_ANSWERS);
    onProblem(nobodyAnswers(lane));
    await store.release(leases.map(({ token }) => token));
  }
}

function nobodyAnswers(lane: Lane): SyncError {
  const sender = lane === "to-legacy" ? "legacy-out" : "cidaas-bulk-upsert";
  return new SyncError(
    "NOBODY_ANSWERS",
    `Nobody answers: what leaves this node does not reach ${sender}. Complete the flow and deploy it again.`,
  );
}
