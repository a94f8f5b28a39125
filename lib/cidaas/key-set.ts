import { createLocalJWKSet, errors, type JWK, type JWTVerifyGetKey } from "jose";
import type { HttpClient } from "../delivery/types";
import { CallError } from "../errors";
import { isJsonObject } from "../mapping/json";
import type { Json } from "../sync/types";
import type { Endpoints } from "./endpoints";
import { textOf } from "./json";
import { singleFlight } from "./single-flight";

/** A key that the tenant has withdrawn is trusted no longer than this. */
const MAX_AGE_MS = 10 * 60_000;
/** Between two readings, so that tokens with invented key ids cannot make us call the tenant for each of them. */
const COOLDOWN_MS = 30_000;
const READ_TIMEOUT_MS = 10_000;
const MOST_KEYS = 100;

export interface KeySetOptions {
  endpoints: Endpoints;
  http: HttpClient;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/**
 * The tenant's public keys for `jwtVerify`, read through our own client so that its TLS and proxy settings hold. An
 * unknown key id reads them again. Only RSA keys are taken, whatever else the set holds. Where the tenant cannot be
 * reached, known keys go on serving; without any it throws `CallError` `TENANT_KEYS_MISSING`.
 */
export function createKeySet({ endpoints, http, now }: KeySetOptions): JWTVerifyGetKey {
  let keys: JWTVerifyGetKey | null = null;
  let readAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;

  /** Whether there are newer keys than before. */
  const reload = singleFlight(async (): Promise<boolean> => {
    if (now() - triedAt < COOLDOWN_MS) return false;
    triedAt = now();
    const url = await endpoints.jwks();
    const answer = await http.send({ method: "GET", url, timeoutMs: READ_TIMEOUT_MS }).catch(() => null);
    const read = answer?.status === 200 ? rsaKeysOf(answer.body) : [];
    if (read.length === 0) return false;
    keys = createLocalJWKSet({ keys: read });
    readAt = now();
    return true;
  });

  return async (header, token) => {
    if (now() - readAt > MAX_AGE_MS) await reload();
    if (keys === null) {
      throw new CallError("TENANT_KEYS_MISSING", "The tenant's public keys cannot be read; check its base URL.", {
        failure: "transient",
      });
    }
    try {
      return await keys(header, token);
    } catch (thrown) {
      if (!(thrown instanceof errors.JWKSNoMatchingKey) || !(await reload())) throw thrown;
      return keys(header, token);
    }
  };
}

function rsaKeysOf(body: Json): JWK[] {
  const list = isJsonObject(body) && Array.isArray(body.keys) ? body.keys.slice(0, MOST_KEYS) : [];
  return list.flatMap((key) => {
    const [n, e] = isJsonObject(key) && key.kty === "RSA" ? [textOf(key.n), textOf(key.e)] : [null, null];
    if (!isJsonObject(key) || n === null || e === null) return [];
    const [kid, alg, use] = [textOf(key.kid), textOf(key.alg), textOf(key.use)];
    return [{ kty: "RSA", n, e, ...(kid && { kid }), ...(alg && { alg }), ...(use && { use }) }];
  });
}
