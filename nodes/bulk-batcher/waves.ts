/**
 * What the promises, none of which may reject, resolve with, as groups: whoever takes longer than `graceMs` from the first
 * of a group comes in a later one, so that nobody waits for the slowest.
 */
export async function* inWaves<T>(work: readonly Promise<T>[], graceMs: number): AsyncGenerator<T[]> {
  const ready: T[] = [];
  let open = work.length;
  let wake = () => {};
  for (const one of work) {
    void one.then((result) => {
      ready.push(result);
      open -= 1;
      wake();
    });
  }
  while (open > 0 || ready.length > 0) {
    if (ready.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    if (open > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, graceMs);
        wake = () => {
          if (open > 0) return;
          clearTimeout(timer);
          resolve();
        };
      });
    }
    yield ready.splice(0);
  }
}
