import { refuse, UsageError } from "./options";

/** What a command that runs for minutes tells meanwhile. */
export interface Progress {
  /** Since the start, whole ones. */
  seconds(): number;
  say(line: string): void;
}

/**
 * Runs a command, and ends this process with its exit code. So does a signal: whatever the command has started, frozen or not,
 * and all temporary files go with the process.
 */
export function runCommand(usage: string, main: (progress: Progress) => Promise<number>): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(130));
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  const say = (line: string) => console.log(`${String(seconds()).padStart(4)} s  ${line}`);
  runToEnd(usage, () => main({ seconds, say }));
}

/** Runs a command, or tells how it is used, and ends this process with its exit code. */
export function runToEnd(usage: string, main: () => Promise<number>): void {
  if (process.argv.includes("--help")) {
    console.log(usage);
    return;
  }
  main().then(
    (exitCode) => process.exit(exitCode),
    (error: unknown) => {
      if (error instanceof UsageError) refuse(error.message);
      console.error(error instanceof Error ? error.message : error);
      process.exit(1);
    },
  );
}
