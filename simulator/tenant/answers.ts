import { randomUUID } from "node:crypto";
import type { KitAnswer, KitRequest } from "../kit/http";
import type { Actor, Directory } from "./directory";
import type { IssuedToken, TokenIssuer } from "./tokens";

/** What the routes of the tenant share. */
export interface TenantContext {
  directory: Directory;
  tokens: TokenIssuer;
  client: { id: string; secret: string };
  /** Base URL of the tenant, known once it listens. */
  issuer(): string;
}

/** The usual envelope of a success. */
export function success(data: unknown, status = 200): KitAnswer {
  return { status, body: { success: true, status, data } };
}

/** The usual envelope of an error. */
export function failure(status: number, message: string, code: number | string = status): KitAnswer {
  const error = {
    code,
    moreInfo: "",
    type: "SimulatedException",
    status,
    referenceNumber: randomUUID(),
    error: message,
  };
  return { status, body: { success: false, status, error } };
}

/** The wrapper in which the bulk specification shows its errors. */
export function bulkFailure(status: number, message: string): KitAnswer {
  return { status, body: { ErrorResp: { success: false, status, code: `0${status}`, error: message } } };
}

export function userNotFound(status: number): KitAnswer {
  return status === 204 ? { status } : failure(status, "user not found", 10301);
}

type Handle = (request: KitRequest, actor: Actor) => Promise<KitAnswer> | KitAnswer;

/** Lets a request pass with a valid token that has one of the scopes: 401 and 403 otherwise. No scope: any token. */
export function authorized(context: TenantContext, scopes: readonly string[], handle: Handle) {
  return (request: KitRequest): Promise<KitAnswer> | KitAnswer => {
    const token = bearerToken(context, request);
    if (token === null) return failure(401, "token is missing or invalid");
    if (scopes.length > 0 && !scopes.some((scope) => token.scopes.includes(scope))) {
      return failure(403, `scope ${scopes.join(" or ")} is missing`);
    }
    return handle(request, { by: "sync", clientId: token.clientId });
  };
}

function bearerToken(context: TenantContext, request: KitRequest): IssuedToken | null {
  const text = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
  return text === undefined ? null : context.tokens.find(text);
}
