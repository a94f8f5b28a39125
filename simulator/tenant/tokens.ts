import { randomUUID } from "node:crypto";
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import type { JsonObject } from "../../lib/sync/types";

/** The scopes that the simulated interfaces ask for. */
export const ALL_SCOPES: readonly string[] = [
  "cidaas:bulk_user_create",
  "cidaas:users_read",
  "cidaas:users_search",
  "cidaas:users_write",
  "cidaas:users_delete",
  "cidaas:userinfo",
  "cidaas:userupdate",
  "cidaas:field_setup_read",
  "cidaas:webhook_read",
  "cidaas:webhook_write",
  "cidaas:webhook_delete",
];

/** What the tenant remembers of an access token it issued. */
export interface IssuedToken {
  clientId: string;
  scopes: string[];
  /** Milliseconds since the epoch. */
  expiresAt: number;
  issuedAt: number;
  id: string;
}

/** Issues access tokens for client credentials, signed with a key of this run, and knows which of them are valid. */
export class TokenIssuer {
  readonly #privateKey: CryptoKey;
  readonly #publicKey: JWK;
  readonly #now: () => number;
  readonly #issued = new Map<string, IssuedToken>();

  private constructor(privateKey: CryptoKey, publicKey: JWK, now: () => number) {
    this.#privateKey = privateKey;
    this.#publicKey = publicKey;
    this.#now = now;
  }

  static async create(now: () => number): Promise<TokenIssuer> {
    const { privateKey, publicKey } = await generateKeyPair("RS256");
    const exported = await exportJWK(publicKey);
    return new TokenIssuer(privateKey, { ...exported, kid: randomUUID(), alg: "RS256", use: "sig" }, now);
  }

  /** The key set as published. */
  keys(): { keys: JWK[] } {
    return { keys: [this.#publicKey] };
  }

  /** Signs a token of the client-credentials grant; it names no user. */
  async issue(request: { issuer: string; clientId: string; scopes: string[]; lifetime: number }): Promise<string> {
    const now = this.#now();
    for (const [token, { expiresAt }] of this.#issued) if (expiresAt <= now) this.#issued.delete(token);
    const issuedAt = Math.floor(now / 1000);
    const expiresAt = issuedAt + Math.floor(request.lifetime);
    const id = randomUUID();
    const token = await new SignJWT({ scopes: request.scopes, roles: [], groups: [], sid: randomUUID() })
      .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: this.#publicKey.kid ?? "" })
      .setIssuer(request.issuer)
      .setSubject("ANONYMOUS")
      .setAudience(request.clientId)
      .setIssuedAt(issuedAt)
      .setNotBefore(issuedAt)
      .setExpirationTime(expiresAt)
      .setJti(id)
      .sign(this.#privateKey);
    const { clientId, scopes } = request;
    this.#issued.set(token, { clientId, scopes, issuedAt: issuedAt * 1000, expiresAt: expiresAt * 1000, id });
    return token;
  }

  /** The token, if it was issued here and has neither run out nor been revoked. */
  find(token: string): IssuedToken | null {
    const issued = this.#issued.get(token);
    return issued !== undefined && issued.expiresAt > this.#now() ? issued : null;
  }

  /** Makes every token issued so far invalid. */
  revokeAll(): void {
    this.#issued.clear();
  }

  /** What introspection says of a token. */
  introspect(token: string, issuer: string): JsonObject {
    const issued = this.find(token);
    if (issued === null) return { active: false };
    return {
      active: true,
      iss: issuer,
      sub: "ANONYMOUS",
      aud: issued.clientId,
      client_id: issued.clientId,
      token_type: "Bearer",
      scope: issued.scopes.join(" "),
      scopes: issued.scopes,
      roles: [],
      groups: [],
      iat: issued.issuedAt / 1000,
      exp: issued.expiresAt / 1000,
      jti: issued.id,
    };
  }
}
