import type { FaultyDials } from "../kit/faults";
import type { LegacyDatabase, StoredEvent } from "./database";

/** Who gets the change events. */
export interface EventReceiver {
  url: string;
  /** Sent as the header `x-api-key`. */
  key: string;
}

export interface OutboxOptions {
  database: LegacyDatabase;
  faults: FaultyDials;
  receiver: EventReceiver | null;
  /** Factor on the times between repetitions. */
  timeScale: number;
}

/** Deliveries under way at once, each for another user. */
const PARALLEL = 8;
const FIRST_REPETITION_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;
/** A receiver that does not answer within this time gets the event again. */
const ANSWER_TIMEOUT_MS = 10_000;
/** With events out of order, each waits a random time of up to this. */
const REORDERING_MS = 250;

/** Events that leave one after the other: those of one user, or a single one when the order does not matter. */
interface Queue {
  events: { event: StoredEvent; dueAt: number }[];
  /** Failed deliveries of the first event. */
  failures: number;
  /** The user whose events these are; null for an event out of order. */
  userId: number | null;
}

/** Delivers the events of the outbox table until the receiver answers 2xx, in order per user. */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #queues = new Map<number, Queue>();
  readonly #ready = new Set<Queue>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #calls = new Set<AbortController>();
  readonly #deliveries = new Set<Promise<void>>();
  #receiver: EventReceiver | null;
  #pending = 0;
  #closed = false;

  /** Goes on with what an earlier run left in the table. */
  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#receiver = options.receiver;
    for (const event of options.database.events()) this.#enqueue(event, 0, false);
  }

  /** Takes a committed event on its way. False when the dials made it get lost. */
  add(event: StoredEvent): boolean {
    const { dials, random } = this.#options.faults;
    if (random.chance(dials.rateLostEvent)) {
      this.#options.database.removeEvent(event.id);
      return false;
    }
    const disorder = dials.reorderEvents ? random.next() * REORDERING_MS : 0;
    this.#enqueue(event, dials.eventDelayMs + disorder, dials.reorderEvents);
    return true;
  }

  /** Without a receiver events wait. */
  setReceiver(receiver: EventReceiver | null): void {
    this.#receiver = receiver;
    this.#pump();
  }

  /** Events not yet taken by the receiver. */
  pending(): number {
    return this.#pending;
  }

  /** Breaks off what is under way; the table keeps it for the next run. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    for (const call of this.#calls) call.abort();
    await Promise.all(this.#deliveries);
  }

  #enqueue(event: StoredEvent, delayMs: number, alone: boolean): void {
    this.#pending += 1;
    const entry = { event, dueAt: Date.now() + delayMs };
    const waiting = alone ? undefined : this.#queues.get(event.userId);
    if (waiting !== undefined) {
      waiting.events.push(entry);
      return;
    }
    const queue: Queue = { events: [entry], failures: 0, userId: alone ? null : event.userId };
    if (queue.userId !== null) this.#queues.set(queue.userId, queue);
    this.#schedule(queue, delayMs);
  }

  #schedule(queue: Queue, waitMs: number): void {
    if (this.#closed) return;
    if (waitMs > 0) {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        this.#schedule(queue, 0);
      }, waitMs);
      this.#timers.add(timer);
      return;
    }
    this.#ready.add(queue);
    this.#pump();
  }

  #pump(): void {
    for (const queue of this.#ready) {
      if (this.#closed || this.#receiver === null || this.#deliveries.size >= PARALLEL) return;
      this.#ready.delete(queue);
      const delivery = this.#deliverFirst(queue, this.#receiver).then((waitMs) => {
        this.#deliveries.delete(delivery);
        if (waitMs === null) this.#pump();
        else this.#schedule(queue, waitMs);
      });
      this.#deliveries.add(delivery);
    }
  }

  /** Delivers the first event of a queue; answers how long the queue then waits, or null when it is empty. */
  async #deliverFirst(queue: Queue, receiver: EventReceiver): Promise<number | null> {
    const { database, faults, timeScale } = this.#options;
    const first = queue.events[0];
    if (first === undefined) return null;
    const body = database.eventBody(first.event.id);
    const times = faults.random.chance(faults.dials.rateDuplicateEvent) ? 2 : 1;
    for (let sent = 0; body !== null && sent < times; sent += 1) {
      if (await this.#post(receiver, body)) continue;
      queue.failures += 1;
      return Math.min(FIRST_REPETITION_MS * 2 ** (queue.failures - 1), LONGEST_PAUSE_MS) * timeScale;
    }
    database.removeEvent(first.event.id);
    this.#pending -= 1;
    queue.failures = 0;
    queue.events.shift();
    const next = queue.events[0];
    if (next !== undefined) return Math.max(0, next.dueAt - Date.now());
    if (queue.userId !== null) this.#queues.delete(queue.userId);
    return null;
  }

  async #post(receiver: EventReceiver, body: string): Promise<boolean> {
    const call = new AbortController();
    const timer = setTimeout(() => call.abort(), ANSWER_TIMEOUT_MS);
    this.#calls.add(call);
    try {
      const response = await fetch(receiver.url, {
        method: "POST",
        headers: { "content-type": "application/json", "x-api-key": receiver.key },
        body,
        redirect: "manual",
        signal: call.signal,
      });
      // Read to its end, so that the connection can be used again.
      await response.arrayBuffer();
      return response.ok;
    } catch {
      return false;
    } finally {
      clearTimeout(timer);
      this.#calls.delete(call);
    }
  }
}
