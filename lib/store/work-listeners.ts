import type { Lane } from "../sync/types";

/** Who wants to know that a lane may have work. */
export class WorkListeners {
  readonly #listeners = new Set<(lane: Lane) => void>();

  /** Returns the way to stop listening. */
  add(listener: (lane: Lane) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells the listeners; what one of them throws is its own affair and stops neither the others nor the store. */
  emit(lane: Lane): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(lane);
      } catch {
        // Nobody to tell: the listener has its own ways to report.
      }
    }
  }
}
