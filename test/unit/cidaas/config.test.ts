import should from "should";
import { parseTenantConfig } from "../../../lib/cidaas/config";
import { ConfigError } from "../../../lib/errors";

const credentials = { clientId: "app", clientSecret: " secret " };

function problemOf(raw: unknown, secrets: unknown): ConfigError {
  try {
    parseTenantConfig(raw, secrets);
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown;
  }
  throw new Error("expected a ConfigError");
}

describe("parseTenantConfig", () => {
  it("completes a base URL and credentials with the defaults", () => {
    should(parseTenantConfig({ baseUrl: "https://accounts.example.org/" }, credentials)).eql({
      baseUrl: "https://accounts.example.org",
      clientId: "app",
      clientSecret: " secret ",
      timeoutMs: 60_000,
      maxConcurrent: 8,
      requestsPerSecond: 0,
      bulkUpdates: "complete",
    });
  });

  it("takes numbers that come as text", () => {
    const raw = { baseUrl: "http://localhost:1", timeout: "2.5", maxConcurrent: "3", requestsPerSecond: "0.5" };
    should(parseTenantConfig(raw, credentials)).match({ timeoutMs: 2500, maxConcurrent: 3, requestsPerSecond: 0.5 });
  });

  it("names every wrong field in one error, and no secret", () => {
    const raw = { baseUrl: "ftp://x", timeout: "soon", maxConcurrent: 0, bulkUpdates: "some" };
    const error = problemOf(raw, { clientId: "", clientSecret: `\${SECRET_VAR}` });
    should(error.code).equal("TENANT_CONFIG");
    for (const field of [
      "baseUrl",
      "timeout",
      "maxConcurrent",
      "bulkUpdates",
      "clientId",
      "clientSecret",
      "SECRET_VAR",
    ])
      should(error.message).containEql(field);
  });

  it("treats a missing configuration as one with nothing in it", () => {
    should(problemOf(undefined, null).message).containEql("baseUrl");
  });
});
