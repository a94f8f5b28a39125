import { timingSafeEqual } from "node:crypto";
import type { KitAnswer, KitRequest, Route } from "../kit/http";
import { isObject } from "./account";
import type { TenantContext } from "./answers";
import { ALL_SCOPES } from "./tokens";

/** Tokens, discovery, keys and introspection (section 4 of the interface notes). */
export function oauthRoutes(context: TenantContext): Route[] {
  return [
    { method: "POST", path: "/token-srv/token", handle: (request) => answerToken(context, request) },
    { method: "POST", path: "/token-srv/introspect", handle: ({ body }) => answerIntrospection(context, body) },
    { method: "GET", path: "/.well-known/jwks.json", handle: () => ({ status: 200, body: context.tokens.keys() }) },
    {
      method: "GET",
      path: "/.well-known/openid-configuration",
      handle: () => ({ status: 200, body: discovery(context.issuer()) }),
    },
  ];
}

async function answerToken(context: TenantContext, request: KitRequest): Promise<KitAnswer> {
  const { dials } = context.directory.dials;
  const isForm = request.headers["content-type"]?.includes("application/x-www-form-urlencoded") === true;
  if (dials.tokenEncoding === "form" && !isForm) return oauthError(415, "invalid_request", "unsupported content type");
  if (!isObject(request.body)) return oauthError(400, "invalid_request", "the body is missing");
  const { grant_type: grant, client_id: id, client_secret: secret, scope } = request.body;
  if (grant !== "client_credentials") return oauthError(400, "unsupported_grant_type", "use client_credentials");
  if (!isSame(id, context.client.id) || !isSame(secret, context.client.secret)) {
    return oauthError(401, "invalid_client", "client_id or client_secret is wrong");
  }
  const granted = dials.scopes.length > 0 ? dials.scopes : ALL_SCOPES;
  const asked = typeof scope === "string" && scope !== "" ? scope.split(" ") : granted;
  const scopes = granted.filter((name) => asked.includes(name));
  const lifetime = dials.tokenLifetime;
  const token = await context.tokens.issue({ issuer: context.issuer(), clientId: context.client.id, scopes, lifetime });
  return {
    status: 200,
    headers: { "cache-control": "no-store" },
    body: { access_token: token, token_type: "Bearer", expires_in: lifetime, sub: "ANONYMOUS" },
  };
}

function oauthError(status: number, error: string, description: string): KitAnswer {
  return { status, body: { error, error_description: description } };
}

function isSame(given: unknown, expected: string): boolean {
  if (typeof given !== "string") return false;
  const [left, right] = [Buffer.from(given), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** With scopes in the request the token counts as active only if it has all of them. */
function answerIntrospection(context: TenantContext, body: unknown): KitAnswer {
  if (!isObject(body) || typeof body.token !== "string") return oauthError(400, "invalid_request", "token is missing");
  const asked = Array.isArray(body.scopes) ? body.scopes : [];
  const issued = context.tokens.find(body.token);
  if (issued === null || asked.some((scope) => !issued.scopes.includes(scope))) {
    return { status: 200, body: { active: false } };
  }
  return { status: 200, body: context.tokens.introspect(body.token, context.issuer()) };
}

function discovery(issuer: string): Record<string, unknown> {
  return {
    issuer,
    token_endpoint: `${issuer}/token-srv/token`,
    introspection_endpoint: `${issuer}/token-srv/introspect`,
    revocation_endpoint: `${issuer}/token-srv/revoke`,
    userinfo_endpoint: `${issuer}/users-srv/userinfo`,
    authorization_endpoint: `${issuer}/authz-srv/authz`,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    grant_types_supported: ["client_credentials"],
    scopes_supported: ALL_SCOPES,
    id_token_signing_alg_values_supported: ["RS256"],
  };
}
