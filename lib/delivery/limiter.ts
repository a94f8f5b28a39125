import { CallError } from "../errors";

export interface LimiterOptions {
  /** Tasks that run at the same time; at least 1. */
  maxConcurrent: number;
  /** Starts per second, evenly spaced; 0 = no limit. May be a fraction. */
  requestsPerSecond: number;
  /** Monotonic milliseconds. */
  now: () => number;
  /** Calls back once after `ms`; the result takes the timer back. Default: `setTimeout`. */
  setTimer?: (callback: () => void, ms: number) => () => void;
}

/** Runs tasks first come, first served, within a limit on concurrency and on rate. */
export interface Limiter {
  /** Runs the task when its turn comes, and gives its result. Throws `CLIENT_CLOSED` for a task that never started. */
  run<T>(task: () => Promise<T>): Promise<T>;
  readonly active: number;
  readonly waiting: number;
  /** Turns away what waits and what comes later; what runs is left alone. */
  close(): void;
}

interface Waiter {
  start: () => void;
  refuse: (error: CallError) => void;
}

export function createLimiter(options: LimiterOptions): Limiter {
  const { maxConcurrent, requestsPerSecond, now, setTimer = setTimeoutTimer } = options;
  const interval = requestsPerSecond > 0 ? 1000 / requestsPerSecond : 0;
  const queue: Waiter[] = [];
  let active = 0;
  let nextStart = Number.NEGATIVE_INFINITY;
  let cancelTimer: (() => void) | null = null;
  let closed = false;

  function startNext(): void {
    while (active < maxConcurrent && cancelTimer === null) {
      const wait = nextStart - now();
      if (queue.length > 0 && wait > 0) {
        cancelTimer = setTimer(onTimer, Math.ceil(wait));
        return;
      }
      const waiter = queue.shift();
      if (!waiter) return;
      active += 1;
      nextStart = now() + interval;
      waiter.start();
    }
  }

  function onTimer(): void {
    cancelTimer = null;
    startNext();
  }

  async function runNow<T>(task: () => Promise<T>): Promise<T> {
    try {
      return await task();
    } finally {
      active -= 1;
      startNext();
    }
  }

  return {
    run<T>(task: () => Promise<T>): Promise<T> {
      if (closed) return Promise.reject(closedError());
      return new Promise<T>((resolve, reject) => {
        queue.push({ start: () => runNow(task).then(resolve, reject), refuse: reject });
        startNext();
      });
    },
    get active() {
      return active;
    },
    get waiting() {
      return queue.length;
    },
    close() {
      closed = true;
      cancelTimer?.();
      cancelTimer = null;
      for (const waiter of queue.splice(0)) waiter.refuse(closedError());
    },
  };
}

function closedError(): CallError {
  return new CallError("CLIENT_CLOSED", "The call was not sent, because its configuration was closed by a deploy.", {
    failure: "transient",
  });
}

function setTimeoutTimer(callback: () => void, ms: number): () => void {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
}
