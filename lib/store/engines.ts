import { resolve } from "node:path";
import { ConfigError } from "../errors";
import type { SqliteOptions } from "./sqlite/engine";
import { openThreadEngine } from "./sqlite/thread-engine";
import type { Engine } from "./types";

/** A share of an engine; the last `release` closes it. Further calls of one `release` do nothing. */
export interface AcquiredEngine {
  engine: Engine;
  release(): Promise<void>;
}

interface Entry {
  options: SqliteOptions;
  opening: Promise<Engine>;
  users: number;
  /** Set once the last user has gone; whoever comes now waits for it and opens anew. */
  closing: Promise<void> | null;
}

const entries = new Map<string, Entry>();

/**
 * The one engine of this database in this process, opened at first use. A redeploy that acquires while the former flows
 * still close waits for them.
 *
 * @throws ConfigError `STORE_OPTIONS_DIFFER`; StoreError as `openSqliteEngine`
 */
export async function acquireEngine(options: SqliteOptions): Promise<AcquiredEngine> {
  const path = resolve(options.path);
  let entry = entries.get(path);
  while (entry?.closing) {
    await entry.closing.catch(() => undefined);
    entry = entries.get(path);
  }
  if (entry === undefined) {
    entry = { options, opening: openThreadEngine({ ...options, path }), users: 0, closing: null };
    entries.set(path, entry);
  } else requireSameOptions(entry.options, options);
  entry.users += 1;
  return share(path, entry);
}

async function share(path: string, entry: Entry): Promise<AcquiredEngine> {
  let engine: Engine;
  try {
    engine = await entry.opening;
  } catch (error) {
    if (entries.get(path) === entry) entries.delete(path);
    throw error;
  }
  let released: Promise<void> | null = null;
  return {
    engine,
    release: () => {
      released ??= leave(path, entry, engine);
      return released;
    },
  };
}

async function leave(path: string, entry: Entry, engine: Engine): Promise<void> {
  entry.users -= 1;
  if (entry.users > 0) return;
  entry.closing = engine.close().finally(() => entries.delete(path));
  await entry.closing;
}

function requireSameOptions(present: SqliteOptions, wanted: SqliteOptions): void {
  const same =
    present.encryptionKey === wanted.encryptionKey &&
    present.policy.leaseSeconds === wanted.policy.leaseSeconds &&
    present.policy.maxAttempts === wanted.policy.maxAttempts;
  if (same) return;
  throw new ConfigError(
    "STORE_OPTIONS_DIFFER",
    "Two user-sync-store nodes name the same database with another encryption key, lease time or number of attempts; use one node, or make them equal.",
  );
}
