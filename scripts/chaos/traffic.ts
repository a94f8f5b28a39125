import { setTimeout as pause } from "node:timers/promises";
import { SyncError } from "../../lib/errors";
import type { RunningSimulator } from "../../simulator";
import type { Random } from "../../simulator/kit/random";
import { FIELDS } from "./fields";
import { pick } from "./scene";

/** One half of the edits meets so many users, so that edits of both sides meet each other. */
const POPULAR_USERS = 10;

/** People who edit, register, change passwords and leave on both sides. */
export class Traffic {
  edits = 0;
  /** The newest password of each legacy user who changed it, by id. */
  readonly passwords = new Map<string, string>();
  readonly #simulator: RunningSimulator;
  readonly #random: Random;
  #stopped = false;

  constructor(simulator: RunningSimulator, random: Random) {
    this.#simulator = simulator;
    this.#random = random;
  }

  /** Edits until stopped, with pauses of `spacingMs` on average. */
  async run(spacingMs: number): Promise<void> {
    while (!this.#stopped) {
      try {
        this.#edit(this.edits + 1);
      } catch (error) {
        // A system refuses, as it would a person: the user has just gone, or somebody has the address.
        if (!(error instanceof SyncError)) throw error;
      }
      this.edits += 1;
      await pause(this.#random.next() * 2 * spacingMs);
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  #edit(number: number): void {
    const { tenant, legacy } = this.#simulator;
    const dice = this.#random.integer(100);
    if (dice < 5) legacy.create({ ...newLegacy(number), tier: "silver" });
    else if (dice < 10) tenant.register(newCidaas(number));
    else if (dice < 13) this.#changePassword(number);
    else if (dice < 14) legacy.remove(this.#legacyId());
    else if (dice < 15) tenant.remove(this.#sub());
    else this.#changeField(number, dice);
  }

  #changeField(number: number, dice: number): void {
    const field = pick(this.#random, FIELDS);
    const { tenant, legacy } = this.#simulator;
    // Users register on one side and are edited there as well, so each side chooses among its own.
    if (dice < 60) legacy.edit(this.#legacyId(), field.legacy(number));
    if (dice >= 52) tenant.edit(this.#sub(), field.cidaas(number));
  }

  #changePassword(number: number): void {
    const id = this.#legacyId();
    const password = `Changed-${number}!`;
    this.#simulator.legacy.changePassword(id, password);
    this.passwords.set(id, password);
  }

  #legacyId(): string {
    return String(this.#someone(this.#simulator.legacy.snapshot()).id);
  }

  #sub(): string {
    return String(this.#someone(this.#simulator.tenant.snapshot()).sub);
  }

  #someone<T>(users: readonly T[]): T {
    if (users.length === 0) throw new SyncError("USER_UNKNOWN", "Nobody has arrived yet.");
    return pick(this.#random, this.#random.chance(0.5) ? users.slice(0, POPULAR_USERS) : users);
  }
}

function newLegacy(number: number) {
  return { email: `l${number}@example.org`, email_verified: 1, first_name: "Neu", last_name: `Legacy ${number}` };
}

function newCidaas(number: number) {
  const names = { given_name: "Neu", family_name: `Cidaas ${number}` };
  const customFields = { tier: "silver", newsletter: true };
  return { email: `c${number}@example.org`, email_verified: true, ...names, customFields };
}
