import { StoreError, SyncError } from "../../errors";
import type { Lane } from "../../sync/types";
import type { SyncStore } from "../types";
import type { SqliteOptions } from "./engine";

/*
 * What the process and the thread of an engine say to each other. Everything is plain data; what one side has to say
 * within one turn of its event loop travels as one message.
 */

/** What the thread answers. */
type Method = Exclude<keyof SyncStore, "onWork">;
type Arguments = { [M in Method]: Parameters<SyncStore[M]> };
type Results = { [M in Method]: Awaited<ReturnType<SyncStore[M]>> };
type Methods = { [M in Method]: (...args: Arguments[M]) => Promise<Results[M]> };

/** One call of a method, with its arguments. */
export type StoreCall<M extends Method = Method> = { [K in M]: { method: K; args: Arguments[K] } }[M];

export function perform<M extends Method>(store: Methods, { method, args }: StoreCall<M>): Promise<Results[M]> {
  return store[method](...args);
}

/** What opens the engine inside the thread: its options without what cannot travel. */
export interface ThreadOptions extends Omit<SqliteOptions, "now" | "warn"> {
  /** As in `Request`. */
  at: number;
  /** State of the file as this process closed it, see `soundness`; null where it has to be checked. */
  sound: string | null;
}

export interface Request {
  id: number;
  /** Time of the process's clock at the call, ms: the thread has none of its own. */
  at: number;
  what: { do: "call"; key: string; call: StoreCall } | { do: "backup"; path: string } | { do: "close" };
}

/** A failure that keeps what makes it known: class and code do not survive the way between threads. */
export interface Failure {
  kind: "StoreError" | "SyncError" | "Error";
  code: string;
  message: string;
}

/** Only whoever asked knows the type of an answer's value: `unknown` where it is given, `never` where it arrives. */
export type Answer<Value> =
  | { do: "opened"; printKey: Uint8Array }
  | { do: "refused"; failure: Failure }
  | { do: "resolve"; id: number; value: Value }
  | { do: "reject"; id: number; failure: Failure }
  | { do: "work"; key: string; lane: Lane }
  | { do: "warn"; message: string };

export function toFailure(thrown: unknown): Failure {
  if (thrown instanceof StoreError) return { kind: "StoreError", code: thrown.code, message: thrown.message };
  if (thrown instanceof SyncError) return { kind: "SyncError", code: thrown.code, message: thrown.message };
  return { kind: "Error", code: "", message: thrown instanceof Error ? thrown.message : String(thrown) };
}

export function fromFailure({ kind, code, message }: Failure): Error {
  if (kind === "StoreError") return new StoreError(code, message);
  return kind === "SyncError" ? new SyncError(code, message) : new Error(message);
}

/** Gathers what is said within one turn of the event loop, and posts it as one message. */
export class Outbox<T> {
  readonly #post: (messages: T[]) => void;
  #messages: T[] = [];

  constructor(post: (messages: T[]) => void) {
    this.#post = post;
  }

  add(message: T): void {
    this.#messages.push(message);
    if (this.#messages.length === 1) setImmediate(() => this.flush());
  }

  flush(): void {
    const messages = this.#messages;
    this.#messages = [];
    if (messages.length > 0) this.#post(messages);
  }
}
