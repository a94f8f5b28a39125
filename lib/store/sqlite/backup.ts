import { access, rm } from "node:fs/promises";
import type { DatabaseSync } from "node:sqlite";
import { StoreError } from "../../errors";
import { toStoreError } from "./errors";
import { markAsBackup } from "./start-file";

/** Pages copied in one step (4 KiB each): some milliseconds, in which no transaction can begin. */
const PAGES_PER_STEP = 256;
/** Under full load about every second start falls into a transaction. */
const MAX_STARTS = 200;

/**
 * Copies the database page by page beside the running work. Steps fall between transactions, and what changes behind
 * the copy is copied again, so that the result is the state of one moment.
 *
 * @param path a file that does not exist yet; removed again where the copy fails
 * @param signal gives the copy up between two steps
 * @throws the reason of the signal; StoreError `STORE_NODE_TOO_OLD`, `STORE_FULL`, `STORE_UNAVAILABLE`
 */
export async function copyDatabase(database: DatabaseSync, path: string, signal: AbortSignal): Promise<void> {
  const { backup, DatabaseSync: Database } = await import("node:sqlite");
  if (typeof backup !== "function")
    throw new StoreError("STORE_NODE_TOO_OLD", "A backup of the running store needs Node.js 22.16 or newer.");
  if (await exists(path))
    throw new StoreError("STORE_UNAVAILABLE", `The file ${path} is there already; name a new one for the backup.`);
  const options = { rate: PAGES_PER_STEP, progress: () => signal.throwIfAborted() };
  for (let start = 1; ; start += 1) {
    try {
      signal.throwIfAborted();
      await backup(database, path, options);
      const copy = new Database(path);
      markAsBackup(copy);
      copy.close();
      return;
    } catch (error) {
      await rm(path, { force: true });
      if (start === MAX_STARTS || !fellIntoTransaction(error)) throw toStoreError(error);
    }
  }
}

/** A later step that meets a transaction is repeated by Node.js, the first one rejects with "not an error" (code 0). */
function fellIntoTransaction(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === 0;
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
