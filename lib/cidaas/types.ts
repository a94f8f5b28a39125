import type { CallError } from "../errors";
import type { JsonObject } from "../sync/types";

/**
 * A user in the one normal form of this package, whatever layout the tenant answered: account members and those of the
 * leading identity on the top level (`provider: "self"`, else the last used, else the first), custom field values
 * unwrapped. Paths of rules (`email`, `customFields.tier`, `address.locality`) are paths into this object.
 */
export interface CidaasUser extends JsonObject {
  sub: string;
  customFields: JsonObject;
  identities: JsonObject[];
  groups: JsonObject[];
  roles: string[];
}

/** The fields of the tenant's field setup by key: true where enabled. */
export type FieldSetup = ReadonlyMap<string, boolean>;

/** What became of one user of a bulk call. */
export type BulkResult =
  | { state: "CREATED" | "UPDATED"; sub: string | null }
  /** The tenant refuses this user; to be believed when it says so for the `tries`th time. */
  | { state: "FAILED"; code: string; message: string; tries: number }
  /** No result could be tied to this user: read back before anything is sent again. */
  | { state: "UNKNOWN" }
  /** The call that this user was in failed for a reason that is no user's. */
  | { state: "CALL_FAILED"; error: CallError }
  /** In no call, or only in one that was refused as a whole because of somebody: nothing is known against this user. */
  | { state: "UNSENT" };

/** The statuses that a call of its own can set (reference, section 5.5). */
export type SettableStatus = "VERIFIED" | "PENDING" | "DECLINED";

/** A profile update; null empties a member. */
export interface ProfileChange {
  /** With the `provider` of the identity that is meant. */
  userData: JsonObject;
  customFields: JsonObject;
}

/** The client of one cidaas tenant. Every method may throw a `CallError`. */
export interface Tenant {
  readonly baseUrl: string;
  /** How long one call may take. */
  readonly timeoutMs: number;

  /** The user with this sub in normal form; null when there is none (404, 204 or empty data). */
  readUser(sub: string): Promise<CidaasUser | null>;

  /**
   * Creates or updates; one result per given user, in the order given. Splits at 413, and keeps later calls to the size
   * that was taken. At 400, 417 and 507 it looks for one culprit by halving, so that only this one is FAILED; whoever was
   * not needed for that is UNSENT, and belongs into a later batch. Throws where nothing can be said of any single user
   * (401 after a renewal, 403, 404: `configuration`; 429: `throttled`; 5xx: `transient`; no answer: `unknown`).
   *
   * @param startBefore no call leaves after it, ms since the epoch; the same for the other writes
   */
  bulk(users: JsonObject[], startBefore: number): Promise<BulkResult[]>;

  /** `PATCH …/status`; a user that is gone counts as success. */
  setStatus(sub: string, status: SettableStatus, reason: string, startBefore: number): Promise<void>;

  /** `PUT /user-srv/users/{sub}`; a user that is gone counts as success. */
  updateProfile(sub: string, change: ProfileChange, startBefore: number): Promise<void>;

  /** Immediate deletion; a user already gone counts as success. */
  purge(sub: string, startBefore: number): Promise<void>;

  /** The sub of the user with this identifier (e-mail, mobile number, user name, sub); null when there is none. */
  findSub(identifier: string): Promise<string | null>;

  /**
   * Reads all users, or those updated since `updatedSince` (ms), in pages of `size`, oldest update first.
   * Index data: it may lag, so it triggers work and never decides.
   */
  readAll(options: { updatedSince?: number; size?: number }): AsyncIterable<CidaasUser[]>;

  /** The tenant's field setup; null where the client may not read it. */
  readFields(): Promise<FieldSetup | null>;

  /** Fetches a token. Throws `TENANT_UNREACHABLE` or `TENANT_REFUSED_CLIENT`, so that a person learns which of the two. */
  connect(): Promise<void>;

  close(): void;
}

/** Result of authenticating one webhook call. The reason is for the log, never for the caller. */
export type WebhookVerdict = { ok: true } | { ok: false; reason: string };

export interface WebhookRequest {
  /** Lower-case names, as Node.js gives them. */
  headers: Record<string, string | string[] | undefined>;
  query: Record<string, unknown>;
}

export interface WebhookAuthenticator {
  verify(request: WebhookRequest): Promise<WebhookVerdict>;
}

/** One accepted webhook body: what it says, with no trust in anything but the ids. */
export interface WebhookEvent {
  eventtype: string;
  /** The account concerned; null for events of groups, apps and the like. */
  sub: string | null;
  /** `createTime` in ms; null when missing or unreadable. */
  createTime: number | null;
  clientId: string | null;
}

export type ParsedWebhook = { ok: true; event: WebhookEvent } | { ok: false; reason: string };
