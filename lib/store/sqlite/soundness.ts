import { stat } from "node:fs/promises";
import type { DatabaseSync } from "node:sqlite";
import { StoreError } from "../../errors";

/** Files that were closed in good order, and their state then. */
const soundFiles = new Map<string, string>();

/**
 * Checks the file of a database. `quick_check` reads every page once and in order; `integrity_check` also looks every row
 * up in every index, which takes twice as long while the file is in memory, and far longer when it is not. It blocks
 * its thread, about a second per gigabyte, so it runs once per process: a redeploy opens what this process has just
 * closed.
 *
 * @throws StoreError `STORE_CORRUPT`
 */
export async function requireSound(database: DatabaseSync, path: string): Promise<void> {
  if (soundFiles.get(path) === (await fileState(path))) return;
  const [first] = database.prepare("PRAGMA quick_check(1)").all();
  if (first?.quick_check === "ok") return;
  throw new StoreError(
    "STORE_CORRUPT",
    "The database file is damaged and was left as it is; put it aside and restore a backup, or choose another path.",
  );
}

/** To be called once the database is closed: as long as the file stays as it is now, nothing can have damaged it. */
export async function rememberSound(path: string): Promise<void> {
  const state = await fileState(path);
  if (state !== null) soundFiles.set(path, state);
}

/** The state in which this process closed the file; null where it did not. */
export function soundState(path: string): string | null {
  return soundFiles.get(path) ?? null;
}

/** What another thread of this process knows of a file. */
export function assumeSound(path: string, state: string): void {
  soundFiles.set(path, state);
}

/** Tells one state of a file from another; null where there is no file, or an empty one. */
export async function fileState(path: string): Promise<string | null> {
  try {
    const { ino, size, mtimeMs } = await stat(path);
    return size === 0 ? null : `${ino} ${size} ${mtimeMs}`;
  } catch {
    return null;
  }
}
