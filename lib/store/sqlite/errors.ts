import { StoreError, SyncError } from "../../errors";

/** Primary result codes of SQLite, https://www.sqlite.org/rescode.html */
const BUSY = 5;
const LOCKED = 6;
const CORRUPT = 11;
const FULL = 13;
const NOT_A_DATABASE = 26;

/** What `node:sqlite` threw, as a `StoreError`; what is not of SQLite comes back as it is. */
export function toStoreError(thrown: unknown): unknown {
  if (thrown instanceof SyncError || !(thrown instanceof Error)) return thrown;
  if (!("errcode" in thrown) || typeof thrown.errcode !== "number") return thrown;
  const primary = thrown.errcode & 0xff;
  if (primary === BUSY || primary === LOCKED)
    return new StoreError("STORE_LOCKED", "Another process uses this database; give each Node-RED its own store path.");
  if (primary === FULL)
    return new StoreError("STORE_FULL", "The disk of the store is full; make room, nothing accepted so far is lost.");
  if (primary === CORRUPT || primary === NOT_A_DATABASE)
    return new StoreError(
      "STORE_CORRUPT",
      "The database file is damaged or no database of this package; restore it from a backup or choose another path.",
    );
  return new StoreError(
    "STORE_UNAVAILABLE",
    `The database cannot be used (SQLite ${thrown.errcode}); check that its directory exists, is writable and has no fault.`,
  );
}
