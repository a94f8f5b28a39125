const BASE_MS = 1000;
const CAP_MS = 5 * 60 * 1000;

/**
 * How long the mark of a person waits before the next try: exponential back-off with full jitter.
 *
 * @param attempt number of failed attempts, 1 after the first
 * @param random uniform in [0, 1)
 * @returns whole milliseconds, at least 1
 */
export function backoffDelay(attempt: number, random: () => number): number {
  const ceiling = Math.min(CAP_MS, BASE_MS * 2 ** Math.max(0, attempt - 1));
  return Math.max(1, Math.ceil(random() * ceiling));
}
