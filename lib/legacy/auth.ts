import { failureOf, retryAfterMs, STATUS_TABLE } from "../delivery/answers";
import type { HttpAnswer, HttpClient } from "../delivery/types";
import { CallError } from "../errors";
import { isJsonObject } from "../mapping/json";
import { basicAuthorization, type LegacyAuth } from "./config";

/** Says who we are in the headers of a call. */
export interface Authenticator {
  /** Throws a `CallError` where no token can be had; nothing was sent to the legacy system then. */
  headers(): Promise<Readonly<Record<string, string>>>;
  /** These headers were answered 401: whether `headers` now has others to try. */
  renew(refused: Readonly<Record<string, string>>): boolean;
}

type OAuth = Extract<LegacyAuth, { kind: "oauth2" }>;
/** How the client names itself: RFC 6749 asks every server to know the header, and some know only the form. */
type ClientAuthentication = "header" | "form";

/** Renewed this long before the end, or at three quarters of a short life. */
const RENEW_BEFORE_MS = 60_000;
/** For a server that does not say how long its token lives. */
const DEFAULT_LIFETIME_S = 300;

/** `now` in ms since the epoch. */
export function createAuthenticator(auth: LegacyAuth, http: HttpClient, now: () => number): Authenticator {
  if (auth.kind === "oauth2") return createOAuth(auth, http, now);
  return { headers: async () => auth.headers, renew: () => false };
}

/** Client credentials (RFC 6749, 4.4): one cached token, fetched once for all who wait for it. */
function createOAuth(auth: OAuth, http: HttpClient, now: () => number): Authenticator {
  let accepted: ClientAuthentication = "header";
  let cached: { headers: Record<string, string>; renewAt: number } | null = null;
  let fetching: Promise<Record<string, string>> | null = null;

  async function fetchToken(): Promise<Record<string, string>> {
    let answer = await requestToken(auth, accepted, http);
    if (answer.status === 400 || answer.status === 401) {
      const other = accepted === "header" ? "form" : "header";
      const second = await requestToken(auth, other, http);
      if (second.status === 200) [answer, accepted] = [second, other];
    }
    const token = tokenOf(answer);
    if (token === null) throw tokenFailure(answer, now());
    const headers = { authorization: `Bearer ${token}` };
    cached = { headers, renewAt: now() + usableMs(answer) };
    return headers;
  }

  return {
    async headers() {
      if (cached && now() < cached.renewAt) return cached.headers;
      fetching ??= fetchToken().finally(() => {
        fetching = null;
      });
      return fetching;
    },
    renew(refused) {
      if (cached?.headers === refused) cached = null;
      return true;
    },
  };
}

/** Asking for a token changes nothing, so what may have been taken is simply asked again. */
async function requestToken(auth: OAuth, as: ClientAuthentication, http: HttpClient): Promise<HttpAnswer> {
  const { clientId, clientSecret, tokenUrl: url } = auth;
  const grant = { grant_type: "client_credentials" };
  const identified =
    as === "header"
      ? { headers: { authorization: basicAuthorization(formEncode(clientId), formEncode(clientSecret)) }, form: grant }
      : { form: { ...grant, client_id: clientId, client_secret: clientSecret } };
  try {
    return await http.send({ method: "POST", url, ...identified });
  } catch (thrown) {
    if (!(thrown instanceof CallError) || thrown.failure !== "unknown") throw thrown;
    throw new CallError(
      "LEGACY_TOKEN_UNREACHABLE",
      `The token URL gave no answer (${thrown.code}); it is asked again.`,
      {
        failure: "transient",
      },
    );
  }
}

/** RFC 6749, 2.3.1: id and secret are form-encoded before they go into the header. */
function formEncode(text: string): string {
  return new URLSearchParams({ "": text }).toString().slice(1);
}

/** Only what may stand in a header line. */
function tokenOf(answer: HttpAnswer): string | null {
  if (answer.status !== 200 || !isJsonObject(answer.body)) return null;
  const token = answer.body.access_token;
  return typeof token === "string" && /^[\x21-\x7e]+$/.test(token) ? token : null;
}

function usableMs(answer: HttpAnswer): number {
  const told = isJsonObject(answer.body) ? Number(answer.body.expires_in) : Number.NaN;
  const lifetimeMs = (told > 0 && Number.isFinite(told) ? told : DEFAULT_LIFETIME_S) * 1000;
  return lifetimeMs - Math.min(RENEW_BEFORE_MS, lifetimeMs / 4);
}

function tokenFailure(answer: HttpAnswer, now: number): CallError {
  const { status } = answer;
  if (status === 429 || status >= 500) return failureOf(answer, STATUS_TABLE, now, "The token URL");
  const advice = "check token URL, client id and client secret";
  return new CallError("LEGACY_TOKEN_REFUSED", `The token URL gives out no token (HTTP ${status}); ${advice}.`, {
    failure: "configuration",
    status,
    retryAfterMs: retryAfterMs(answer.headers, now),
  });
}
