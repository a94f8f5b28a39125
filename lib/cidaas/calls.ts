import { failureOf, STATUS_TABLE, type StatusTable } from "../delivery/answers";
import type { HttpAnswer, HttpClient, HttpRequest } from "../delivery/types";
import { CallError } from "../errors";
import type { Tokens } from "./tokens";

/** One kind of call to the tenant. */
export interface TenantRequest extends Pick<HttpRequest, "method" | "body" | "kind" | "startBefore"> {
  /** From the base URL on, with `pathSegment` for what comes from outside. */
  path: string;
}

/** Calls to one tenant in the name of our client. */
export interface TenantCalls {
  /**
   * Sends with a token; a 401 renews it once and repeats. Any status is an answer.
   * Throws the `CallError`s of `HttpClient` and `createTokens`.
   */
  send(request: TenantRequest): Promise<HttpAnswer>;
  /** The error for an answer that is no success; `scope` is what our client needs for the call. */
  failure(answer: HttpAnswer, scope: string): CallError;
}

export interface CallOptions {
  baseUrl: string;
  http: HttpClient;
  tokens: Tokens;
  /** Milliseconds since the epoch. */
  now: () => number;
}

export function createCalls({ baseUrl, http, tokens, now }: CallOptions): TenantCalls {
  function sendWith(token: string, { path, ...request }: TenantRequest): Promise<HttpAnswer> {
    return http.send({ ...request, url: baseUrl + path, headers: { Authorization: `Bearer ${token}` } });
  }

  return {
    async send(request) {
      const token = await tokens.get();
      const answer = await sendWith(token, request);
      if (answer.status !== 401) return answer;
      tokens.invalidate(token);
      return sendWith(await tokens.get(), request);
    },
    failure: (answer, scope) => failureOf(answer, tableFor(scope), now(), "The tenant"),
  };
}

function tableFor(scope: string): StatusTable {
  const advice = `give our client the scope ${scope}, and the role where the tenant asks for one`;
  return {
    ...STATUS_TABLE,
    401: {
      failure: "configuration",
      code: "TENANT_UNAUTHORIZED",
      sentence: `does not accept our new token; ${advice}`,
    },
    403: { failure: "configuration", code: "TENANT_FORBIDDEN", sentence: `denies this call; ${advice}` },
    404: {
      failure: "configuration",
      code: "TENANT_ENDPOINT_MISSING",
      sentence: "does not have this endpoint; check the base URL and what stands in front of the tenant",
    },
  };
}

/**
 * An id as one segment of a path.
 *
 * @throws CallError `SUB_INVALID` (permanent) for what a URL would resolve to another path.
 */
export function pathSegment(id: string): string {
  if (id === "" || id === "." || id === "..") {
    throw new CallError("SUB_INVALID", "The sub cannot be the id of a user; correct or remove it.", {
      failure: "permanent",
    });
  }
  return encodeURIComponent(id);
}
