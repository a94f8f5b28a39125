interface Task<Answer> {
  delayMs: number;
  /** Asks; the signal says that nobody waits for the answer any more. */
  ask(signal: AbortSignal): Promise<Answer>;
  show(answer: Answer): void;
  fail(error: unknown): void;
}

export interface Latest {
  /** Asks once nobody called this again for the delay; what was asked before is given up. */
  request(): void;
  cancel(): void;
}

/** Shows only the answer to the latest question, however long the others take. */
export function createLatest<Answer>({ delayMs, ask, show, fail }: Task<Answer>): Latest {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: AbortController | null = null;

  const cancel = () => {
    clearTimeout(timer);
    running?.abort();
    running = null;
  };
  const run = () => {
    const own = new AbortController();
    running = own;
    ask(own.signal).then(
      (answer) => {
        if (!own.signal.aborted) show(answer);
      },
      (error: unknown) => {
        if (!own.signal.aborted) fail(error);
      },
    );
  };
  return {
    request() {
      cancel();
      timer = setTimeout(run, delayMs);
    },
    cancel,
  };
}
