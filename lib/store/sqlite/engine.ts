import type { DatabaseSync } from "node:sqlite";
import { StoreError } from "../../errors";
import { createPrinter } from "../../sync/prints";
import { StoreCipher, type StoreKeys } from "../encryption";
import type { Engine, StorePolicy } from "../types";
import { copyDatabase } from "./backup";
import { Braking } from "./braking";
import { CommitQueue } from "./commit-queue";
import { closeDatabase, emptyLog, openDatabase, sqliteWarning } from "./database";
import type { Announcement } from "./effects";
import { toStoreError } from "./errors";
import { Forgetting } from "./forgetting";
import { unlock } from "./keys";
import { Lanes } from "./lanes";
import { Linking } from "./linking";
import { MIGRATIONS } from "./schema";
import { Settings } from "./settings";
import { Settling } from "./settling";
import { rememberSound } from "./soundness";
import { StartFile } from "./start-file";
import { type Parts, SqliteSyncStore } from "./sync-store";
import { prepareTables } from "./tables";

export interface SqliteOptions {
  /** The database file; made with its directory where it is missing. */
  path: string;
  /** Null = a generated key file `<path>.key`. */
  encryptionKey: string | null;
  /** Tried where `encryptionKey` does not open the store, which from then on only `encryptionKey` opens. */
  formerEncryptionKey?: string | null;
  policy: StorePolicy;
  now?: () => number;
  /** In place of random numbers, for tests: uniform in [0, 1). */
  random?: number;
  /** Told what an operator should know though the store works. */
  warn?: (message: string) => void;
}

/**
 * Opens a database for this process alone and gives back what a dead process held.
 *
 * @throws StoreError `STORE_NODE_TOO_OLD`, `STORE_NETWORK`, `STORE_LOCKED`, `STORE_NEWER`, `STORE_CORRUPT`,
 *   `STORE_FULL`, `STORE_KEY_MISSING`, `STORE_KEY_WRONG`, `STORE_UNAVAILABLE`
 */
export async function openSqliteEngine(options: SqliteOptions): Promise<Engine> {
  const database = await openDatabase(options.path);
  const warning = sqliteWarning(process.versions.sqlite ?? "");
  if (warning !== null) options.warn?.(warning);
  return startEngine(database, options, MIGRATIONS, new StartFile(`${options.path}.start`));
}

const RESTORED =
  "The store is not the one that was last used here, but an older copy or one from another place. Nothing in it counts as agreed any more: who differs on the two sides is left to firstContact. Hand in the legacy users changed since the copy was made.";

/**
 * The engine over an open database, which it closes with itself, and at once where it cannot start.
 *
 * @param starts tells whether the database has to be recovered first; null = it is only in memory
 */
export async function startEngine(
  database: DatabaseSync,
  options: SqliteOptions,
  migrations = MIGRATIONS,
  starts: StartFile | null = null,
): Promise<Engine> {
  try {
    const isRestored = starts !== null && !(await starts.knows(database));
    const keys = await unlock(database, options, migrations);
    const engine = new SqliteEngine(database, keys, options);
    await engine.begin(isRestored);
    await starts?.note(database);
    if (isRestored) options.warn?.(RESTORED);
    return engine;
  } catch (error) {
    database.close();
    throw toStoreError(error);
  }
}

class SqliteEngine implements Engine {
  readonly printKey: Buffer;
  readonly #database: DatabaseSync;
  readonly #path: string;
  readonly #parts: Parts;
  readonly #stop = new AbortController();
  readonly #backups = new Set<Promise<void>>();
  #closed: Promise<void> | null = null;
  readonly #syncs = new Map<string, SqliteSyncStore>();

  constructor(database: DatabaseSync, keys: StoreKeys, options: SqliteOptions) {
    this.#database = database;
    this.#path = options.path;
    const { policy, now = Date.now, random } = options;
    const tables = prepareTables(database, new StoreCipher(keys.payloadKey));
    const settings = new Settings(database);
    const linking = new Linking(tables);
    const forgetting = new Forgetting(database, tables, createPrinter(keys.printKey));
    const lanes = new Lanes(tables, linking, forgetting, policy, (sync, lane) => settings.pauseReason(sync, lane));
    const settling = new Settling(tables, linking, lanes, policy, () => random ?? Math.random());
    const queue = new CommitQueue(database, tables.effects, (announcements) => this.#announce(announcements));
    this.printKey = keys.printKey;
    this.#parts = {
      queue,
      tables,
      linking,
      forgetting,
      lanes,
      settling,
      braking: new Braking(tables, settings),
      settings,
      emptyLog: () => emptyLog(database),
      now,
    };
  }

  /** Gives back what a dead process held, and recovers all syncs of a database that was restored from a backup. */
  begin(isRestored: boolean): Promise<void> {
    const { queue, tables, lanes, forgetting, now } = this.#parts;
    return queue.run(() => {
      lanes.releaseAll(now());
      forgetting.expire(now());
      if (isRestored) for (const sync of tables.effects.syncs()) lanes.recover(sync, now());
    });
  }

  sync(key: string): SqliteSyncStore {
    const known = this.#syncs.get(key);
    if (known) return known;
    const store = new SqliteSyncStore(key, this.#parts);
    this.#syncs.set(key, store);
    return store;
  }

  async backup(path: string): Promise<void> {
    const copying = copyDatabase(this.#database, path, this.#stop.signal);
    this.#backups.add(copying);
    try {
      await copying;
    } finally {
      this.#backups.delete(copying);
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /** A backup that runs is given up: a deploy does not wait for it. */
  async #close(): Promise<void> {
    this.#stop.abort(new StoreError("STORE_CLOSED", "The store was closed during the backup; start it again."));
    await Promise.allSettled([this.#parts.queue.close(), ...this.#backups]);
    closeDatabase(this.#database);
    await rememberSound(this.#path);
  }

  #announce(announcements: Announcement[]): void {
    for (const { sync, lane } of announcements) this.#syncs.get(sync)?.emitWork(lane);
  }
}
