import type { HttpClient } from "../delivery/types";
import { createBulk } from "./bulk";
import { createCalls } from "./calls";
import type { TenantConfig } from "./config";
import { createEndpoints } from "./endpoints";
import { readFields } from "./fields-setup";
import { readAll } from "./search";
import { createTokens } from "./tokens";
import type { Tenant } from "./types";
import { findSub, purge, readUser, setStatus, updateProfile } from "./users";

/**
 * The client of one tenant. All calls go through `http`, so that its limits, TLS and proxy hold for each of them.
 *
 * @param now milliseconds since the epoch
 */
export function createTenant(config: TenantConfig, http: HttpClient, now: () => number): Tenant {
  const { baseUrl, clientId, clientSecret, timeoutMs } = config;
  const tokens = createTokens({ clientId, clientSecret, endpoints: createEndpoints(baseUrl, http), http, now });
  const calls = createCalls({ baseUrl, http, tokens, now });
  return {
    baseUrl,
    timeoutMs,
    readUser: (sub) => readUser(calls, sub),
    bulk: createBulk(calls),
    setStatus: (sub, ...change) => setStatus(calls, sub, ...change),
    updateProfile: (sub, ...change) => updateProfile(calls, sub, ...change),
    purge: (sub, startBefore) => purge(calls, sub, startBefore),
    findSub: (identifier) => findSub(calls, identifier),
    readAll: (options) => readAll(calls, options),
    readFields: () => readFields(calls),
    async connect() {
      await tokens.get();
    },
    close: () => http.close(),
  };
}
