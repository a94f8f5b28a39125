import type { DatabaseSync } from "node:sqlite";
import { StoreError } from "../../errors";
import { createKeys, openKeys, type StoreKeys } from "../encryption";
import { createKeyFile, readKeyFile } from "../key-file";
import type { Engine, StorePolicy } from "../types";
import { CommitQueue } from "./commit-queue";
import { initialise, openDatabase, readKeys } from "./database";
import type { Announcement } from "./effects";
import { toStoreError } from "./errors";
import { Lanes } from "./lanes";
import { Linking } from "./linking";
import { Settings } from "./settings";
import { Settling } from "./settling";
import { type Parts, SqliteSyncStore } from "./sync-store";
import { prepareTables } from "./tables";

export interface SqliteOptions {
  /** The database file; made with its directory where it is missing. */
  path: string;
  /** Null = a generated key file `<path>.key`. */
  encryptionKey: string | null;
  policy: StorePolicy;
  now?: () => number;
  random?: () => number;
}

/**
 * Opens a database for this process alone and gives back what a dead process held.
 *
 * @throws StoreError `STORE_NODE_TOO_OLD`, `STORE_LOCKED`, `STORE_NEWER`, `STORE_CORRUPT`, `STORE_FULL`,
 *   `STORE_KEY_MISSING`, `STORE_KEY_WRONG`, `STORE_UNAVAILABLE`
 */
export async function openSqliteEngine(options: SqliteOptions): Promise<Engine> {
  return startEngine(await openDatabase(options.path), options);
}

/** The engine over an open database, which it closes with itself, and at once where it cannot start. */
export async function startEngine(database: DatabaseSync, options: SqliteOptions): Promise<Engine> {
  try {
    const keys = await unlock(database, options);
    const engine = new SqliteEngine(database, keys, options);
    await engine.recover();
    return engine;
  } catch (error) {
    database.close();
    throw toStoreError(error);
  }
}

/** The lock on the database is held by now, so no second process generates a key at the same time. */
async function unlock(database: DatabaseSync, options: SqliteOptions): Promise<StoreKeys> {
  const stored = readKeys(database);
  const keyFile = `${options.path}.key`;
  const secret = options.encryptionKey ?? (await readKeyFile(keyFile));
  if (stored !== null) {
    if (secret !== null) return openKeys(secret, stored);
    throw new StoreError(
      "STORE_KEY_MISSING",
      `The key file ${keyFile} of this store is missing; put it back, or set the encryption key the store was made with.`,
    );
  }
  const { stored: created, ...keys } = await createKeys(secret ?? (await createKeyFile(keyFile)));
  initialise(database, created);
  return keys;
}

class SqliteEngine implements Engine {
  readonly printKey: Buffer;
  readonly #parts: Parts;
  readonly #syncs = new Map<string, SqliteSyncStore>();

  constructor(database: DatabaseSync, keys: StoreKeys, options: SqliteOptions) {
    const { policy, now = Date.now, random = Math.random } = options;
    const tables = prepareTables(database, keys.cipher);
    const settings = new Settings(database);
    const linking = new Linking(tables);
    const lanes = new Lanes(tables, linking, policy, (sync, lane) => settings.pauseReason(sync, lane));
    const settling = new Settling(tables, linking, lanes, policy, random);
    const queue = new CommitQueue(database, tables.effects, (announcements) => this.#announce(announcements));
    this.printKey = keys.printKey;
    this.#parts = { queue, tables, linking, lanes, settling, settings, now };
  }

  recover(): Promise<void> {
    return this.#parts.queue.run(() => this.#parts.lanes.releaseAll(this.#parts.now()));
  }

  sync(key: string): SqliteSyncStore {
    const known = this.#syncs.get(key);
    if (known) return known;
    const store = new SqliteSyncStore(key, this.#parts);
    this.#syncs.set(key, store);
    return store;
  }

  close(): Promise<void> {
    return this.#parts.queue.close();
  }

  #announce(announcements: Announcement[]): void {
    for (const { sync, lane } of announcements) this.#syncs.get(sync)?.emitWork(lane);
  }
}
