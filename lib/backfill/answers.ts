/** The one answer that a loading waits for. */
export class Answers {
  #awaited: { id: string; arrived: () => void } | null = null;

  /** Resolves with whether the answer came in time, and before the signal. Called before the question is put. */
  wait(id: string, patienceMs: number, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (answered: boolean) => {
        clearTimeout(timer);
        signal.removeEventListener("abort", giveUp);
        this.#awaited = null;
        resolve(answered);
      };
      const giveUp = () => end(false);
      const timer = setTimeout(giveUp, patienceMs);
      signal.addEventListener("abort", giveUp);
      this.#awaited = { id, arrived: () => end(true) };
      if (signal.aborted) giveUp();
    });
  }

  /** An answer that nobody waits for any more is of no account. */
  take(id: string): void {
    if (this.#awaited?.id === id) this.#awaited.arrived();
  }
}
