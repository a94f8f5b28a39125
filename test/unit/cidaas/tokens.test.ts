import should from "should";
import { createEndpoints } from "../../../lib/cidaas/endpoints";
import { createTokens, type Tokens } from "../../../lib/cidaas/tokens";
import { createHttpClient } from "../../../lib/delivery/http";
import type { HttpClient } from "../../../lib/delivery/types";
import { callErrorOf, HTTP_OPTIONS, type Reply, type Seen, startServer, type TestServer } from "./support";

describe("tokens", () => {
  let server: TestServer;
  let http: HttpClient;
  let clock: number;
  let answerToken: (request: Seen) => Reply;
  let answerDiscovery: () => Reply;
  let issued: number;

  const issue = (expires_in: unknown): Reply => {
    issued += 1;
    return { status: 200, body: { access_token: `t${issued}`, expires_in, token_type: "Bearer" } };
  };
  const open = (baseUrl = server.url): Tokens =>
    createTokens({
      clientId: "app",
      clientSecret: "very secret",
      endpoints: createEndpoints(baseUrl, http),
      http,
      now: () => clock,
    });
  const tokenCalls = () => server.seen.filter(({ method }) => method === "POST");

  beforeEach(async () => {
    clock = 1_000_000;
    issued = 0;
    answerToken = () => issue(3600);
    answerDiscovery = () => ({ status: 404 });
    http = createHttpClient(HTTP_OPTIONS);
    server = await startServer((request) =>
      request.path.startsWith("/.well-known/") ? answerDiscovery() : answerToken(request),
    );
  });

  afterEach(async () => {
    http.close();
    await server.close();
  });

  it("fetches one token for all who wait, as JSON with the client's credentials", async () => {
    const tokens = open();
    should(await Promise.all([tokens.get(), tokens.get(), tokens.get()])).eql(["t1", "t1", "t1"]);
    should(tokenCalls().map(({ path, body }) => ({ path, body }))).eql([
      {
        path: "/token-srv/token",
        body: { grant_type: "client_credentials", client_id: "app", client_secret: "very secret" },
      },
    ]);
  });

  it("renews a minute before the end", async () => {
    const tokens = open();
    await tokens.get();
    clock += 3_539_999;
    should(await tokens.get()).equal("t1");
    clock += 1;
    should(await tokens.get()).equal("t2");
  });

  it("renews a short-lived token less early, also when its lifetime is text", async () => {
    answerToken = () => issue("40");
    const tokens = open();
    await tokens.get();
    clock += 29_000;
    should(await tokens.get()).equal("t1");
    clock += 1_000;
    should(await tokens.get()).equal("t2");
  });

  it("renews once when many calls were refused with the same token", async () => {
    const tokens = open();
    const token = await tokens.get();
    tokens.invalidate(token);
    const renewed = tokens.get();
    tokens.invalidate(token);
    should(await renewed).equal("t2");
    tokens.invalidate(token);
    should(await tokens.get()).equal("t2");
    should(tokenCalls().length).equal(2);
  });

  it("falls back to a form at 400 or 415 and remembers what worked", async () => {
    for (const status of [400, 415]) {
      answerToken = ({ headers }) => (String(headers["content-type"]).includes("json") ? { status } : issue(3600));
      server.seen.length = 0;
      const tokens = open();
      const token = await tokens.get();
      tokens.invalidate(token);
      await tokens.get();
      const kinds = tokenCalls().map(({ headers }) => String(headers["content-type"]).includes("json"));
      should(kinds).eql([true, false, false]);
      should(tokenCalls()[1]?.body).equal("grant_type=client_credentials&client_id=app&client_secret=very+secret");
    }
  });

  it("uses the token endpoint of the discovery document, read once", async () => {
    answerDiscovery = () => ({ status: 200, body: { token_endpoint: `${server.url}/elsewhere/token` } });
    const tokens = open();
    tokens.invalidate(await tokens.get());
    await tokens.get();
    should(server.seen.map(({ path }) => path)).eql([
      "/.well-known/openid-configuration",
      "/elsewhere/token",
      "/elsewhere/token",
    ]);
  });

  it("never sends the secret to another origin", async () => {
    const thief = await startServer(() => issue(3600));
    for (const token_endpoint of [`${thief.url}/token`, "nonsense", 5]) {
      answerDiscovery = () => ({ status: 200, body: { token_endpoint } });
      await open().get();
    }
    should(thief.seen).eql([]);
    should(tokenCalls().map(({ path }) => path)).eql(Array(3).fill("/token-srv/token"));
    await thief.close();
  });

  it("asks for the discovery document again when the tenant was only busy", async () => {
    answerDiscovery = () => ({ status: 503 });
    const tokens = open();
    tokens.invalidate(await tokens.get());
    answerDiscovery = () => ({ status: 200, body: { token_endpoint: `${server.url}/elsewhere/token` } });
    await tokens.get();
    should(tokenCalls().map(({ path }) => path)).eql(["/token-srv/token", "/elsewhere/token"]);
  });

  it("says that the client is refused, without its secret", async () => {
    for (const status of [400, 401, 403]) {
      answerToken = () => ({ status, body: { error: "invalid_client", error_description: "very secret is wrong" } });
      const error = await callErrorOf(open().get());
      should(error).match({ code: "TENANT_REFUSED_CLIENT", failure: "configuration", status });
      should(error.message).not.containEql("very secret");
    }
  });

  it("says that the tenant is unreachable, and whether waiting helps", async () => {
    const cases: [Reply, string][] = [
      [{ status: 500 }, "transient"],
      [{ status: 503, headers: { "retry-after": "7" } }, "transient"],
      [{ status: 429, headers: { "retry-after": "7" } }, "throttled"],
      [{ status: 404 }, "configuration"],
      [{ status: 302, headers: { location: "https://example.org" } }, "configuration"],
      [{ status: 200, body: "<html>hotel login</html>" }, "transient"],
      [{ status: 200, body: { access_token: "a\nb" } }, "transient"],
      [{ status: 0, reset: true }, "transient"],
    ];
    for (const [reply, failure] of cases) {
      answerToken = () => reply;
      // The pause that an answer asks for holds for its client.
      http.close();
      http = createHttpClient(HTTP_OPTIONS);
      const error = await callErrorOf(open().get());
      should(error).match({ code: "TENANT_UNREACHABLE", failure });
      should(error.retryAfterMs).equal(reply.headers?.["retry-after"] ? 7000 : null);
    }
  });

  it("does not blame the client when only the second encoding met an outage", async () => {
    answerToken = ({ headers }) => ({ status: String(headers["content-type"]).includes("json") ? 415 : 503 });
    should(await callErrorOf(open().get())).match({ code: "TENANT_UNREACHABLE", failure: "transient", status: 503 });
  });

  it("says so too when nobody listens, and recovers", async () => {
    const closed = await startServer(() => ({ status: 200 }));
    await closed.close();
    should(await callErrorOf(open(closed.url).get())).match({ code: "TENANT_UNREACHABLE", failure: "transient" });
    answerToken = () => ({ status: 500 });
    const tokens = open();
    await callErrorOf(tokens.get());
    answerToken = () => issue(3600);
    should(await tokens.get()).equal("t1");
  });
});
