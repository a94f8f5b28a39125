import { setTimeout as delay } from "node:timers/promises";
import { StoreError, type SyncError, toSyncError } from "../errors";
import type { SyncStore } from "../store/types";
import { Answers } from "./answers";
import { type Fingerprint, fileChanged, SourceFile } from "./file";
import { type Progress, parseProgress, Rate, sameFile } from "./progress";
import { type Batch, type ReadingSettings, RecordReader } from "./reader";

/** Users waiting in both lanes with whom a load waits: enough to keep a batcher busy until the next look. */
const FULL = 500;
const LOOK_EVERY_MS = 100;

/** While nobody answers, the batch is sent again ever more seldom. */
const LONGEST_PATIENCE = 8;

export interface LoadingOptions extends ReadingSettings {
  store: Pick<SyncStore, "getNote" | "setNote" | "status">;
  /** Absolute path of the file. */
  path: string;
  /** Whether the flow takes the events of the tenant: a load goes no faster than those that it causes. */
  takesEvents(): boolean;
  /** Records per batch. */
  count: number;
  /** Sends a batch into the flow, from where `acknowledge` is to be called with its id once its users are safe. */
  send(records: Batch["records"], id: string, fingerprint: Fingerprint): void;
  /** The records of a batch that nobody can use; told before the position behind it is kept. */
  refuse(unusable: Batch["unusable"]): void;
  /** A failure that belongs to no operation. */
  report(error: SyncError): void;
  /** There is something new to tell. */
  changed(view: LoadingView): void;
  now(): number;
  /** Ids are told apart by it from those of an earlier loading. */
  run: string;
  /** So long an answer may take, ms, before the batch is sent again. */
  patienceMs: number;
}

export type LoadingState = "idle" | "running" | "nobodyAnswers" | "paused" | "finished" | "failed";

/** What a person is told of a loading. */
export interface LoadingView {
  state: LoadingState;
  /** Code of the error that ended the loading; null unless it failed. */
  problem: string | null;
  records: number;
  unusable: number;
  /** Bytes of the file that are safe, and all of them. */
  offset: number;
  size: number;
  /** Records per second of late, and the seconds that remain; null while nothing tells. */
  perSecond: number | null;
  remaining: number | null;
}

/**
 * Loads one file into a flow: one batch is on its way at most, and the position behind it is kept in the store once the
 * flow has answered that its users are safe. What was on its way in a crash is sent again.
 */
