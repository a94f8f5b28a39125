import { createRemoteJWKSet, jwtVerify } from "jose";
import should from "should";
import { accessToken, closeAll, member, openTenant, requestToken, send } from "./tenant-client";

describe("the simulated tenant's tokens", () => {
  afterEach(closeAll);

  it("verify against the published keys and name the tenant, the client and nobody as user", async () => {
    const { tenant } = await openTenant();
    const discovery = await send(`${tenant.url}/.well-known/openid-configuration`, "GET");
    const keys = createRemoteJWKSet(new URL(`${member(discovery.body, "jwks_uri")}`));
    const answer = await requestToken(tenant);
    const { payload, protectedHeader } = await jwtVerify(accessToken(answer), keys, {
      issuer: tenant.url,
      audience: "simulator-client",
    });
    should(protectedHeader.alg).equal("RS256");
    should(payload.sub).equal("ANONYMOUS");
    should(payload.scopes).containEql("cidaas:bulk_user_create");
    should(member(answer.body, "expires_in")).equal(86400);
  });

  it("are given for a form as well as for JSON, unless the dial allows forms only", async () => {
    const { tenant } = await openTenant();
    tenant.setDials({ tokenEncoding: "form" });
    should((await requestToken(tenant)).status).equal(415);
    const form = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: "simulator-client",
      client_secret: "simulator-secret",
    });
    const response = await fetch(`${tenant.url}/token-srv/token`, { method: "POST", body: form });
    should(response.status).equal(200);
  });

  it("are refused for a wrong secret, another grant and a missing body", async () => {
    const { tenant } = await openTenant();
    const wrong = await requestToken(tenant, { client_secret: "other" });
    should(wrong).match({ status: 401, body: { error: "invalid_client" } });
    should((await requestToken(tenant, { grant_type: "password" })).status).equal(400);
    should((await send(`${tenant.url}/token-srv/token`, "POST")).status).equal(400);
  });

  it("no longer open anything once revoked, and introspection says so", async () => {
    const { tenant, call } = await openTenant();
    const token = accessToken(await requestToken(tenant));
    const introspect = () => send(`${tenant.url}/token-srv/introspect`, "POST", { token });
    should(await introspect()).match({ body: { active: true, client_id: "simulator-client" } });
    tenant.revokeTokens();
    should(await introspect()).match({ body: { active: false } });
    should((await call("GET", "/user-srv/users/x")).status).equal(401);
  });

  it("without the scope of an interface get 403 there and pass elsewhere", async () => {
    const { tenant, renewToken, bulk, call } = await openTenant({ dials: { scopes: ["cidaas:users_read"] } });
    should((await bulk({ email: "a@example.org" })).status).equal(403);
    should((await call("GET", "/user-srv/users/x")).status).equal(404);
    tenant.setDials({ scopes: [] });
    await renewToken();
    should((await bulk({ email: "a@example.org" })).status).equal(200);
  });
});
