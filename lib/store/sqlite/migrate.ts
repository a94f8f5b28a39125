import type { DatabaseSync } from "node:sqlite";
import { StoreError } from "../../errors";
import { rollBack, schemaVersion } from "./database";
import { toStoreError } from "./errors";

/**
 * Brings the tables to the newest version, all steps in one transaction: a step that fails leaves the file as it was.
 *
 * @param finish done in the same transaction, after the last step
 * @throws StoreError `STORE_FULL`, `STORE_CORRUPT`, `STORE_UNAVAILABLE`
 */
export function migrate(database: DatabaseSync, migrations: readonly string[], finish?: () => void): void {
  const steps = migrations.slice(schemaVersion(database));
  if (steps.length === 0) return;
  // A step may build a table anew, which foreign keys forbid; they cannot be switched inside a transaction.
  database.exec("PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE");
  try {
    for (const step of steps) database.exec(step);
    finish?.();
    requireReferences(database);
    database.exec(`PRAGMA user_version = ${migrations.length}; COMMIT`);
  } catch (error) {
    rollBack(database);
    throw toStoreError(error);
  } finally {
    database.exec("PRAGMA foreign_keys = ON");
  }
}

function requireReferences(database: DatabaseSync): void {
  if (database.prepare("PRAGMA foreign_key_check").get() !== undefined)
    throw new StoreError(
      "STORE_CORRUPT",
      "The store has entries without their person and was left as it is; restore it from a backup.",
    );
}
