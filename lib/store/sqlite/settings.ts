import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Lane } from "../../sync/types";
import { text } from "./rows";

/** Small settings of a sync: notes, and why a lane is paused. */
export class Settings {
  readonly #note: StatementSync;
  readonly #putNote: StatementSync;
  readonly #pause: StatementSync;
  readonly #putPause: StatementSync;
  readonly #deletePause: StatementSync;

  constructor(database: DatabaseSync) {
    this.#note = database.prepare("SELECT value FROM note WHERE sync = ? AND name = ?");
    this.#putNote = database.prepare("INSERT OR REPLACE INTO note (sync, name, value) VALUES (?, ?, ?)");
    this.#pause = database.prepare("SELECT reason FROM pause WHERE sync = ? AND lane = ?");
    this.#putPause = database.prepare("INSERT OR REPLACE INTO pause (sync, lane, reason) VALUES (?, ?, ?)");
    this.#deletePause = database.prepare("DELETE FROM pause WHERE sync = ? AND lane = ?");
  }

  note(sync: string, name: string): string | null {
    const row = this.#note.get(sync, name);
    return row === undefined ? null : text(row, "value");
  }

  putNote(sync: string, name: string, value: string): void {
    this.#putNote.run(sync, name, value);
  }

  pauseReason(sync: string, lane: Lane): string | null {
    const row = this.#pause.get(sync, lane);
    return row === undefined ? null : text(row, "reason");
  }

  putPause(sync: string, lane: Lane, reason: string | null): void {
    if (reason === null) this.#deletePause.run(sync, lane);
    else this.#putPause.run(sync, lane, reason);
  }
}
