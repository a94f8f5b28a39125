import { ConfigReader } from "../config";

/** A checked `cidaas-tenant`. */
export interface TenantConfig {
  /** Without a slash at its end; also the issuer of the tenant's tokens. */
  baseUrl: string;
  clientId: string;
  clientSecret: string;
  timeoutMs: number;
  maxConcurrent: number;
  /** 0 = no limit of our own. */
  requestsPerSecond: number;
  /** Whether a bulk call has to carry all of a user, or only what changes. */
  bulkUpdates: "complete" | "merge";
}

/**
 * @param raw the node's properties as saved; numbers may be text
 * @param credentials the node's credentials
 * @throws ConfigError `TENANT_CONFIG`, which names every wrong field
 */
export function parseTenantConfig(raw: unknown, credentials: unknown): TenantConfig {
  const reader = new ConfigReader("cidaas-tenant", raw);
  const secrets = reader.section("credentials", credentials);
  const config: TenantConfig = {
    baseUrl: reader.url("baseUrl"),
    clientId: secrets.text("clientId"),
    clientSecret: secrets.secret("clientSecret"),
    timeoutMs: reader.number("timeout", { default: 60, min: 1, max: 3600 }) * 1000,
    maxConcurrent: reader.number("maxConcurrent", { default: 8, min: 1, max: 256, whole: true }),
    requestsPerSecond: reader.number("requestsPerSecond", { default: 0, min: 0, max: 10_000 }),
    bulkUpdates: reader.choice("bulkUpdates", ["complete", "merge"], "complete"),
  };
  reader.check("TENANT_CONFIG");
  return config;
}
