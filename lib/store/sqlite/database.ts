import { mkdir, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { StoreError } from "../../errors";
import { toStoreError } from "./errors";
import { requireLocal } from "./file-system";
import { integer } from "./rows";
import { MIGRATIONS } from "./schema";
import { fileState, requireSound } from "./soundness";

/** How long SQLite waits for another process before it says "locked". */
const BUSY_TIMEOUT_MS = 200;
/** Page cache. Negative means KiB: enough for the upper levels of the indexes of a million persons. */
const CACHE_SIZE = -16_384;
/**
 * The write-ahead log is brought into the database every 1,000 pages (SQLite's default); what one large transaction has
 * made of it is given back down to this, in bytes.
 */
const LOG_LIMIT = 4 * 1024 * 1024;
/** The first SQLite without a fault that could damage a database in WAL mode. */
const FIXED_SQLITE = [3, 51, 3] as const;

/** @throws StoreError `STORE_NODE_TOO_OLD` for a Node.js whose `node:sqlite` is missing or hidden behind a flag */
export function requireNodeVersion(version: string): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 13)) return;
  throw new StoreError(
    "STORE_NODE_TOO_OLD",
    `The sqlite engine needs Node.js 22.13 or newer, this is ${version}; update Node.js.`,
  );
}

/** What to tell the operator about this SQLite; null where there is nothing to tell. */
export function sqliteWarning(version: string): string | null {
  const parts = version.split(".").map(Number);
  for (const [index, wanted] of FIXED_SQLITE.entries()) {
    const part = parts[index] ?? 0;
    if (part > wanted) return null;
    if (part < wanted)
      return `The SQLite ${version} of this Node.js has a fault that can damage a database; update Node.js to one with SQLite ${FIXED_SQLITE.join(".")} or newer.`;
  }
  return null;
}

/**
 * Opens the database file for this process alone; directory and file are made where they are missing. What is damaged,
 * of another program or of a newer version is not written to.
 *
 * @throws StoreError `STORE_NODE_TOO_OLD`, `STORE_NETWORK`, `STORE_LOCKED`, `STORE_NEWER`, `STORE_CORRUPT`,
 *   `STORE_UNAVAILABLE`
 */
export async function openDatabase(path: string, migrations = MIGRATIONS): Promise<DatabaseSync> {
  requireNodeVersion(process.versions.node);
  const sqlite = await import("node:sqlite");
  await makeDirectory(dirname(path));
  const exists = (await fileState(path)) !== null;
  await requireLocal(exists ? path : dirname(path));
  if (exists) await inspect(sqlite, path, migrations.length);
  let database: DatabaseSync | null = null;
  try {
    database = new sqlite.DatabaseSync(path);
    configure(database);
    // Left by the inspection; what holds the lock needs none.
    await rm(`${path}-shm`, { force: true });
    return database;
  } catch (error) {
    database?.close();
    throw toStoreError(error);
  }
}

/**
 * Looks at the file through a connection that can only read: any other would, when it is closed, move the log of a
 * crash into a file that may be damaged.
 */
async function inspect(sqlite: typeof import("node:sqlite"), path: string, newest: number): Promise<void> {
  let reader: DatabaseSync | null = null;
  try {
    reader = new sqlite.DatabaseSync(path, { readOnly: true });
    reader.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    requireOurs(reader, newest);
    await requireSound(reader, path);
  } catch (error) {
    throw toStoreError(error);
  } finally {
    reader?.close();
  }
}

/** What is deleted is overwritten with zeroes, so that `forget` leaves nothing in free pages. EXCLUSIVE comes before WAL: then the lock is kept, a second process is refused, and no shared memory is needed. */
function configure(database: DatabaseSync): void {
  database.exec(`
    PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS};
    PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA journal_size_limit = ${LOG_LIMIT};
    PRAGMA foreign_keys = ON;
    PRAGMA secure_delete = ON;
    PRAGMA cache_size = ${CACHE_SIZE};
    BEGIN IMMEDIATE;
    COMMIT;
  `);
}

function requireOurs(database: DatabaseSync, newest: number): void {
  const version = schemaVersion(database);
  if (version > newest)
    throw new StoreError(
      "STORE_NEWER",
      `The store was written by a newer version of this package (schema ${version}, this one knows ${newest}); update the package.`,
    );
  const tables = database.prepare("SELECT count(*) AS count FROM sqlite_schema").get();
  if (version === 0 && tables !== undefined && integer(tables, "count") > 0)
    throw new StoreError("STORE_CORRUPT", "The file is the database of another program; choose another store path.");
}

/** How many of the migrations the file has had; 0 while it is empty. */
export function schemaVersion(database: DatabaseSync): number {
  const row = database.prepare("PRAGMA user_version").get();
  return row === undefined ? 0 : integer(row, "user_version");
}

/** Brings the whole log into the database, so that the one file is all there is, and closes it. */
export function closeDatabase(database: DatabaseSync): void {
  emptyLog(database);
  database.close();
}

/** Brings the whole log into the database and makes its file empty. A step of a running backup may hold it up. */
export function emptyLog(database: DatabaseSync): void {
  try {
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  } catch {
    // A full disk: the log stays beside the database with all it holds, and the next checkpoint or start reads it.
  }
}

/** Ends the open transaction, unless SQLite has already done so itself (a full disk, an I/O error). */
export function rollBack(database: DatabaseSync): void {
  try {
    database.exec("ROLLBACK");
  } catch {
    // "No transaction is active": the state we want.
  }
}

async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    throw new StoreError(
      "STORE_UNAVAILABLE",
      `The directory ${path} of the store cannot be made (${code}); check path and rights.`,
    );
  }
}
