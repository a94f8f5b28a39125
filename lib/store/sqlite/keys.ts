import type { DatabaseSync } from "node:sqlite";
import { StoreError } from "../../errors";
import { createKeys, openKeys, type StoredKeys, type StoreKeys, wrapKeys } from "../encryption";
import { createKeyFile, readKeyFile } from "../key-file";
import { rollBack, schemaVersion } from "./database";
import { toStoreError } from "./errors";
import { migrate } from "./migrate";
import { bytes } from "./rows";

/** What `SqliteOptions` says about keys. */
export interface KeyOptions {
  path: string;
  encryptionKey: string | null;
  formerEncryptionKey?: string | null;
}

/**
 * The keys of the store; a store that is still empty gets its tables and keys here, another is migrated once its keys
 * are open. The lock on the database is held by now, so no second process generates a key at the same time.
 *
 * @throws StoreError `STORE_KEY_MISSING`, `STORE_KEY_WRONG`, `STORE_CORRUPT`
 */
export async function unlock(
  database: DatabaseSync,
  options: KeyOptions,
  migrations: readonly string[],
): Promise<StoreKeys> {
  const keyFile = `${options.path}.key`;
  const secret = options.encryptionKey ?? (await readKeyFile(keyFile));
  const stored = readKeys(database);
  if (stored === null) {
    const keys = createKeys();
    const wrapped = await wrapKeys(secret ?? (await createKeyFile(keyFile)), keys);
    migrate(database, migrations, () => writeKeys(database, wrapped));
    return keys;
  }
  const former = options.formerEncryptionKey ?? null;
  if (secret === null && former === null)
    throw new StoreError(
      "STORE_KEY_MISSING",
      `The key file ${keyFile} of this store is missing; put it back, or set the encryption key the store was made with.`,
    );
  const present = secret === null ? null : await openKeys(secret, stored);
  const keys = present ?? (former === null ? null : await openKeys(former, stored));
  if (keys === null)
    throw new StoreError(
      "STORE_KEY_WRONG",
      "The encryption key is not the one this store was made with; put the former key back, nothing was changed.",
    );
  migrate(database, migrations);
  if (present === null) rotate(database, await wrapKeys(secret ?? (await createKeyFile(keyFile)), keys));
  return keys;
}

/** The keys kept in the store; null in a database that is still empty. */
function readKeys(database: DatabaseSync): StoredKeys | null {
  if (schemaVersion(database) === 0) return null;
  const read = database.prepare("SELECT value FROM meta WHERE name = ?");
  const value = (name: string): Uint8Array => {
    const row = read.get(name);
    if (row === undefined)
      throw new StoreError("STORE_CORRUPT", "The store has lost its keys; restore it from a backup.");
    return bytes(row, "value");
  };
  return { salt: value("salt"), wrappedPayloadKey: value("payload key"), wrappedPrintKey: value("print key") };
}

function writeKeys(database: DatabaseSync, keys: StoredKeys): void {
  const write = database.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)");
  write.run("salt", keys.salt);
  write.run("payload key", keys.wrappedPayloadKey);
  write.run("print key", keys.wrappedPrintKey);
}

/**
 * In one transaction, so that one of the two secrets always opens the store. What the former one opens is wiped from
 * the file, and from the log.
 */
function rotate(database: DatabaseSync, keys: StoredKeys): void {
  database.exec("PRAGMA secure_delete = ON; BEGIN IMMEDIATE");
  try {
    writeKeys(database, keys);
    database.exec("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
  } catch (error) {
    rollBack(database);
    throw toStoreError(error);
  } finally {
    database.exec("PRAGMA secure_delete = OFF");
  }
}
