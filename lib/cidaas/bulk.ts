import type { HttpAnswer } from "../delivery/types";
import { CallError } from "../errors";
import type { JsonObject } from "../sync/types";
import { BulkMemory } from "./bulk-memory";
import type { TenantCalls } from "./calls";
import { refusedUser } from "./refusal";
import { tieResults } from "./results";
import type { BulkResult } from "./types";

const PATH = "/users-srv/user/bulk";
const SCOPE = "cidaas:bulk_user_create";

/** A stretch of the users of one batch. */
interface Part {
  start: number;
  end: number;
}

type Sending = "taken" | "refused" | "too large";

/** The bulk calls of one tenant; see `Tenant.bulk`. */
export function createBulk(calls: TenantCalls) {
  const memory = new BulkMemory();
  return async (users: readonly JsonObject[], startBefore: number): Promise<BulkResult[]> => {
    const batch = new Batch(calls, memory, users, startBefore);
    await batch.deliver();
    return batch.results;
  };
}

/**
 * One batch on its way. The statuses follow the reference (section 1.6). Its parts go one after the other, since two calls
 * for the same person must never be in flight together.
 */
class Batch {
  readonly results: BulkResult[];
  readonly #calls: TenantCalls;
  readonly #memory: BulkMemory;
  readonly #users: readonly JsonObject[];
  readonly #startBefore: number;

  constructor(calls: TenantCalls, memory: BulkMemory, users: readonly JsonObject[], startBefore: number) {
    this.#calls = calls;
    this.#memory = memory;
    this.#users = users;
    this.#startBefore = startBefore;
    this.results = users.map(() => ({ state: "UNSENT" }));
  }

  /** Throws only where nothing but the failure of one call is known of anybody. */
  async deliver(): Promise<void> {
    try {
      await this.#deliverAll({ start: 0, end: this.#users.length });
    } catch (thrown) {
      if (!(thrown instanceof CallError) || this.results.every(({ state }) => state === "CALL_FAILED")) throw thrown;
    }
  }

  /** All of a part, in calls as large as the tenant takes them. Resolves with whether every one was taken. */
  async #deliverAll({ start, end }: Part): Promise<boolean> {
    let all = true;
    let next = start;
    while (next < end) {
      const part = { start: next, end: Math.min(end, next + this.#memory.largest) };
      if (!(await this.#deliverOne(part))) all = false;
      next = part.end;
    }
    return all;
  }

  async #deliverOne(part: Part): Promise<boolean> {
    const sending = await this.#send(part);
    if (sending === "too large") return this.#deliverAll(part);
    if (sending === "refused" && part.end - part.start > 1) await this.#isolate(part);
    return sending === "taken";
  }

  /**
   * Finds a user for whom the tenant refused the whole part. Of two halves one is sent: if it is taken, the culprit is in
   * the other one, which is halved at once; if not, nothing is known of the other one, and it stays unsent. A user alone is
   * always sent before anything is believed of it, so that a refusal that was not one user's fault blames nobody. Each
   * step is smaller than the one before, and at its end one user at least has its own result.
   */
  async #isolate({ start, end }: Part): Promise<void> {
    const middle = Math.ceil((start + end) / 2);
    const rest = { start: middle, end };
    if (!(await this.#deliverOne({ start, end: middle }))) return;
    if (end - middle > 1) await this.#isolate(rest);
    else await this.#deliverOne(rest);
  }

  /** One call. Its results, or its failure, are kept for each of its users. */
  async #send(part: Part): Promise<Sending> {
    const users = this.#users.slice(part.start, part.end);
    try {
      const answer = await this.#calls.send({
        method: "POST",
        path: PATH,
        body: users,
        kind: "write",
        startBefore: this.#startBefore,
      });
      return this.#judge(part, users, answer);
    } catch (thrown) {
      if (thrown instanceof CallError) this.results.fill({ state: "CALL_FAILED", error: thrown }, part.start, part.end);
      throw thrown;
    }
  }

  #judge(part: Part, users: JsonObject[], answer: HttpAnswer): Sending {
    if (answer.status >= 200 && answer.status < 300) {
      this.#memory.taken(users.length);
      this.results.splice(part.start, users.length, ...tieResults(users, answer.body));
      return "taken";
    }
    const failure = this.#calls.failure(answer, SCOPE);
    if (failure.failure !== "permanent" && answer.status !== 507) throw failure;
    if (answer.status === 413) this.#memory.tooLarge(users.length);
    const [only] = users;
    if (only === undefined || users.length > 1) return answer.status === 413 ? "too large" : "refused";
    if (answer.status === 507 && !this.#memory.isOneUsers507()) throw failure;
    this.results[part.start] = refusedUser(only, { status: answer.status, body: answer.body });
    return "refused";
  }
}
