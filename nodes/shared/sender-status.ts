import { CallError } from "../../lib/errors";
import { brakeStopOf } from "../../lib/sync/brake";
import type { Lane } from "../../lib/sync/types";
import { showStop } from "./braked";
import type { StatusLine } from "./status";
import type { Opening } from "./sync-node";

const LOOK_MS = 1_000;

/** What a sending node shows: how many users are done, or what keeps it from sending. */
export class SenderStatus {
  readonly #line: StatusLine;
  readonly #opening: Opening;
  readonly #lane: Lane;
  #done = 0;
  #isHeld = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(line: StatusLine, opening: Opening, lane: Lane) {
    this.#line = line;
    this.#opening = opening;
    this.#lane = lane;
    line.show("good", "ready");
    opening.onClose(() => this.#stopLooking());
    // A stop outlives a restart.
    this.#look();
  }

  /** So many users more are done. */
  done(users: number): void {
    this.#done += users;
    if (this.#isHeld) return;
    this.#stopLooking();
    this.#line.show("good", "idle", { done: this.#done });
  }

  /**
   * Shows a failed call until one succeeds, or until the lane is empty: whoever failed may turn out to need nothing more,
   * and then no call would ever follow.
   */
  failed(error: unknown): void {
    if (!(error instanceof CallError)) return;
    this.#line.show("bad", error.failure === "configuration" ? "stopped" : "unreachable");
    this.#startLooking();
  }

  /** Shows that the brake holds the lane, until a person has decided. */
  held(): void {
    this.#look();
  }

  #look(): void {
    const { store } = this.#opening.sync.context;
    store.status().then(
      ({ lanes }) => {
        const { waiting, inFlight, paused } = lanes[this.#lane];
        const stop = brakeStopOf(paused);
        const wasHeld = this.#isHeld;
        this.#isHeld = stop !== null;
        if (stop) {
          showStop(this.#line, stop);
          this.#startLooking();
        } else if (wasHeld || (this.#timer && waiting + inFlight === 0)) this.done(0);
      },
      // The trouble of the store is shown anyway.
      () => {},
    );
  }

  #startLooking(): void {
    if (this.#opening.closing.aborted) return;
    this.#timer ??= setInterval(() => this.#look(), LOOK_MS);
  }

  #stopLooking(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }
}
