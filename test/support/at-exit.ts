const pending = new Set<() => void>();

process.on("exit", () => {
  // The last first: a process ends before its directory goes.
  for (const action of [...pending].reverse()) action();
});

/** Runs a synchronous action when this process exits, whatever ended it. Call the result to take it back. */
export function atExit(action: () => void): () => void {
  pending.add(action);
  return () => pending.delete(action);
}
