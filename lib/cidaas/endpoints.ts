import type { HttpClient } from "../delivery/types";
import { isJsonObject } from "../mapping/json";
import type { JsonObject } from "../sync/types";
import { textOf } from "./json";
import { singleFlight } from "./single-flight";

const DISCOVERY_PATH = "/.well-known/openid-configuration";
const DISCOVERY_TIMEOUT_MS = 10_000;

/** Where the tenant's OAuth endpoints lie. */
export interface Endpoints {
  token(): Promise<string>;
  jwks(): Promise<string>;
}

/**
 * Reads the URLs from the tenant's discovery document, once and at first need; where that has none, the fixed paths of
 * the reference (section 4.2) stand in. A URL that leaves the tenant's origin is not used: whoever could change the
 * document would get our client secret, or choose the keys we trust.
 */
export function createEndpoints(baseUrl: string, http: HttpClient): Endpoints {
  const origin = new URL(baseUrl).origin;
  let document: JsonObject | null = null;

  const discover = singleFlight(async (): Promise<JsonObject> => {
    if (document !== null) return document;
    const answer = await http
      .send({ method: "GET", url: baseUrl + DISCOVERY_PATH, timeoutMs: DISCOVERY_TIMEOUT_MS })
      .catch(() => null);
    // Without an answer the fixed paths serve for this time, and the call to them tells what is wrong.
    if (answer === null || answer.status === 429 || answer.status >= 500) return {};
    document = answer.status === 200 && isJsonObject(answer.body) ? answer.body : {};
    return document;
  });

  async function find(member: string, path: string): Promise<string> {
    const url = textOf((await discover())[member]) ?? "";
    return URL.canParse(url) && new URL(url).origin === origin ? url : baseUrl + path;
  }

  return {
    token: () => find("token_endpoint", "/token-srv/token"),
    jwks: () => find("jwks_uri", "/.well-known/jwks.json"),
  };
}
