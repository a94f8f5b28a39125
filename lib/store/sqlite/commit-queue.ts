import type { DatabaseSync, StatementSync } from "node:sqlite";
import { setImmediate as nextTurn } from "node:timers/promises";
import { StoreError } from "../../errors";
import { trace } from "../../trace";
import { rollBack } from "./database";
import type { Announcement, Effects } from "./effects";
import { toStoreError } from "./errors";

/**
 * Bounds of one transaction, so that nobody waits long for a large one: fewer persons cost throughput, since every
 * commit waits for the disk (see `bench/store.ts`). A large operation begins a transaction of its own rather than
 * lengthen another, since its time is not known before.
 */
const MAX_PERSONS = 1_000;
const MAX_MILLISECONDS = 20;

interface Operation {
  /** How many persons it works on, as a measure of its time. */
  persons: number;
  /** Does the work; returns what resolves the caller's promise once the work is committed. */
  work(): () => void;
  reject(error: unknown): void;
}

/** Group commit: whatever was handed in since the last turn of the event loop shares one transaction and one fsync. */
export class CommitQueue {
  readonly #database: DatabaseSync;
  readonly #effects: Effects;
  readonly #onCommitted: (announcements: Announcement[]) => void;
  readonly #statements: Record<"begin" | "commit" | "savepoint" | "release" | "rollBackTo", StatementSync>;
  readonly #waiting: Operation[] = [];
  #scheduled = false;
  #closed: Promise<void> | null = null;

  constructor(database: DatabaseSync, effects: Effects, onCommitted: (announcements: Announcement[]) => void) {
    this.#database = database;
    this.#effects = effects;
    this.#onCommitted = onCommitted;
    this.#statements = {
      begin: database.prepare("BEGIN IMMEDIATE"),
      commit: database.prepare("COMMIT"),
      savepoint: database.prepare("SAVEPOINT operation"),
      release: database.prepare("RELEASE operation"),
      rollBackTo: database.prepare("ROLLBACK TO operation"),
    };
  }

  /**
   * Runs `work` as a whole or not at all, and resolves with its result after the commit.
   *
   * @param persons how many persons the work is about
   * @throws StoreError, or whatever `work` throws
   */
  run<T>(work: () => T, persons = 1): Promise<T> {
    if (this.#closed) return Promise.reject(new StoreError("STORE_CLOSED", "The store is closed; deploy again."));
    return new Promise((resolve, reject) => {
      this.#waiting.push({
        persons,
        work: () => {
          const result = work();
          return () => resolve(result);
        },
        reject,
      });
      this.#schedule();
    });
  }

  /** Takes nothing more; resolves when what was handed in before is committed. */
  close(): Promise<void> {
    this.#closed ??= this.#drain();
    return this.#closed;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      this.#flush();
      await nextTurn();
    }
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#flush();
      if (this.#waiting.length > 0) this.#schedule();
    });
  }

  /** The operations for one transaction: the first of those that wait, and those behind it that fit. */
  #nextBatch(): Operation[] {
    let persons = 0;
    const end = this.#waiting.findIndex((operation, index) => {
      persons += operation.persons;
      return index > 0 && persons > MAX_PERSONS;
    });
    return end === -1 ? [...this.#waiting] : this.#waiting.slice(0, end);
  }

  #flush(): void {
    const batch = this.#nextBatch();
    const commits: (() => void)[] = [];
    let done = 0;
    try {
      if (batch.length > 0) this.#statements.begin.run();
      const deadline = performance.now() + MAX_MILLISECONDS;
      for (const operation of batch) {
        if (done > 0 && performance.now() > deadline) break;
        done += 1;
        const commit = this.#attempt(operation);
        if (commit) commits.push(commit);
      }
      if (done === 0) return;
      this.#effects.write();
      trace("before-commit", { operations: done });
      this.#statements.commit.run();
    } catch (error) {
      rollBack(this.#database);
      this.#effects.rolledBack();
      // Those that failed alone were rejected before; a second rejection changes nothing.
      for (const operation of this.#waiting.splice(0, Math.max(1, done))) operation.reject(toStoreError(error));
      return;
    }
    trace("after-commit", { operations: done });
    this.#waiting.splice(0, done);
    const announcements = this.#effects.committed();
    for (const commit of commits) commit();
    this.#onCommitted(announcements);
  }

  /**
   * Does one operation inside its savepoint; a failure rejects it alone.
   *
   * @throws what SQLite threw, when it has rolled back the whole transaction
   */
  #attempt(operation: Operation): (() => void) | null {
    this.#statements.savepoint.run();
    try {
      const commit = operation.work();
      this.#statements.release.run();
      this.#effects.keepOperation();
      return commit;
    } catch (error) {
      this.#effects.dropOperation();
      operation.reject(toStoreError(error));
      this.#undo(error);
      return null;
    }
  }

  #undo(cause: unknown): void {
    try {
      this.#statements.rollBackTo.run();
      this.#statements.release.run();
    } catch {
      throw cause;
    }
  }
}
