import { randomUUID } from "node:crypto";
import { open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { syncDirectory } from "../key-file";
import { schemaVersion } from "./database";
import { bytes } from "./rows";

const NAME = "start";
/** What a backup holds in place of an id: no start has it. */
const BACKUP = "backup";

/**
 * Tells a database that was put back to an older state, or comes from another place, from the one that was last used here.
 * Each start has an id, which the database holds and a file beside it too: a copy from before that start holds another.
 */
export class StartFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Whether the database is the one that was last started here, or was never started anywhere. */
  async knows(database: DatabaseSync): Promise<boolean> {
    const id = startOf(database);
    return id === null || (await this.#read()).includes(id);
  }

  /**
   * Gives this start an id, in an order that leaves the database known at every moment of a crash. Where the file cannot be
   * written nothing changes, and the store works all the same.
   */
  async note(database: DatabaseSync): Promise<void> {
    const id = randomUUID();
    try {
      await this.#write([startOf(database) ?? id, id]);
      putStart(database, id);
      await this.#write([id]);
    } catch {
      // A full disk, or one that may not be written to: what is there still names this database.
    }
  }

  async #read(): Promise<string[]> {
    const text = await readFile(this.#path, "utf8").catch(() => "");
    return text.split("\n").filter(Boolean);
  }

  async #write(ids: readonly string[]): Promise<void> {
    const draft = `${this.#path}.${randomUUID()}`;
    try {
      const file = await open(draft, "wx", 0o600);
      try {
        await file.writeFile(`${ids.join("\n")}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, this.#path);
      await syncDirectory(dirname(this.#path));
    } finally {
      await rm(draft, { force: true });
    }
  }
}

/** Lets a copy be known as one wherever it is started. */
export function markAsBackup(database: DatabaseSync): void {
  putStart(database, BACKUP);
}

function startOf(database: DatabaseSync): string | null {
  if (schemaVersion(database) === 0) return null;
  const row = database.prepare("SELECT value FROM meta WHERE name = ?").get(NAME);
  return row === undefined ? null : Buffer.from(bytes(row, "value")).toString();
}

function putStart(database: DatabaseSync, id: string): void {
  database.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)").run(NAME, Buffer.from(id));
}
