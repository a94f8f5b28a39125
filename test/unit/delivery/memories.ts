import type { BulkResult, CidaasUser, Tenant } from "../../../lib/cidaas/types";
import { CallError } from "../../../lib/errors";
import type { FoundUser, LegacyIds, LegacyTarget } from "../../../lib/legacy/types";
import { isJsonObject } from "../../../lib/mapping/json";
import type { JsonObject } from "../../../lib/sync/types";

/** What a call does beside its work: before it, in its place, or once it has taken effect. */
export interface Call {
  before?(): void | Promise<void>;
  /** It takes effect, and nobody hears of it. */
  loseAnswer?: boolean;
}

const LOST = new CallError("CONNECTION_LOST", "The answer was lost.", { failure: "unknown" });

/** Lets the next write of a system be as a test wants it. */
class Dial {
  next: Call = {};

  async write<T>(effect: () => T): Promise<T> {
    const { before, loseAnswer } = this.next;
    this.next = {};
    await before?.();
    const answer = effect();
    if (loseAnswer) throw LOST;
    return answer;
  }
}

/** A legacy system in memory. Its e-mails are unique, and known to be verified. */
export class LegacyMemory extends Dial implements LegacyTarget {
  canRead = true;
  canFind = true;
  /** Members by which a user is found, all of them. */
  foundBy: readonly string[] = ["email"];
  readonly canDelete = true;
  readonly updates = "merge";
  readonly timeoutMs = 1_000;
  readonly users = new Map<string, JsonObject>();
  readonly #now: () => number;
  #lastId = 0;

  constructor(now: () => number) {
    super();
    this.#now = now;
  }

  put(id: string, members: JsonObject): void {
    this.users.set(id, { verified: true, ...this.users.get(id), ...members, id, updated: isoOf(this.#now()) });
  }

  create(_ids: LegacyIds, record: JsonObject): Promise<{ legacyId: string | null }> {
    return this.write(() => {
      if (this.#byEmail(record).length > 0) throw conflict();
      this.#lastId += 1;
      const legacyId = `${this.#lastId}`;
      this.put(legacyId, record);
      return { legacyId };
    });
  }

  update({ legacyId }: LegacyIds, record: JsonObject): Promise<"updated" | "missing"> {
    return this.write(() => {
      if (legacyId === null || !this.users.has(legacyId)) return "missing";
      this.put(legacyId, record);
      return "updated";
    });
  }

  remove({ legacyId }: LegacyIds): Promise<void> {
    return this.write(() => {
      this.users.delete(legacyId ?? "");
    });
  }

  async read({ legacyId }: LegacyIds): Promise<JsonObject | null> {
    return structuredClone(this.users.get(legacyId ?? "") ?? null);
  }

  async find(_ids: LegacyIds, record: JsonObject): Promise<FoundUser[]> {
    const isLike = (user: JsonObject) => this.foundBy.every((member) => user[member] === record[member]);
    const found = [...this.users.values()].filter(isLike);
    return found.map((user) => ({ legacyId: String(user.id), record: structuredClone(user) }));
  }

  close(): void {}

  #byEmail({ email }: JsonObject): JsonObject[] {
    return [...this.users.values()].filter((user) => user.email === email);
  }
}

/** What the legacy system says to a create whose e-mail somebody has. */
export function conflict(): CallError {
  return new CallError("LEGACY_CONFLICT", "The e-mail is taken.", { failure: "permanent", status: 409 });
}

/** A tenant in memory. */
export class TenantMemory extends Dial implements Tenant {
  readonly baseUrl = "https://tenant.invalid";
  readonly timeoutMs = 1_000;
  readonly users = new Map<string, CidaasUser>();
  bulkCalls = 0;
  readonly #now: () => number;

  constructor(now: () => number) {
    super();
    this.#now = now;
  }

  put(sub: string, members: JsonObject): void {
    const present = this.users.get(sub);
    const { customFields } = members;
    this.users.set(sub, {
      email_verified: true,
      groups: [],
      identities: [],
      userStatus: "VERIFIED",
      roles: [],
      ...present,
      ...members,
      sub,
      customFields: { ...present?.customFields, ...(isJsonObject(customFields) ? customFields : {}) },
      updatedTime: isoOf(this.#now()),
    });
  }

  bulk(bodies: JsonObject[]): Promise<BulkResult[]> {
    this.bulkCalls += 1;
    return this.write(() => bodies.map((body) => this.#upsert(body)));
  }

  #upsert(body: JsonObject): BulkResult {
    const sub = String(body.sub ?? `chosen-${this.users.size}`);
    const isTaken = [...this.users.values()].some((user) => user.sub !== sub && user.email === body.email);
    if (isTaken) return { state: "FAILED", code: "EMAIL_TAKEN", message: "The e-mail is taken.", tries: 1 };
    const state = this.users.has(sub) ? "UPDATED" : "CREATED";
    this.put(sub, body);
    return { state, sub };
  }

  async readUser(sub: string): Promise<CidaasUser | null> {
    return structuredClone(this.users.get(sub) ?? null);
  }

  async findSub(identifier: string): Promise<string | null> {
    const users = [...this.users.values()];
    return users.find((user) => [user.email, user.mobile_number].includes(identifier))?.sub ?? null;
  }

  setStatus(sub: string, userStatus: string): Promise<void> {
    return this.write(() => this.put(sub, { userStatus }));
  }

  updateProfile(sub: string, { userData }: { userData: JsonObject }): Promise<void> {
    return this.write(() => this.put(sub, userData));
  }

  purge(sub: string): Promise<void> {
    return this.write(() => {
      this.users.delete(sub);
    });
  }

  async *readAll(): AsyncIterable<CidaasUser[]> {
    yield [...this.users.values()];
  }

  async readFields(): Promise<null> {
    return null;
  }

  async connect(): Promise<void> {}

  close(): void {}
}

function isoOf(time: number): string {
  return new Date(time).toISOString();
}
