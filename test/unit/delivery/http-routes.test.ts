import { once } from "node:events";
import should from "should";
import { createRoutes } from "../../../lib/delivery/proxy";
import { Bench, CERTIFICATE, freePort, startProxy } from "./http-servers";

const TRUSTED = { ca: CERTIFICATE };

describe("http client over TLS", () => {
  const bench = new Bench();
  afterEach(() => bench.end());

  it("accepts the authority of the TLS configuration", async () => {
    const server = await bench.https((_request, response) => response.end("{}"));
    const answer = await bench
      .client({ tls: TRUSTED })
      .send({ method: "GET", url: `https://localhost:${server.port}/` });
    should(answer.status).equal(200);
  });

  const refusals: [string, string, object, RegExp][] = [
    ["a certificate that nobody vouches for", "localhost", {}, /self-signed/],
    ["a certificate for another host name", "127.0.0.1", TRUSTED, /another host name/],
    ["a broken certificate of our own", "localhost", { cert: "x", key: "y" }, /certificate, key or passphrase/],
  ];
  for (const [name, host, tls, sentence] of refusals)
    it(`explains ${name}`, async () => {
      const server = await bench.https((_request, response) => response.end());
      const refused = bench.client({ tls }).send({ method: "GET", url: `https://${host}:${server.port}/` });
      await should(refused).rejectedWith({ code: "TLS_REFUSED", failure: "configuration" });
      await should(refused).rejectedWith(sentence);
    });

  it("explains https to a port that speaks http", async () => {
    const server = await bench.http((_request, response) => response.end());
    const refused = bench.client().send({ method: "GET", url: `https://localhost:${server.port}/` });
    await should(refused).rejectedWith({ code: "TLS_REFUSED", failure: "configuration" });
  });
});

describe("http client through a proxy", () => {
  const bench = new Bench();
  afterEach(() => bench.end());

  it("tunnels https by CONNECT, with credentials, over kept connections", async () => {
    const server = await bench.https((request, response) => response.end(JSON.stringify(request.headers)));
    const proxy = await startProxy(bench);
    const client = bench.client({
      tls: TRUSTED,
      proxy: { url: `http://127.0.0.1:${proxy.port}`, noproxy: [], username: "user", password: "pass" },
    });
    for (const _ of [1, 2, 3]) {
      const answer = await client.send({ method: "GET", url: `https://localhost:${server.port}/` });
      should(answer.status).equal(200);
      should(answer.body).not.have.property("proxy-authorization");
    }
    should(proxy.asked).eql([`CONNECT localhost:${server.port}`]);
    should(proxy.credentials).eql([`Basic ${Buffer.from("user:pass").toString("base64")}`]);
  });

  it("checks the certificate of the host behind the tunnel", async () => {
    const server = await bench.https((_request, response) => response.end());
    const proxy = await startProxy(bench);
    const client = bench.client({ proxy: { url: `http://127.0.0.1:${proxy.port}`, noproxy: [] } });
    const refused = client.send({ method: "GET", url: `https://localhost:${server.port}/` });
    await should(refused).rejectedWith({ code: "TLS_REFUSED", failure: "configuration" });
  });

  it("asks the proxy for plain http with the whole URL", async () => {
    const server = await bench.http((_request, response) => response.end('{"ok":true}'));
    const proxy = await startProxy(bench);
    const client = bench.client({ proxy: { url: `http://us%40er:pass@127.0.0.1:${proxy.port}`, noproxy: [] } });
    const url = `http://localhost:${server.port}/users`;
    should((await client.send({ method: "GET", url })).body).eql({ ok: true });
    should(proxy.asked).eql([`GET ${url}`]);
    should(proxy.credentials).eql([`Basic ${Buffer.from("us@er:pass").toString("base64")}`]);
  });

  it("goes straight to the hosts of noproxy", async () => {
    const server = await bench.https((_request, response) => response.end());
    const proxy = await startProxy(bench);
    const client = bench.client({
      tls: TRUSTED,
      proxy: { url: `127.0.0.1:${proxy.port}`, noproxy: ["other.example", `localhost:${server.port}`] },
    });
    await client.send({ method: "GET", url: `https://localhost:${server.port}/` });
    should(proxy.asked).eql([]);
  });

  it("says that nothing was sent when the proxy is not there, or does not reach the host", async () => {
    const badGateway = await startProxy(bench, 502);
    for (const port of [await freePort(), badGateway.port]) {
      const client = bench.client({ proxy: { url: `http://127.0.0.1:${port}`, noproxy: [] } });
      const unreachable = client.send({ method: "POST", url: "https://tenant.example/" });
      await should(unreachable).rejectedWith({ code: "HOST_UNREACHABLE", failure: "transient" });
    }
  });

  it("calls a proxy that refuses our credentials a matter of configuration", async () => {
    const proxy = await startProxy(bench, 407);
    const client = bench.client({ proxy: { url: `http://127.0.0.1:${proxy.port}`, noproxy: [] } });
    const refused = client.send({ method: "GET", url: "https://tenant.example/" });
    await should(refused).rejectedWith({ code: "PROXY_REFUSED", failure: "configuration" });
  });

  it("gives up a proxy that never opens the tunnel, when the time is over or the client closes", async () => {
    const proxy = await bench.http(() => undefined);
    proxy.server.on("connect", () => undefined);
    const route = { url: `http://127.0.0.1:${proxy.port}`, noproxy: [] };
    const late = bench.client({ proxy: route, timeoutMs: 50 }).send({ method: "GET", url: "https://tenant.example/" });
    await should(late).rejectedWith({ code: "HOST_UNREACHABLE", failure: "transient" });
    const client = bench.client({ proxy: route });
    const asked = once(proxy.server, "connect");
    const given = client.send({ method: "GET", url: "https://tenant.example/" });
    const rejection = should(given).rejectedWith({ code: "CLIENT_CLOSED", failure: "transient" });
    const [, socket] = await asked;
    const closed = once(socket.resume(), "end");
    client.close();
    await Promise.all([closed, rejection]);
  });
});

