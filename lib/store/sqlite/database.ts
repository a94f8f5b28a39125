import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { StoreError } from "../../errors";
import type { StoredKeys } from "../encryption";
import { toStoreError } from "./errors";
import { bytes, integer } from "./rows";
import { SCHEMA, SCHEMA_VERSION } from "./schema";

/** How long SQLite waits for another process before it says "locked". It blocks the event loop, so it is short. */
const BUSY_TIMEOUT_MS = 200;
/** Page cache. Negative means KiB: enough for the upper levels of the indexes of a million persons. */
const CACHE_SIZE = -32_768;

/** @throws StoreError `STORE_NODE_TOO_OLD` for a Node.js whose `node:sqlite` is missing or hidden behind a flag */
export function requireNodeVersion(version: string): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 13)) return;
  throw new StoreError(
    "STORE_NODE_TOO_OLD",
    `The sqlite engine needs Node.js 22.13 or newer, this is ${version}; update Node.js.`,
  );
}

/**
 * Opens the database file for this process alone; directory and file are made where they are missing.
 *
 * @throws StoreError `STORE_NODE_TOO_OLD`, `STORE_LOCKED`, `STORE_NEWER`, `STORE_CORRUPT`, `STORE_UNAVAILABLE`
 */
export async function openDatabase(path: string): Promise<DatabaseSync> {
  requireNodeVersion(process.versions.node);
  const sqlite = await import("node:sqlite");
  await makeDirectory(dirname(path));
  let database: DatabaseSync | null = null;
  try {
    database = new sqlite.DatabaseSync(path);
    configure(database);
    requireOurs(database);
    return database;
  } catch (error) {
    database?.close();
    throw toStoreError(error);
  }
}

/** EXCLUSIVE comes before WAL: then the lock is kept, a second process is refused, and no shared memory is needed. */
function configure(database: DatabaseSync): void {
  database.exec(`
    PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS};
    PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA cache_size = ${CACHE_SIZE};
    BEGIN IMMEDIATE;
    COMMIT;
  `);
}

function requireOurs(database: DatabaseSync): void {
  const version = schemaVersion(database);
  if (version > SCHEMA_VERSION)
    throw new StoreError(
      "STORE_NEWER",
      `The store was written by a newer version of this package (schema ${version}, this one knows ${SCHEMA_VERSION}); update the package.`,
    );
  const tables = database.prepare("SELECT count(*) AS count FROM sqlite_schema").get();
  if (version === 0 && tables !== undefined && integer(tables, "count") > 0)
    throw new StoreError("STORE_CORRUPT", "The file is the database of another program; choose another store path.");
}

function schemaVersion(database: DatabaseSync): number {
  const row = database.prepare("PRAGMA user_version").get();
  return row === undefined ? 0 : integer(row, "user_version");
}

/** The keys kept in the store; null in a database that is still empty. */
export function readKeys(database: DatabaseSync): StoredKeys | null {
  if (schemaVersion(database) === 0) return null;
  const read = database.prepare("SELECT value FROM meta WHERE name = ?");
  const salt = read.get("salt");
  const wrapped = read.get("print key");
  if (salt === undefined || wrapped === undefined)
    throw new StoreError("STORE_CORRUPT", "The store has lost its keys; restore it from a backup.");
  return { salt: bytes(salt, "value"), wrappedPrintKey: bytes(wrapped, "value") };
}

/** Tables and keys of a new store, in one transaction, so that there is never one without the other. */
export function initialise(database: DatabaseSync, keys: StoredKeys): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    database.exec(SCHEMA);
    const write = database.prepare("INSERT INTO meta (name, value) VALUES (?, ?)");
    write.run("salt", keys.salt);
    write.run("print key", keys.wrappedPrintKey);
    database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`);
  } catch (error) {
    rollBack(database);
    throw toStoreError(error);
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
