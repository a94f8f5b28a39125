import { CallError } from "../../lib/errors";
import type { Lane } from "../../lib/sync/types";
import type { StatusLine } from "./status";
import type { Opening } from "./sync-node";

const LOOK_MS = 1_000;

/** What a sending node shows: how many users are done, or what keeps it from sending. */
export class SenderStatus {
  readonly #line: StatusLine;
  readonly #opening: Opening;
  readonly #lane: Lane;
  #done = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(line: StatusLine, opening: Opening, lane: Lane) {
    this.#line = line;
    this.#opening = opening;
    this.#lane = lane;
    line.show("good", "ready");
    opening.onClose(() => this.#stopLooking());
  }

  /** So many users more are done. */
  done(users: number): void {
    this.#done += users;
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
    if (this.#opening.closing.aborted) return;
    this.#timer ??= setInterval(() => this.#look(), LOOK_MS);
  }

  #look(): void {
    const { store } = this.#opening.sync.context;
    store.status().then(
      ({ lanes }) => {
        const { waiting, inFlight } = lanes[this.#lane];
        if (this.#timer && waiting + inFlight === 0) this.done(0);
      },
      // The trouble of the store is shown anyway.
      () => {},
    );
  }

  #stopLooking(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }
}
