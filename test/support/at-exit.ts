const pending = new Set<() => void>();

process.on("exit", () => {
  for (const action of pending) action();
});

/** Runs a synchronous action when this process exits, whatever ended it. Call the result to take it back. */
export function atExit(action: () => void): () => void {
  pending.add(action);
  return () => pending.delete(action);
}
