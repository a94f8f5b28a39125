import { MAX_LAG_MS } from "../kit/dials";
import { type Account, IDENTIFIERS, type Identity } from "./account";

interface Version {
  at: number;
  /** Null where the account did not exist. */
  account: Account | null;
}

/** All accounts of the tenant with their states of the last minute, found by sub or by what identifies a user. */
export class Accounts {
  readonly #versions = new Map<string, Version[]>();
  readonly #index = new Map<string, string>();
  readonly #now: () => number;
  #revision = 0;
  #count = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Grows with every write. */
  get revision(): number {
    return this.#revision;
  }

  get(sub: string): Account | null {
    return this.#versions.get(sub)?.at(-1)?.account ?? null;
  }

  /** The account as it was so many milliseconds ago. */
  getLagged(sub: string, lagMs: number): Account | null {
    return lagMs === 0 ? this.get(sub) : this.#stateAt(this.#versions.get(sub) ?? [], this.#now() - lagMs);
  }

  /** All accounts as they were so many milliseconds ago, in order of creation. */
  list(lagMs = 0): Account[] {
    const at = this.#now() - lagMs;
    const found: Account[] = [];
    for (const versions of this.#versions.values()) {
      const account = lagMs === 0 ? versions.at(-1)?.account : this.#stateAt(versions, at);
      if (account) found.push(account);
    }
    return found;
  }

  count(): number {
    return this.#count;
  }

  /** The account that has this identifier (`email`, `mobile_number` or `username`). */
  findBy(kind: string, value: string): Account | null {
    return this.#indexed(indexKey(kind, value));
  }

  findByProviderUser(provider: string, providerUserId: string): Account | null {
    return this.#indexed(providerKey(provider, providerUserId));
  }

  /** The account that a person would name by this text: sub, identifier, identity id or id at a provider. */
  findByAny(text: string): Account | null {
    const found = this.get(text);
    if (found !== null) return found;
    for (const kind of [...IDENTIFIERS, "identityId", "providerUserId"]) {
      const account = this.findBy(kind, text);
      if (account !== null) return account;
    }
    return null;
  }

  put(account: Account): void {
    const before = this.get(account.sub);
    if (before !== null) this.#unindex(before);
    for (const key of indexKeys(account)) this.#index.set(key, account.sub);
    this.#push(account.sub, account, this.#now());
  }

  /** Puts an account as if it had always been there. */
  seed(account: Account): void {
    for (const key of indexKeys(account)) this.#index.set(key, account.sub);
    this.#push(account.sub, account, 0);
  }

  remove(sub: string): void {
    const before = this.get(sub);
    if (before === null) return;
    this.#unindex(before);
    this.#push(sub, null, this.#now());
  }

  #indexed(key: string): Account | null {
    const sub = this.#index.get(key);
    return sub === undefined ? null : this.get(sub);
  }

  #unindex(account: Account): void {
    for (const key of indexKeys(account)) if (this.#index.get(key) === account.sub) this.#index.delete(key);
  }

  #push(sub: string, account: Account | null, at: number): void {
    const versions = this.#versions.get(sub) ?? [];
    this.#count += Number(account !== null) - Number((versions.at(-1)?.account ?? null) !== null);
    versions.push({ at, account });
    while ((versions[1]?.at ?? at) <= at - MAX_LAG_MS) versions.shift();
    this.#versions.set(sub, versions);
    this.#revision++;
  }

  #stateAt(versions: readonly Version[], at: number): Account | null {
    return versions.findLast((version) => version.at <= at)?.account ?? null;
  }
}

function indexKeys(account: Account): string[] {
  return account.identities.flatMap(identityKeys);
}

function identityKeys(identity: Identity): string[] {
  const keys = [indexKey("identityId", identity.identityId)];
  for (const kind of IDENTIFIERS) {
    const value = identity[kind];
    if (typeof value === "string" && value !== "") keys.push(indexKey(kind, value));
  }
  const { provider, providerUserId } = identity;
  if (typeof providerUserId === "string") {
    keys.push(indexKey("providerUserId", providerUserId), providerKey(provider, providerUserId));
  }
  return keys;
}

/** Identifiers compare without regard to case. */
function indexKey(kind: string, value: string): string {
  return `${kind}:${value.toLowerCase()}`;
}

function providerKey(provider: string, providerUserId: string): string {
  return `provider:${provider}:${providerUserId}`;
}
