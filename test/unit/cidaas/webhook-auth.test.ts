import { createHmac } from "node:crypto";
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import should from "should";
import { totpCodes, totpKey } from "../../../lib/cidaas/totp";
import type { WebhookAuthenticator, WebhookRequest } from "../../../lib/cidaas/types";
import { createWebhookAuthenticator, type WebhookAuthConfig } from "../../../lib/cidaas/webhook-auth";
import { createHttpClient } from "../../../lib/delivery/http";
import type { HttpClient } from "../../../lib/delivery/types";
import { ConfigError } from "../../../lib/errors";
import { HTTP_OPTIONS, startServer, type TestServer } from "./support";

const NOW = Date.UTC(2026, 10, 20, 9, 15, 15);

describe("webhook authentication", () => {
  let server: TestServer;
  let http: HttpClient;
  let clock: number;
  let jwks: unknown;

  beforeEach(async () => {
    clock = NOW;
    jwks = { keys: [] };
    http = createHttpClient(HTTP_OPTIONS);
    server = await startServer(({ path }) =>
      path === "/.well-known/jwks.json" ? { status: 200, body: jwks } : { status: 404 },
    );
  });
  afterEach(async () => {
    http.close();
    await server.close();
  });

  const open = (config: WebhookAuthConfig): WebhookAuthenticator =>
    createWebhookAuthenticator(config, { baseUrl: server.url, http, now: () => clock });
  const byHeader = (headers: WebhookRequest["headers"]): WebhookRequest => ({ headers, query: {} });
  const byQuery = (query: Record<string, unknown>): WebhookRequest => ({ headers: {}, query });

  describe("by key", () => {
    const header = { auth: "apikey", placement: "header", placeholder: "X-Api-Key", secret: "k-123" } as const;

    it("accepts the key in its header or its query parameter", async () => {
      should(await open(header).verify(byHeader({ "x-api-key": "k-123" }))).eql({ ok: true });
      const query = open({ ...header, placement: "query", placeholder: "api-key" });
      should(await query.verify(byQuery({ "api-key": "k-123" }))).eql({ ok: true });
    });

    it("refuses a wrong, missing, repeated or misplaced key, and does not repeat it", async () => {
      const authenticator = open(header);
      const wrong: WebhookRequest[] = [
        byHeader({ "x-api-key": "k-1234" }),
        byHeader({ "x-api-key": "" }),
        byHeader({ "x-api-key": ["k-123", "k-123"] }),
        byHeader({}),
        byQuery({ "x-api-key": "k-123", "X-Api-Key": "k-123" }),
      ];
      for (const request of wrong) {
        const verdict = await authenticator.verify(request);
        should(verdict.ok).be.false();
        should(JSON.stringify(verdict)).not.containEql("k-123");
      }
    });

    it("does not start without anything to compare with", () => {
      const configs: WebhookAuthConfig[] = [
        { ...header, secret: "" },
        { ...header, placeholder: "" },
        { auth: "oauth2", oauthClientId: "", requiredScopes: [] },
      ];
      for (const config of configs) should(() => open(config)).throw(ConfigError, { code: "WEBHOOK_AUTH_CONFIG" });
    });
  });

  describe("by time-based code", () => {
    const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    const config = { auth: "totp", placement: "header", placeholder: "x-totp", secret } as const;

    it("makes the codes of RFC 6238", () => {
      const key = Buffer.from("12345678901234567890");
      should(totpKey(secret)).eql(key);
      should(totpKey("gezd gnbv-GY3TQOJQGEZDGNBVGY3TQOJQ====")).eql(key);
      // Appendix B of the RFC, shortened from eight digits to six.
      const vectors: [number, string][] = [
        [59, "287082"],
        [1111111109, "081804"],
        [1234567890, "005924"],
        [20000000000, "353130"],
      ];
      for (const [seconds, code] of vectors) should(totpCodes(key, seconds * 1000)[1]).equal(code);
    });

    it("takes a key that is no Base32 as it is", () => {
      should(totpKey("hello-1890")).eql(Buffer.from("hello-1890"));
    });

    it("accepts a code of this step and its neighbours, more than once", async () => {
      const authenticator = open(config);
      const code = totpCodes(totpKey(secret), NOW)[1] ?? "";
      for (const shift of [0, 0, -30_000, 30_000]) {
        clock = NOW + shift;
        should(await authenticator.verify(byHeader({ "x-totp": code }))).eql({ ok: true });
      }
      for (const shift of [-60_000, 60_000]) {
        clock = NOW + shift;
        should((await authenticator.verify(byHeader({ "x-totp": code }))).ok).be.false();
      }
    });
  });

  describe("by access token", () => {
    const config = { auth: "oauth2", oauthClientId: "hook-app", requiredScopes: ["hook:send"] } as const;

    async function keyPair(kid: string) {
      const { publicKey, privateKey } = await generateKeyPair("RS256", { extractable: true });
      return { kid, publicKey, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: "RS256", use: "sig" } };
    }
    type KeyPair = Awaited<ReturnType<typeof keyPair>>;
    let key: KeyPair;
    let other: KeyPair;

    before(async () => {
      key = await keyPair("k1");
      other = await keyPair("k2");
    });
    beforeEach(() => {
      jwks = { keys: [key.jwk] };
    });

    const claims = (changed: Record<string, unknown> = {}) => ({
      iss: server.url,
      sub: "ANONYMOUS",
      aud: "hook-app",
      scopes: ["hook:send", "other"],
      exp: NOW / 1000 + 60,
      iat: NOW / 1000,
      ...changed,
    });
    const sign = (payload: object, by: KeyPair = key) =>
      new SignJWT({ ...payload }).setProtectedHeader({ alg: "RS256", kid: by.kid }).sign(by.privateKey);
    const bearer = (token: string) => byHeader({ authorization: `Bearer ${token}` });
    const keyReads = () => server.seen.filter(({ path }) => path === "/.well-known/jwks.json").length;

    it("accepts the tenant's token for our app, from either header", async () => {
      const authenticator = open(config);
      const token = await sign(claims());
      should(await authenticator.verify(bearer(token))).eql({ ok: true });
      should(await authenticator.verify(byHeader({ access_token: token }))).eql({ ok: true });
      should(await authenticator.verify(bearer(await sign(claims({ aud: ["x", "hook-app"] }))))).eql({ ok: true });
      should(keyReads()).equal(1);
    });

    it("refuses a token with a wrong claim", async () => {
      const authenticator = open(config);
      const wrong: Record<string, unknown>[] = [
        { iss: `${server.url}/` },
        { iss: "https://evil.example.org" },
        { aud: "another-app" },
        { aud: undefined },
        { exp: NOW / 1000 - 60 },
        { exp: undefined },
        { scopes: ["other"] },
        { scopes: "hook:send" },
        { scopes: undefined },
        { sub: "a-user" },
        { sub: undefined },
      ];
      for (const changed of wrong) {
        const token = await sign(claims(changed));
        const verdict = await authenticator.verify(bearer(token));
        should(verdict.ok).be.false(JSON.stringify(changed));
        should(JSON.stringify(verdict)).not.containEql(token.slice(0, 20));
      }
    });

    it("refuses a token without signature, and one signed with the public key as secret", async () => {
      const authenticator = open(config);
      should((await authenticator.verify(bearer(new UnsecuredJWT(claims()).encode()))).ok).be.false();
      const spki = await exportSPKI(key.publicKey);
      const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
      for (const secret of [spki, spki.trim(), JSON.stringify(key.jwk)]) {
        const signed = `${encode({ alg: "HS256", kid: "k1" })}.${encode(claims())}`;
        const token = `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
        should((await authenticator.verify(bearer(token))).ok).be.false();
      }
    });

    it("takes no key from the set that is not RSA", async () => {
      jwks = { keys: [{ kty: "oct", k: "c2VjcmV0", kid: "k1" }, null, "x", { kty: "RSA", n: 5 }] };
      should((await open(config).verify(bearer(await sign(claims())))).ok).be.false();
    });

    it("refuses a signature by a key that claims another one's id", async () => {
      should((await open(config).verify(bearer(await sign(claims(), { ...other, kid: "k1" })))).ok).be.false();
    });

    it("reads the keys again for an unknown key id, but not for each of them", async () => {
      const authenticator = open(config);
      await authenticator.verify(bearer(await sign(claims())));
      const rotated = await sign(claims(), other);
      clock += 31_000;
      jwks = { keys: [key.jwk, other.jwk] };
      should(await authenticator.verify(bearer(rotated))).eql({ ok: true });
      should(keyReads()).equal(2);
      const invented = await sign(claims(), { ...other, kid: "invented" });
      for (let n = 0; n < 5; n += 1) should((await authenticator.verify(bearer(invented))).ok).be.false();
      should(keyReads()).equal(2);
    });

    it("trusts a withdrawn key for a while only, and known keys while the tenant is down", async () => {
      const authenticator = open(config);
      const token = await sign(claims({ exp: NOW / 1000 + 7200 }));
      should((await authenticator.verify(bearer(token))).ok).be.true();
      clock += 11 * 60_000;
      jwks = "<html>down</html>";
      should((await authenticator.verify(bearer(token))).ok).be.true();
      clock += 60_000;
      jwks = { keys: [other.jwk] };
      should((await authenticator.verify(bearer(token))).ok).be.false();
    });

    it("refuses everything while it has no keys, and recovers", async () => {
      jwks = "<html>down</html>";
      const authenticator = open(config);
      const token = await sign(claims());
      should((await authenticator.verify(bearer(token))).ok).be.false();
      jwks = { keys: [key.jwk] };
      clock += 31_000;
      should(await authenticator.verify(bearer(token))).eql({ ok: true });
    });

    it("refuses what is no token", async () => {
      const authenticator = open(config);
      for (const text of ["", "x", "a.b.c", "x".repeat(100_000), "....", "eyJhbGciOiJSUzI1NiJ9..x"])
        should((await authenticator.verify(bearer(text))).ok).be.false();
      should((await authenticator.verify(byHeader({}))).ok).be.false();
    });
  });
});
