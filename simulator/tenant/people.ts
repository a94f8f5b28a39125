import { SyncError } from "../../lib/errors";
import type { Json, JsonObject } from "../../lib/sync/types";
import type { Account, StoredPassword } from "./account";
import { type Directory, USER } from "./directory";
import { patchAccount, registerAccount } from "./edits";
import { hashOwn, parsePasswordHash, verifyPassword } from "./passwords";
import { isCustom, verifyByService } from "./verification";

/**
 * A user to start with: members as in the flat form of the bulk interface, and `email_verified`, `createdTime` and
 * `updatedTime`; `password` is one in the clear, `password_hash_info` a migrated hash.
 */
export type CidaasSeed = JsonObject;

/** What the users of the tenant themselves do. Unknown subs and invalid values throw `USER_UNKNOWN` or `EDIT_REFUSED`. */
export class People {
  readonly #directory: Directory;
  /** Where passwords of `CUSTOM…` algorithms are verified; null: nowhere. */
  readonly #verificationUrl: string | null;

  constructor(directory: Directory, verificationUrl: string | null) {
    this.#directory = directory;
    this.#verificationUrl = verificationUrl;
  }

  /** Puts a user into the tenant without events, as if it had always been there. */
  seed(user: CidaasSeed): void {
    const account = this.#build(user);
    const createdTime = timeOf(user.createdTime, account.createdTime);
    this.#directory.seed({ ...account, createdTime, updatedTime: timeOf(user.updatedTime, createdTime) });
  }

  /** Self registration. Returns the sub. */
  register(user: CidaasSeed): string {
    return this.#directory.put(this.#build(user), USER).sub;
  }

  /** Changes what the patch names; an edit without any effect fires nothing. */
  edit(sub: string, patch: JsonObject): void {
    const account = this.#get(sub);
    this.#directory.put(patchAccount(this.#directory.accounts, account, structuredClone(patch)), USER);
  }

  changePassword(sub: string, password: string): void {
    this.#directory.put({ ...this.#get(sub), password: hashOwn(password) }, USER);
  }

  remove(sub: string): void {
    this.#directory.remove(this.#get(sub).sub, USER);
  }

  /**
   * Whether the password opens the account named by identifier or sub; its sub, or null. Only VERIFIED users can log
   * in. A migrated hash is replaced by the tenant's own. Hashes of `CUSTOM…` algorithms never match here.
   */
  login(identifier: string, password: string): string | null {
    const found = this.#withPassword(identifier);
    return found !== null && verifyPassword(found.password, password) ? this.#enter(found, password) : null;
  }

  /** `login`, for which the verification service is asked where it is needed. */
  async loginWithService(identifier: string, password: string): Promise<string | null> {
    const asked = this.#withPassword(identifier);
    if (asked === null || !isCustom(asked.password)) return this.login(identifier, password);
    if (!(await verifyByService(this.#verificationUrl, asked.password, password))) return null;
    // Meanwhile the account may have been changed, locked or deleted.
    const found = this.#withPassword(asked.sub);
    return found?.password === asked.password ? this.#enter(found, password) : null;
  }

  #withPassword(identifier: string): (Account & { password: StoredPassword }) | null {
    const account = this.#directory.accounts.findByAny(identifier);
    if (account === null || account.userStatus !== "VERIFIED" || account.password === null) return null;
    return { ...account, password: account.password };
  }

  #enter(account: Account & { password: StoredPassword }, password: string): string {
    this.#directory.login(account.password.migrated ? { ...account, password: hashOwn(password) } : account);
    return account.sub;
  }

  #build(user: CidaasSeed): Account {
    const { password, password_hash_info: info, ...members } = structuredClone(user);
    const account = registerAccount(this.#directory.accounts, members, this.#directory.now());
    if (typeof password === "string") return { ...account, password: hashOwn(password) };
    if (info === undefined) return account;
    const parsed = parsePasswordHash(info);
    if (typeof parsed === "string") throw new SyncError("EDIT_REFUSED", `Change the password: ${parsed}.`);
    return { ...account, password: parsed };
  }

  #get(sub: string): Account {
    const account = this.#directory.accounts.get(sub);
    if (account === null) throw new SyncError("USER_UNKNOWN", "Name a user that exists.");
    return account;
  }
}

function timeOf(value: Json | undefined, missing: number): number {
  if (value === undefined) return missing;
  const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time)) throw new SyncError("EDIT_REFUSED", "Give the times of a user in ISO 8601.");
  return time;
}
