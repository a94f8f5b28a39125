import { CallError } from "../errors";
import { type CallKind, CallWindow, nextKind } from "./concurrency";

export interface LimiterOptions {
  /** Calls in flight at the same time, at the most; at least 1. */
  maxConcurrent: number;
  /** Starts per second, evenly spaced; 0 = no limit. May be a fraction. */
  requestsPerSecond: number;
  /** Monotonic milliseconds. */
  now: () => number;
  /** Calls back once after `ms`; the result takes the timer back. Default: `setTimeout`. */
  setTimer?: (callback: () => void, ms: number) => () => void;
}

/** A call that asks for its turn. */
export interface Asking {
  kind: CallKind;
  /** Asked when the turn comes: why it comes too late; null when it does not. */
  refusal(): CallError | null;
}

/** What a call that has its turn tells of the target, once at the most; what says nothing tells nothing. */
export interface Turn {
  well(): void;
  /** The target has too much to do, or fails; with `pauseMs` nothing starts for so long. */
  distress(pauseMs?: number): void;
}

/** Runs calls to one target within a limit on concurrency, which follows how the target is doing, and on rate. */
export interface Limiter {
  /**
   * Runs the task when its turn comes, first come, first served within its kind. Throws, for a task that never started,
   * its `refusal`, `CLIENT_CLOSED`, or `THROTTLED` where the target asked for a pause that is too long to wait for.
   */
  run<T>(asking: Asking, task: (turn: Turn) => Promise<T>): Promise<T>;
  readonly limit: number;
  readonly active: number;
  readonly waiting: number;
  /** Turns away what waits and what comes later; what runs is left alone. */
  close(): void;
}

/** A call waits out a pause of this length at the most; those that stand behind it have leases that run. */
export const LONGEST_PAUSE_MS = 30_000;

interface Waiter {
  asking: Asking;
  start: () => void;
  refuse: (error: CallError) => void;
}

export function createLimiter(options: LimiterOptions): Limiter {
  const { maxConcurrent, requestsPerSecond, now, setTimer = setTimeoutTimer } = options;
  const interval = requestsPerSecond > 0 ? 1000 / requestsPerSecond : 0;
  const window = new CallWindow(maxConcurrent);
  const queues: Record<CallKind, Waiter[]> = { read: [], write: [] };
  const active: Record<CallKind, number> = { read: 0, write: 0 };
  let last: CallKind = "write";
  let nextStart = Number.NEGATIVE_INFINITY;
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let cancelTimer: (() => void) | null = null;
  let closed = false;

  function startNext(): void {
    while (cancelTimer === null) {
      const waiting = { read: queues.read.length, write: queues.write.length };
      const kind = nextKind(waiting, active, window.limit, last);
      if (kind === null) return;
      const wait = Math.max(nextStart, pausedUntil) - now();
      if (wait > 0) {
        cancelTimer = setTimer(onTimer, Math.ceil(wait));
        return;
      }
      const waiter = queues[kind].shift();
      if (!waiter) return;
      const refusal = waiter.asking.refusal();
      if (refusal) waiter.refuse(refusal);
      else {
        last = kind;
        active[kind] += 1;
        nextStart = now() + interval;
        waiter.start();
      }
    }
  }

  function onTimer(): void {
    cancelTimer = null;
    startNext();
  }

  function pause(ms: number): void {
    pausedUntil = Math.max(pausedUntil, now() + ms);
    refuseLongPause();
  }

  /** Whoever waits comes too late anyway, and may say so now. */
  function refuseLongPause(): void {
    const rest = pausedUntil - now();
    if (rest > LONGEST_PAUSE_MS) refuseAll(() => pausedError(rest));
  }

  function refuseAll(error: () => CallError): void {
    for (const queue of [queues.read, queues.write]) for (const waiter of queue.splice(0)) waiter.refuse(error());
  }

  function turn(): Turn {
    const { round } = window;
    return {
      well: () => window.succeeded(round),
      distress(pauseMs = 0) {
        window.distressed(round);
        if (pauseMs > 0) pause(pauseMs);
      },
    };
  }

  async function runNow<T>(kind: CallKind, task: (turn: Turn) => Promise<T>): Promise<T> {
    try {
      return await task(turn());
    } finally {
      active[kind] -= 1;
      startNext();
    }
  }

  return {
    run<T>(asking: Asking, task: (turn: Turn) => Promise<T>): Promise<T> {
      if (closed) return Promise.reject(closedError());
      const { kind } = asking;
      return new Promise<T>((resolve, reject) => {
        queues[kind].push({ asking, start: () => runNow(kind, task).then(resolve, reject), refuse: reject });
        refuseLongPause();
        startNext();
      });
    },
    get limit() {
      return window.limit;
    },
    get active() {
      return active.read + active.write;
    },
    get waiting() {
      return queues.read.length + queues.write.length;
    },
    close() {
      closed = true;
      cancelTimer?.();
      cancelTimer = null;
      refuseAll(closedError);
    },
  };
}

function closedError(): CallError {
  return new CallError("CLIENT_CLOSED", "The call was not sent, because its configuration was closed by a deploy.", {
    failure: "transient",
  });
}

function pausedError(retryAfterMs: number): CallError {
  return new CallError("THROTTLED", "The call was not sent, because its target asked for a pause; it is sent later.", {
    failure: "throttled",
    retryAfterMs,
  });
}

function setTimeoutTimer(callback: () => void, ms: number): () => void {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
}
