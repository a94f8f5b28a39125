import { setTimeout as pause } from "node:timers/promises";
import type { HistoryEntry, RunningSimulator } from "../../simulator";
import type { Random } from "../../simulator/kit/random";

type Side = HistoryEntry["system"];

/** A time in ms since the epoch, and a later one. */
export interface Interval {
  from: number;
  to: number;
}

interface Names {
  cidaas: string;
  legacy: string;
}

/** Each side edits a field of its own kind, so that an arrival is told from an edit. */
const FIELDS: Record<Side, Names> = {
  cidaas: { cidaas: "given_name", legacy: "first_name" },
  legacy: { cidaas: "family_name", legacy: "last_name" },
};

/** One edit of a person on one side. */
export interface LiveEdit {
  side: Side;
  /** The user on both sides. */
  ids: Names;
  value: string;
  at: number;
  /** When the other side held the value; null until then. */
  arrivedAt: number | null;
}

/** People who edit users that are on both sides, each user once, so that no edit meets another. */
export class LiveEdits {
  readonly edits: LiveEdit[] = [];
  readonly #simulator: RunningSimulator;
  readonly #random: Random;
  readonly #users: Names[] = [];
  /** By the user and field where the edit has to arrive. */
  readonly #underWay = new Map<string, LiveEdit>();
  #stopped = false;

  constructor(simulator: RunningSimulator, random: Random) {
    this.#simulator = simulator;
    this.#random = random;
  }

  /** A user is on both sides from now on. */
  loaded(sub: string, legacyId: string): void {
    this.#users.push({ cidaas: sub, legacy: legacyId });
  }

  /** The edits that have not arrived yet. */
  get underWay(): number {
    return this.#underWay.size;
  }

  /** Edits until stopped, every so many milliseconds and on either side in turn. */
  async run(everyMs: number): Promise<void> {
    let due = Date.now();
    while (!this.#stopped) {
      this.#edit(this.edits.length);
      due += everyMs;
      await pause(Math.max(0, due - Date.now()));
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Something happened to a user of one of the systems. */
  see({ system, id, by, at, fields }: HistoryEntry): void {
    if (by !== "sync") return;
    const key = `${system} ${id}`;
    const edit = this.#underWay.get(key);
    if (edit === undefined || fields[FIELDS[edit.side][system]] !== edit.value) return;
    edit.arrivedAt = at;
    this.#underWay.delete(key);
  }

  #edit(number: number): void {
    const ids = this.#drawUser();
    if (ids === null) return;
    const side = number % 2 === 0 ? "cidaas" : "legacy";
    const value = `Live ${number}`;
    const edit: LiveEdit = { side, ids, value, at: Date.now(), arrivedAt: null };
    this.edits.push(edit);
    this.#underWay.set(side === "cidaas" ? `legacy ${ids.legacy}` : `cidaas ${ids.cidaas}`, edit);
    const patch = { [FIELDS[side][side]]: value };
    if (side === "cidaas") this.#simulator.tenant.edit(ids.cidaas, patch);
    else this.#simulator.legacy.edit(ids.legacy, patch);
  }

  /** One of the users loaded so far who was not drawn before; null where there is none. */
  #drawUser(): Names | null {
    const index = this.#random.integer(this.#users.length);
    const drawn = this.#users[index];
    const last = this.#users.pop();
    if (drawn === undefined || last === undefined) return null;
    if (index < this.#users.length) this.#users[index] = last;
    return drawn;
  }
}

/** The edits that ended, by whether their life touched one of the times. */
export function parted(
  edits: readonly LiveEdit[],
  dead: readonly Interval[],
): { apart: number[]; beside: number[]; never: LiveEdit[] } {
  const result: ReturnType<typeof parted> = { apart: [], beside: [], never: [] };
  for (const edit of edits) {
    const { at, arrivedAt } = edit;
    if (arrivedAt === null) result.never.push(edit);
    else if (dead.some(({ from, to }) => at <= to && arrivedAt >= from)) result.beside.push(arrivedAt - at);
    else result.apart.push(arrivedAt - at);
  }
  return result;
}

/** The edits whose value is not on both sides. */
export function lost(edits: readonly LiveEdit[], held: Record<Side, ReadonlyMap<string, object>>): LiveEdit[] {
  const valueOn = (system: Side, { ids, side }: LiveEdit) => {
    const user = new Map<string, unknown>(Object.entries(held[system].get(ids[system]) ?? {}));
    return user.get(FIELDS[side][system]);
  };
  return edits.filter((edit) => valueOn("cidaas", edit) !== edit.value || valueOn("legacy", edit) !== edit.value);
}