export class Loading {
  readonly #options: LoadingOptions;
  readonly #note: string;
  readonly #answers = new Answers();
  #progress: Progress | null = null;
  #state: LoadingState = "idle";
  #rate = new Rate();
  /** Ends the present loop, which goes on as long as the kept state is `running`. */
  #stop = new AbortController();
  #looping = false;
  /** Tells the answers to this loop from those to the ones before it. */
  #loops = 0;
  #problem: string | null = null;
  #loop: Promise<void> = Promise.resolve();
  #operations: Promise<void> = Promise.resolve();
  #writing: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: LoadingOptions) {
    this.#options = options;
    this.#note = `backfill:${options.path}`;
  }

  get view(): LoadingView {
    const { records = 0, unusable = 0, position, fingerprint } = this.#progress ?? {};
    const size = fingerprint?.size ?? 0;
    const rate = this.#state === "running" ? this.#rate.of(size) : null;
    const { perSecond = null, remaining = null } = rate ?? {};
    const problem = this.#state === "failed" ? this.#problem : null;
    const offset = position?.offset ?? 0;
    return { state: this.#state, problem, records, unusable, offset, size, perSecond, remaining };
  }

  /** After a restart of the process: goes on with what was running. */
  continue(): Promise<void> {
    return this.#operate(async () => {
      const kept = await this.#kept();
      if (kept?.state === "running") await this.#begin(kept);
      else this.#show(kept?.state ?? "idle", kept);
    });
  }

  /** Begins, or goes on where it stopped. Rejects with `BACKFILL_FILE_CHANGED` and whatever opening the file tells. */
  start(): Promise<void> {
    return this.#operate(async () => {
      if (this.#looping) {
        await this.#update((progress) => (progress.state === "paused" ? { ...progress, state: "running" } : progress));
        if (this.#looping) return this.#show("running", this.#progress);
      }
      await this.#loop;
      await this.#begin(await this.#kept());
    });
  }

  /** Sends nothing more, also after a restart of the process; what is on its way may end. */
  pause(): Promise<void> {
    return this.#operate(async () => {
      this.#progress ??= await this.#kept();
      await this.#update((progress) => (progress.state === "running" ? { ...progress, state: "paused" } : progress));
      this.#show(this.#progress?.state ?? "idle", this.#progress);
    });
  }

  /** Loads the file from its beginning, whatever was loaded before. */
  restart(): Promise<void> {
    return this.#operate(async () => {
      this.#stop.abort();
      await this.#loop;
      await this.#begin(null);
    });
  }

  /** The users of this batch are safe. */
  acknowledge(id: string): void {
    this.#answers.take(id);
  }

  /** Ends without waiting for an answer. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stop.abort();
    await this.#operations;
    await this.#loop;
  }

  /** Operations run one after the other. */
  #operate(operation: () => Promise<void>): Promise<void> {
    const done = this.#operations.then(operation).catch((error: unknown) => {
      if (!this.#looping) this.#fail(toSyncError(error));
      throw error;
    });
    this.#operations = done.catch(() => {});
    return done;
  }

  async #kept(): Promise<Progress | null> {
    return parseProgress(await this.#options.store.getNote(this.#note));
  }

  async #keep(progress: Progress): Promise<void> {
    await this.#options.store.setNote(this.#note, JSON.stringify(progress));
    this.#progress = progress;
  }

  /** Changes the progress in the store; one change sees what the one before has written. */
  #update(change: (progress: Progress) => Progress): Promise<void> {
    const written = this.#writing.then(async () => {
      if (this.#progress) await this.#keep(change(this.#progress));
    });
    this.#writing = written.catch(() => {});
    return written;
  }

  #show(state: LoadingState, progress: Progress | null): void {
    this.#state = state;
    this.#progress = progress;
    this.#options.changed(this.view);
  }

  #fail({ code }: SyncError): void {
    this.#problem = code;
    this.#show("failed", this.#progress);
  }

  async #begin(kept: Progress | null): Promise<void> {
    if (this.#closed) return;
    const file = await SourceFile.open(this.#options.path);
    try {
      const { fingerprint } = file;
      if (kept && !sameFile(fingerprint, kept.fingerprint)) throw fileChanged();
      const reader = await RecordReader.of(file, this.#options);
      const begun = kept ?? { fingerprint, position: reader.first, records: 0, unusable: 0 };
      const state = kept?.state === "finished" ? "finished" : "running";
      await this.#keep({ ...begun, state });
      this.#show(state, this.#progress);
      this.#stop = new AbortController();
      if (this.#closed) this.#stop.abort();
      reader.seek(begun.position);
      this.#looping = true;
      this.#loops += 1;
      this.#loop = this.#load(file, reader, this.#stop.signal);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async #load(file: SourceFile, reader: RecordReader, signal: AbortSignal): Promise<void> {
    let patience = 1;
    this.#rate = new Rate();
    if (this.#progress) this.#rate.add(this.#options.now(), this.#progress);
    try {
      while (this.#progress?.state === "running" && !signal.aborted) {
        if (!(await this.#hasRoom(signal))) continue;
        const batch = await reader.next(this.#options.count);
        await file.checkUnchanged();
        const accepted = await this.#bring(batch, file.fingerprint, patience * this.#options.patienceMs, signal);
        if (signal.aborted) return;
        if (!accepted) reader.seek(this.#progress.position);
        patience = accepted ? 1 : Math.min(2 * patience, LONGEST_PATIENCE);
        const { state } = this.#progress;
        this.#show(accepted || state !== "running" ? state : "nobodyAnswers", this.#progress);
      }
    } catch (error) {
      const problem = toSyncError(error);
      this.#fail(problem);
      this.#options.report(problem);
    } finally {
      this.#looping = false;
      await file.close();
    }
  }

  /**
   * Whether the flow keeps up: with the users of the file, and with the events of the tenant that they cause. Else the
   * store would fill with a copy of the file, and live changes would wait behind those events. Comes back after a while
   * where it does not.
   */
  async #hasRoom(signal: AbortSignal): Promise<boolean> {
    try {
      const { lanes } = await this.#options.store.status();
      const events = lanes["to-legacy"];
      const areTaken = events.paused === false && this.#options.takesEvents();
      if (lanes["to-cidaas"].waiting + (areTaken ? events.waiting : 0) < FULL) return true;
      await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
    } catch (error) {
      await this.#standBack(error, this.#options.patienceMs, signal);
    }
    return false;
  }

  /** Waits for a store that fails; throws whatever else went wrong. */
  async #standBack(error: unknown, patienceMs: number, signal: AbortSignal): Promise<void> {
    if (!(error instanceof StoreError)) throw error;
    this.#options.report(error);
    await delay(patienceMs, undefined, { signal }).catch(() => {});
  }

  /** Resolves with whether all of the batch is safe, and the position behind it kept. */
  async #bring(batch: Batch, fingerprint: Fingerprint, patienceMs: number, signal: AbortSignal): Promise<boolean> {
    const { records, unusable, next, last } = batch;
    if (records.length > 0) {
      // A batch that is sent again keeps its id: a late answer to the first sending counts for the second.
      const id = `${this.#options.run}:${this.#loops}:${next.offset}`;
      const answered = this.#answers.wait(id, patienceMs, signal);
      if (!signal.aborted) this.#options.send(records, id, fingerprint);
      if (!(await answered)) return false;
    }
    if (unusable.length > 0) this.#options.refuse(unusable);
    try {
      await this.#update((progress) => ({
        ...progress,
        position: next,
        records: progress.records + records.length,
        unusable: progress.unusable + unusable.length,
        state: last ? "finished" : progress.state,
      }));
    } catch (error) {
      await this.#standBack(error, patienceMs, signal);
      return false;
    }
    if (this.#progress) this.#rate.add(this.#options.now(), this.#progress);
    return true;
  }
}
