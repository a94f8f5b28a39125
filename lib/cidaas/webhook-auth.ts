import { createHash, timingSafeEqual } from "node:crypto";
import { errors, type JWTPayload, jwtVerify } from "jose";
import type { HttpClient } from "../delivery/types";
import { ConfigError, SyncError } from "../errors";
import { createEndpoints } from "./endpoints";
import { createKeySet } from "./key-set";
import { totpCodes, totpKey } from "./totp";
import type { WebhookAuthenticator, WebhookRequest, WebhookVerdict } from "./types";

/** Public-key signatures only: with an HMAC the tenant's public key would do as the secret. */
const ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];
const LONGEST_TOKEN = 16 * 1024;
/** Between the tenant's clock and ours. */
const CLOCK_TOLERANCE_S = 10;
/** The sub of client-credentials tokens. */
const NO_USER = "ANONYMOUS";

/** How the tenant proves that a webhook is its own (reference, section 3.3). */
export type WebhookAuthConfig =
  | { auth: "apikey" | "totp"; placement: "header" | "query"; placeholder: string; secret: string }
  | { auth: "oauth2"; oauthClientId: string; requiredScopes: readonly string[] };

export interface WebhookAuthDeps {
  /** The tenant's base URL, which is the issuer of its tokens. */
  baseUrl: string;
  http: HttpClient;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/**
 * Never rejects: whatever cannot be verified is refused, with a reason that holds nothing of the credential.
 *
 * @throws ConfigError `WEBHOOK_AUTH_CONFIG` where there is nothing to compare with: that would accept everybody.
 */
export function createWebhookAuthenticator(config: WebhookAuthConfig, deps: WebhookAuthDeps): WebhookAuthenticator {
  if (config.auth === "oauth2") {
    if (config.oauthClientId === "") throw missing("oauthClientId", "the client id of the webhook's app");
    return tokenAuthenticator(config.oauthClientId, config.requiredScopes, deps);
  }
  if (config.secret === "") throw missing("secret", "the key that is set in cidaas");
  if (config.placeholder === "") throw missing("placeholder", "the name of the header or parameter");
  const key = config.auth === "totp" ? totpKey(config.secret) : null;
  return {
    async verify(request) {
      const given = placed(request, config.placement, config.placeholder);
      if (given === null) return refused(`There is no ${config.placement} ${config.placeholder}.`);
      const expected = key === null ? [config.secret] : totpCodes(key, deps.now());
      return equalsOne(given, expected) ? { ok: true } : refused("The key or code is wrong.");
    },
  };
}

function tokenAuthenticator(
  audience: string,
  scopes: readonly string[],
  { baseUrl, http, now }: WebhookAuthDeps,
): WebhookAuthenticator {
  const keys = createKeySet({ endpoints: createEndpoints(baseUrl, http), http, now });
  return {
    async verify(request) {
      const token = bearerOf(request);
      if (token === null) return refused("There is no access token.");
      try {
        const { payload } = await jwtVerify(token, keys, {
          algorithms: ALGORITHMS,
          issuer: baseUrl,
          audience,
          requiredClaims: ["exp"],
          clockTolerance: CLOCK_TOLERANCE_S,
          currentDate: new Date(now()),
        });
        return checkClaims(payload, scopes);
      } catch (thrown) {
        return refused(reasonOf(thrown));
      }
    },
  };
}

function checkClaims(payload: JWTPayload, scopes: readonly string[]): WebhookVerdict {
  if (payload.sub !== NO_USER) return refused("The access token belongs to a user, not to an app.");
  const granted: unknown = payload.scopes;
  const lacking = scopes.filter((scope) => !Array.isArray(granted) || !granted.includes(scope));
  return lacking.length === 0 ? { ok: true } : refused(`The access token lacks the scopes ${lacking.join(" ")}.`);
}

function bearerOf({ headers }: WebhookRequest): string | null {
  const bearer = /^Bearer +(\S+)$/i.exec(single(headers.authorization) ?? "")?.[1];
  const token = bearer ?? single(headers.access_token);
  return token !== null && token.length <= LONGEST_TOKEN ? token : null;
}

function placed(request: WebhookRequest, placement: "header" | "query", name: string): string | null {
  return single(placement === "header" ? request.headers[name.toLowerCase()] : request.query[name]);
}

/** A value given once; one given twice is nobody's. */
function single(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** In constant time: compares hashes, so that not even the length shows, and all of them. */
function equalsOne(given: string, expected: readonly string[]): boolean {
  const hash = digest(given);
  return expected.map((value) => timingSafeEqual(digest(value), hash)).includes(true);
}

function digest(value: string): Buffer {
  return createHash("sha256").update(value).digest();
}

/** jose's own messages may quote the token; its codes and claim names do not. */
function reasonOf(thrown: unknown): string {
  if (thrown instanceof SyncError) return thrown.message;
  if (thrown instanceof errors.JWTClaimValidationFailed || thrown instanceof errors.JWTExpired) {
    return `The access token is not accepted: claim ${thrown.claim} (${thrown.code}).`;
  }
  return `The access token is not accepted (${thrown instanceof errors.JOSEError ? thrown.code : "not verifiable"}).`;
}

function refused(reason: string): WebhookVerdict {
  return { ok: false, reason };
}

function missing(property: string, what: string): ConfigError {
  return new ConfigError("WEBHOOK_AUTH_CONFIG", `Enter ${property}: ${what}.`);
}
