export interface WaitOptions {
  timeoutMs: number;
  /** Ends the sentence "Waited 5 s for …". */
  what: string;
  /** Pause between two looks, ms. */
  everyMs?: number;
  /** What to show of the world when the wait fails. */
  seen?: () => unknown;
}

type Falsy = false | null | undefined | 0 | "";

/**
 * Looks again and again until the condition gives something truthy, and resolves with that. A condition that throws
 * counts as not met; its last error is part of the failure message.
 */
export async function waitFor<T>(
  condition: () => T | Falsy | Promise<T | Falsy>,
  { timeoutMs, what, everyMs = 50, seen }: WaitOptions,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let lastError: unknown;
  for (;;) {
    try {
      const value = await condition();
      lastError = undefined;
      if (value) return value;
    } catch (error) {
      lastError = error;
    }
    if (Date.now() >= deadline) throw new Error(failure(timeoutMs, what, lastError, seen));
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

function failure(timeoutMs: number, what: string, lastError: unknown, seen: (() => unknown) | undefined): string {
  const lines = [`Waited ${timeoutMs / 1000} s for ${what}`];
  if (lastError !== undefined) lines.push(`last error: ${lastError instanceof Error ? lastError.message : lastError}`);
  if (seen !== undefined) {
    const view = seen();
    lines.push(`last seen: ${typeof view === "string" ? view : JSON.stringify(view, null, 2)}`);
  }
  return lines.join("\n");
}