describe("routes", () => {
  const routesFor = (environment: NodeJS.ProcessEnv) =>
    createRoutes({ tls: null, proxy: null, timeoutMs: 1 }, environment);
  const proxied = (environment: NodeJS.ProcessEnv, url: string) => {
    const routes = routesFor(environment);
    const { proxy, httpsAgent } = routes.to(new URL(url));
    const direct = routesFor({}).to(new URL(url));
    return proxy !== false || httpsAgent.constructor !== direct.httpsAgent.constructor;
  };

  it("follow the variable of the protocol, in small letters or capitals", () => {
    should(proxied({}, "https://a.example/")).be.false();
    should(proxied({ https_proxy: "http://proxy:3128" }, "https://a.example/")).be.true();
    should(proxied({ HTTPS_PROXY: "proxy:3128" }, "https://a.example/")).be.true();
    should(proxied({ https_proxy: "http://proxy:3128" }, "http://a.example/")).be.false();
    should(proxied({ HTTP_PROXY: "http://proxy:3128" }, "http://a.example/")).be.true();
  });

  const exemptions: [string, boolean][] = [
    ["a.example", true],
    ["b.example, a.example", true],
    [".example", true],
    ["*.example", true],
    ["*", true],
    ["A.EXAMPLE:443", true],
    ["a.example:8443", false],
    ["example", false],
    ["", false],
  ];
  for (const [list, exempt] of exemptions)
    it(`${exempt ? "pass by" : "use"} the proxy for a.example when no_proxy is "${list}"`, () => {
      should(proxied({ https_proxy: "http://proxy", no_proxy: list }, "https://a.example/")).equal(!exempt);
    });

  it("refuse a proxy address that is none, and do not repeat it", () => {
    should(() => routesFor({ http_proxy: "socks5://user:s3cr3t@proxy" })).throw(/^(?!.*s3cr3t)/, { code: "PROXY_URL" });
  });
});
