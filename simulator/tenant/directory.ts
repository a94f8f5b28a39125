import type { Json } from "../../lib/sync/types";
import type { FaultyDials } from "../kit/faults";
import type { History } from "../kit/history";
import { type Account, changedValues } from "./account";
import { Accounts } from "./accounts";
import { eventBody, eventNames } from "./events";
import type { WebhookSender } from "./webhook-sender";

/** Who writes. A client's writes carry its id on events where the dial says so; a person's carry the person. */
export interface Actor {
  by: "user" | "sync" | "system";
  clientId: string | null;
}

export const USER: Actor = { by: "user", clientId: null };
const SYSTEM: Actor = { by: "system", clientId: null };

/** The one place where accounts change: each write is put into the history and fires its events. */
export class Directory {
  readonly accounts: Accounts;
  readonly dials: FaultyDials;
  readonly #trueTime: () => number;
  readonly #history: History;
  readonly #sender: WebhookSender;

  constructor(parts: { dials: FaultyDials; history: History; sender: WebhookSender; now: () => number }) {
    this.dials = parts.dials;
    this.#trueTime = parts.now;
    this.accounts = new Accounts(() => this.now());
    this.#history = parts.history;
    this.#sender = parts.sender;
  }

  /** The clock of the tenant; the history has the true time. */
  now(): number {
    return this.#trueTime() + this.dials.dials.clockOffsetMs;
  }

  /** Puts an account as if it had always been there: read at once whatever the lag, and without events. */
  seed(account: Account): void {
    this.accounts.seed(account);
    this.#record(account.sub, "created", SYSTEM, changedValues(null, account));
  }

  /**
   * Creates or replaces an account. A silent write fires no event. A person's edit without effect is none; a client's is
   * a write all the same. Returns what is stored.
   */
  put(account: Account, actor: Actor, options: { silent?: boolean } = {}): Account {
    const before = this.accounts.get(account.sub);
    const changed = changedValues(before, account);
    if (before !== null && actor.by === "user" && Object.keys(changed).length === 0) return before;
    const after = { ...account, updatedTime: this.now() };
    this.accounts.put(after);
    this.#record(after.sub, before === null ? "created" : "updated", actor, changed);
    if (options.silent !== true) this.#fire(after.sub, eventNames(before, after, changed), actor);
    return after;
  }

  /** Deletes an account for good. False when there is none. */
  remove(sub: string, actor: Actor): boolean {
    const before = this.accounts.get(sub);
    if (before === null) return false;
    this.accounts.remove(sub);
    this.#record(sub, "deleted", actor, {});
    this.#fire(sub, eventNames(before, null, {}), actor);
    return true;
  }

  /** A login changes the account without any event: the time, and a migrated hash becomes the tenant's own. */
  login(account: Account): void {
    const before = this.accounts.get(account.sub);
    this.accounts.put({ ...account, lastLoggedInTime: this.now() });
    this.#record(account.sub, "login", USER, changedValues(before, account));
  }

  /** An attempted write met an identifier of another account. */
  conflict(sub: string, actor: Actor): void {
    this.#fire(sub, ["ACCOUNT_CONFLICT"], actor);
  }

  #record(sub: string, kind: "created" | "updated" | "deleted" | "login", actor: Actor, fields: Record<string, Json>) {
    this.#history.append({ at: this.#trueTime(), system: "cidaas", id: sub, kind, by: actor.by, fields });
  }

  #fire(sub: string, names: readonly string[], actor: Actor): void {
    const { clientIdOnEvents, subOnEvents } = this.dials.dials;
    for (const name of names) {
      const clientId = clientIdOnEvents ? (actor.clientId ?? "") : "";
      const actorId = actor.by === "user" ? sub : "";
      this.#sender.emit(eventBody({ name, sub, at: this.now(), clientId, actorId, withSub: subOnEvents }));
    }
  }
}
