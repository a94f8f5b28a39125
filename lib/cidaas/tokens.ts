import { errorDetails, retryAfterMs } from "../delivery/answers";
import type { HttpAnswer, HttpClient } from "../delivery/types";
import { CallError, type FailureClass } from "../errors";
import { isJsonObject } from "../mapping/json";
import type { Endpoints } from "./endpoints";
import { singleFlight } from "./single-flight";

/** Renewed this long before the end, or at three quarters of a short life, so that no call starts with a dying token. */
const RENEW_BEFORE_MS = 60_000;
/** For a tenant that does not say how long its token lives. */
const DEFAULT_LIFETIME_S = 300;

type Encoding = "json" | "form";

/** Access tokens of one client of the tenant (client credentials). */
export interface Tokens {
  /** A token that is good for now. Throws as `createTokens` says. */
  get(): Promise<string>;
  /** Forgets this token if it is still the present one: of many calls refused with it, one renewal follows. */
  invalidate(token: string): void;
}

export interface TokenOptions {
  clientId: string;
  clientSecret: string;
  endpoints: Endpoints;
  http: HttpClient;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/**
 * A cache of one token, fetched once for all who wait (reference, section 4.1). Its errors are `CallError`s:
 * `TENANT_REFUSED_CLIENT` (configuration) where the tenant does not accept our client, `TENANT_UNREACHABLE`
 * for all else: transient or throttled, but configuration where waiting will not help, as with a certificate or a wrong URL.
 */
export function createTokens({ clientId, clientSecret, endpoints, http, now }: TokenOptions): Tokens {
  const credentials = { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret };
  let accepted: Encoding = "json";
  let cached: { token: string; renewAt: number } | null = null;

  async function request(url: string, encoding: Encoding): Promise<HttpAnswer> {
    const content = encoding === "json" ? { body: credentials } : { form: credentials };
    try {
      return await http.send({ method: "POST", url, ...content });
    } catch (thrown) {
      throw unreachableFor(thrown);
    }
  }

  const fetch = singleFlight(async (): Promise<string> => {
    const url = await endpoints.token();
    const first = await request(url, accepted);
    const other: Encoding = accepted === "json" ? "form" : "json";
    const second = dislikesEncoding(first) ? await request(url, other) : null;
    // Where neither encoding is liked the first answer tells more about what else is wrong.
    const answer = second === null || dislikesEncoding(second) ? first : second;
    if (second?.status === 200) accepted = other;
    const token = tokenOf(answer);
    if (token === null) throw failureFor(answer, now());
    cached = { token, renewAt: now() + usableMs(answer) };
    return token;
  });

  return {
    async get() {
      return cached !== null && now() < cached.renewAt ? cached.token : fetch();
    },
    invalidate(token) {
      if (cached?.token === token) cached = null;
    },
  };
}

/** It may mean the encoding: which of the two a tenant takes is not documented. */
function dislikesEncoding({ status }: HttpAnswer): boolean {
  return status === 400 || status === 415;
}

/** Only what may stand in a header line. */
function tokenOf(answer: HttpAnswer): string | null {
  if (answer.status !== 200 || !isJsonObject(answer.body)) return null;
  const token = answer.body.access_token;
  return typeof token === "string" && /^[\x21-\x7e]+$/.test(token) ? token : null;
}

function usableMs(answer: HttpAnswer): number {
  const told = isJsonObject(answer.body) ? Number(answer.body.expires_in) : Number.NaN;
  const lifetimeMs = (Number.isFinite(told) && told > 0 ? told : DEFAULT_LIFETIME_S) * 1000;
  return lifetimeMs - Math.min(RENEW_BEFORE_MS, lifetimeMs / 4);
}

function failureFor(answer: HttpAnswer, now: number): CallError {
  const { status } = answer;
  const { code } = errorDetails(answer);
  const told = `HTTP ${status}${code === null ? "" : `, code ${code}`}`;
  if (status === 400 || status === 401 || status === 403 || status === 415) {
    return new CallError(
      "TENANT_REFUSED_CLIENT",
      `The tenant refuses our client (${told}). Check client id, client secret and that the app is NON_INTERACTIVE.`,
      { failure: "configuration", status },
    );
  }
  const [failure, advice] = unreachableAs(status);
  return new CallError("TENANT_UNREACHABLE", `The tenant gives out no token (${told}). ${advice}`, {
    failure,
    status,
    retryAfterMs: retryAfterMs(answer.headers, now),
  });
}

function unreachableAs(status: number): [FailureClass, string] {
  if (status === 429) return ["throttled", "It asks for fewer calls; they slow down."];
  if (status === 404 || (status >= 300 && status < 400)) return ["configuration", "Check the base URL."];
  if (status === 200) return ["transient", "Its answer holds none; check the base URL and what stands in front of it."];
  return ["transient", "The call is repeated."];
}

/** Asking for a token changes nothing, so an unknown outcome is only one more reason to repeat. */
function unreachableFor(thrown: unknown): unknown {
  if (!(thrown instanceof CallError)) return thrown;
  return new CallError("TENANT_UNREACHABLE", `The tenant gives out no token. ${thrown.message}`, {
    failure: thrown.failure === "unknown" ? "transient" : thrown.failure,
    retryAfterMs: thrown.retryAfterMs,
  });
}
