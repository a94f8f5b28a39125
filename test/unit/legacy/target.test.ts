import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import should from "should";
import { createHttpClient } from "../../../lib/delivery/http";
import { parseLegacyConfig } from "../../../lib/legacy/config";
import { createLegacyTarget } from "../../../lib/legacy/target";
import type { LegacyTarget } from "../../../lib/legacy/types";
import type { Json } from "../../../lib/sync/types";

interface Call {
  line: string;
  headers: IncomingMessage["headers"];
  body: string;
}

/** What the server answers: a status, a body, or `hang`. */
type Reply = number | { status?: number; body?: Json; text?: string; headers?: Record<string, string> } | "hang";

/** No write of these tests is late. */
const LATER = Number.POSITIVE_INFINITY;

const PATHS = {
  createPath: "/users",
  updatePath: "/users/{{legacyId}}",
  deletePath: "/users/{{legacyId}}",
  readPath: "/users/{{legacyId}}",
  findPath: "/users?email={{email}}&city={{address.city}}",
};
const LENA = { legacyId: "4711", sub: null };
const NOBODY = { legacyId: null, sub: null };
const RECORD = { email: "lena+x@example.org", address: { city: "Ulm / Süd" } };

describe("legacy target", () => {
  let server: Server;
  let target: LegacyTarget | null = null;
  let reply: (call: Call) => Reply;
  let calls: Call[];
  let time: number;

  beforeEach(async () => {
    calls = [];
    time = 1_000_000;
    server = createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      const call = { line: `${request.method} ${request.url}`, headers: request.headers, body };
      calls.push(call);
      const given = reply(call);
      if (given === "hang") return;
      const { status = 200, body: json = null, text, headers } = typeof given === "number" ? { status: given } : given;
      response.writeHead(status, {
        "content-type": text === undefined ? "application/json" : "text/plain",
        ...headers,
      });
      response.end(text ?? (json === null ? "" : JSON.stringify(json)));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });

  afterEach(() => {
    target?.close();
    server.close();
    server.closeAllConnections();
  });

  function setUp(answer: Reply | ((call: Call) => Reply), raw: object = {}, credentials: object = {}): LegacyTarget {
    reply = typeof answer === "function" ? answer : () => answer;
    const { port }: AddressInfo = Object.assign({ port: 0, family: "", address: "" }, server.address());
    const base = `http://127.0.0.1:${port}`;
    const config = parseLegacyConfig(
      { baseUrl: `${base}/api/`, tokenUrl: `${base}/token`, ...PATHS, ...raw },
      credentials,
    );
    // Silent servers are waited for: the shortest time that the configuration allows is too long for a test.
    const http = createHttpClient({ ...config, timeoutMs: config.timeoutMs / 5, tls: null, proxy: null });
    target = createLegacyTarget(config, http, () => time);
    return target;
  }

  describe("create", () => {
    it("sends the record and gives the id of the answer as text", async () => {
      const made = await setUp({ status: 201, body: { id: 4711 } }).create(NOBODY, RECORD, LATER);
      should(made).eql({ legacyId: "4711" });
      should(calls[0]).containEql({ line: "POST /api/users", body: JSON.stringify(RECORD) });
    });

    const ids: [string, Json, string | null][] = [
      ["trims an id", { user: { key: " a-1 " } }, "a-1"],
      ["knows no id from an empty text", { user: { key: " " } }, null],
      ["knows no id from a fraction", { user: { key: 1.5 } }, null],
      ["knows no id from an object", { user: { key: {} } }, null],
      ["knows no id with control characters", { user: { key: "a\nb" } }, null],
      ["knows no id where the path leads nowhere", { id: 1 }, null],
      ["knows no id from an array", [{ user: { key: 1 } }], null],
    ];
    for (const [name, body, legacyId] of ids)
      it(name, async () => {
        should(await setUp({ status: 201, body }, { idPath: "user.key" }).create(NOBODY, {}, LATER)).eql({ legacyId });
      });

    it("keeps a 64-bit id exact", async () => {
      const text = '{"id":9007199254740993}';
      should(await setUp({ text }).create(NOBODY, {}, LATER)).eql({ legacyId: "9007199254740993" });
    });

    const failures: [number, string, string][] = [
      [409, "LEGACY_CONFLICT", "permanent"],
      [422, "REQUEST_UNPROCESSABLE", "permanent"],
      [404, "NOT_FOUND", "configuration"],
      [403, "FORBIDDEN", "configuration"],
      [503, "UNAVAILABLE", "transient"],
      [504, "LEGACY_GATEWAY", "unknown"],
    ];
    for (const [status, code, failure] of failures)
      it(`takes ${status} as ${failure}`, async () => {
        await should(setUp(status).create(NOBODY, {}, LATER)).rejectedWith({ code, failure, status });
      });

    it("waits as long as the target asks, in seconds or until a date", async () => {
      const date = new Date(time + 5000).toUTCString();
      for (const [header, retryAfterMs] of [
        ["7", 7000],
        [date, 5000],
      ] as const) {
        const throttled = setUp({ status: 429, headers: { "retry-after": header } }).create(NOBODY, {}, LATER);
        await should(throttled).rejectedWith({ failure: "throttled", retryAfterMs });
        target?.close();
      }
    });

    it("does not know what became of a create without an answer", async () => {
      const hanging = setUp("hang", { timeout: 1 }).create(NOBODY, {}, LATER);
      await should(hanging).rejectedWith({ code: "CALL_TIMEOUT", failure: "unknown" });
    });
  });

  describe("update and remove", () => {
    it("sends the record to the user's path, with ids encoded", async () => {
      should(await setUp(204).update({ legacyId: "a/b?c", sub: null }, { name: "Zoë" }, LATER)).equal("updated");
      should(calls[0]).containEql({ line: "PATCH /api/users/a%2Fb%3Fc", body: '{"name":"Zoë"}' });
    });

    for (const status of [404, 410])
      it(`finds the user missing at ${status}; a remove is content with that`, async () => {
        const legacy = setUp(status);
        should(await legacy.update(LENA, {}, LATER)).equal("missing");
        await legacy.remove(LENA, LATER);
        should(calls.map((call) => call.line)).eql(["PATCH /api/users/4711", "DELETE /api/users/4711"]);
      });

    it("throws what else goes wrong", async () => {
      const legacy = setUp(500);
      await should(legacy.update(LENA, {}, LATER)).rejectedWith({ code: "SERVER_ERROR", failure: "transient" });
      await should(legacy.remove(LENA, LATER)).rejectedWith({ code: "SERVER_ERROR", failure: "transient" });
    });

    it("sends nothing for a user who does not have what the path needs", async () => {
      const legacy = setUp(200);
      for (const legacyId of [null, " "])
        await should(legacy.update({ legacyId, sub: "s" }, {}, LATER)).rejectedWith({
          code: "LEGACY_PATH_EMPTY",
          failure: "permanent",
        });
      should(calls).be.empty();
    });

    it("sends nothing for an id that would lead to another path", async () => {
      const legacy = setUp(200);
      for (const legacyId of [".", "..", "\ud800"])
        await should(legacy.remove({ legacyId, sub: null }, LATER)).rejectedWith({
          code: "LEGACY_PATH_UNSAFE",
          failure: "permanent",
        });
      should(calls).be.empty();
    });

    it("says which path is not configured", async () => {
      const legacy = setUp(200, { deletePath: "", readPath: "", findPath: "" });
      should([legacy.canDelete, legacy.canRead, legacy.canFind]).eql([false, false, false]);
      await should(legacy.remove(LENA, LATER)).rejectedWith({ code: "LEGACY_PATH_MISSING", failure: "configuration" });
    });
  });

  it("sends no write after its latest start", async () => {
    const legacy = setUp(204);
    const late = Date.now() - 1;
    for (const write of [legacy.create(NOBODY, RECORD, late), legacy.update(LENA, {}, late), legacy.remove(LENA, late)])
      await should(write).rejectedWith({ code: "CALL_TOO_LATE", failure: "transient" });
    should(calls).eql([]);
  });

  describe("read", () => {
    it("gives the record", async () => {
      should(await setUp({ body: { id: 4711, tier: "gold" } }).read(LENA)).eql({ id: 4711, tier: "gold" });
      should(calls[0]?.line).equal("GET /api/users/4711");
    });

    const nobody: [string, Reply][] = [
      ["404", 404],
      ["410", 410],
      ["204", 204],
      ["an empty body", 200],
      ["null", { text: "null", headers: { "content-type": "application/json" } }],
    ];
    for (const [name, answer] of nobody)
      it(`takes ${name} as nobody`, async () => {
        should(await setUp(answer).read(LENA)).equal(null);
      });

    const nested = (depth: number) => `{"a":${"[".repeat(depth)}${"]".repeat(depth)}}`;
    const unusable: [string, Reply][] = [
      ["a page", { text: "<html>" }],
      ["an array", { body: [{ id: 1 }] }],
      ["nesting beyond reason", { text: nested(50) }],
      ["nesting beyond any stack", { text: nested(100_000) }],
    ];
    for (const [name, answer] of unusable)
      it(`refuses ${name}`, async () => {
        await should(setUp(answer).read(LENA)).rejectedWith({ code: "LEGACY_ANSWER_INVALID", failure: "permanent" });
      });

    it("accepts nesting up to the limit, and nothing that reaches into a prototype", async () => {
      should(await setUp({ text: nested(49) }).read(LENA)).be.an.Object();
      target?.close();
      const record = await setUp({ text: '{"__proto__":{"admin":true},"id":1}' }).read(LENA);
      should(record).eql({ id: 1 });
    });

    it("is simply repeated when no answer comes", async () => {
      await should(setUp("hang", { timeout: 1 }).read(LENA)).rejectedWith({
        code: "CALL_TIMEOUT",
        failure: "transient",
      });
    });
  });

  describe("find", () => {
    it("asks with fields of the record, encoded", async () => {
      should(await setUp({ body: [] }).find(NOBODY, RECORD)).eql([]);
      should(calls[0]?.line).equal("GET /api/users?email=lena%2Bx%40example.org&city=Ulm%20%2F%20S%C3%BCd");
    });

    it("gives every hit of an array, and the one of an object", async () => {
      const found = [
        { legacyId: "1", record: { id: 1 } },
        { legacyId: "2", record: { id: "2 " } },
      ];
      should(await setUp({ body: [{ id: 1 }, { id: "2 " }] }).find(NOBODY, RECORD)).eql(found);
      target?.close();
      should(await setUp({ body: { id: 1 } }).find(NOBODY, RECORD)).eql(found.slice(0, 1));
    });

    const empty: Reply[] = [404, 204, 200, { body: {} }, { body: [] }];
    for (const answer of empty)
      it(`takes ${JSON.stringify(answer)} as nobody`, async () => {
        should(await setUp(answer).find(NOBODY, RECORD)).eql([]);
      });

    for (const body of ["text", [1], [{ name: "no id" }], [[{ id: 1 }]]])
      it(`refuses ${JSON.stringify(body)}`, async () => {
        await should(setUp({ body }).find(NOBODY, RECORD)).rejectedWith({ code: "LEGACY_ANSWER_INVALID" });
      });

    it("does not ask without the fields it needs", async () => {
      await should(setUp(200).find(NOBODY, { email: "" })).rejectedWith({
        code: "LEGACY_PATH_EMPTY",
        failure: "permanent",
      });
      should(calls).be.empty();
    });
  });

  describe("authentication", () => {
    it("sends the fixed headers and the key with every call", async () => {
      const raw = { auth: "apikey", headers: { "X-Actor": "sync" } };
      await setUp(204, raw, { token: "key" }).update(LENA, {}, LATER);
      should(calls[0]?.headers).containEql({ "x-actor": "sync", "x-api-key": "key" });
    });

    const CREDENTIALS = { clientId: "client:1", clientSecret: "se cret" };
    const isToken = (call: Call) => call.line === "POST /token";
    let issued: number;
    const issue = (): Reply => {
      issued += 1;
      return { body: { access_token: `t${issued}`, expires_in: 3600 } };
    };
    beforeEach(() => {
      issued = 0;
    });

    it("fetches one token for all calls that need it, and keeps it until shortly before its end", async () => {
      const legacy = setUp((call) => (isToken(call) ? issue() : 204), { auth: "oauth2" }, CREDENTIALS);
      await Promise.all([legacy.update(LENA, {}, LATER), legacy.update(LENA, {}, LATER)]);
      time += 3_500_000;
      await legacy.update(LENA, {}, LATER);
      should(issued).equal(1);
      time += 50_000;
      await legacy.update(LENA, {}, LATER);
      should(issued).equal(2);
      const [token] = calls.filter(isToken);
      should(token?.body).equal("grant_type=client_credentials");
      const basic = Buffer.from("client%3A1:se+cret").toString("base64");
      should(token?.headers.authorization).equal(`Basic ${basic}`);
      should(calls.at(-1)?.headers.authorization).equal("Bearer t2");
    });

    it("renews a refused token once, for all calls refused with it", async () => {
      const answer = (call: Call): Reply => {
        if (isToken(call)) return issue();
        return call.headers.authorization === "Bearer t1" ? 401 : 204;
      };
      const legacy = setUp(answer, { auth: "oauth2" }, CREDENTIALS);
      should(await Promise.all([legacy.update(LENA, {}, LATER), legacy.update(LENA, {}, LATER)])).eql([
        "updated",
        "updated",
      ]);
      should(issued).equal(2);
    });

    it("gives up when the new token is refused too", async () => {
      const legacy = setUp((call) => (isToken(call) ? issue() : 401), { auth: "oauth2" }, CREDENTIALS);
      await should(legacy.update(LENA, {}, LATER)).rejectedWith({ code: "UNAUTHORIZED", failure: "configuration" });
      should(calls).have.length(4);
    });

    it("names itself in the form where the server does not know the header", async () => {
      const answer = (call: Call): Reply => {
        if (!isToken(call)) return 204;
        return call.headers.authorization ? 401 : issue();
      };
      await setUp(answer, { auth: "oauth2" }, CREDENTIALS).update(LENA, {}, LATER);
      should(calls[1]?.body).equal("grant_type=client_credentials&client_id=client%3A1&client_secret=se+cret");
    });

    const refusals: [string, Reply, string, string][] = [
      ["a refused client", 401, "LEGACY_TOKEN_REFUSED", "configuration"],
      ["an answer without a token", { body: { token: "x" } }, "LEGACY_TOKEN_REFUSED", "configuration"],
      ["a failing server", 502, "SERVER_ERROR", "transient"],
      ["a silent server", "hang", "LEGACY_TOKEN_UNREACHABLE", "transient"],
    ];
    for (const [name, answer, code, failure] of refusals)
      it(`sends nothing without a token: ${name}`, async () => {
        const raw = { auth: "oauth2", timeout: 1 };
        await should(setUp(answer, raw, CREDENTIALS).create(NOBODY, RECORD, LATER)).rejectedWith({ code, failure });
        should(calls.every(isToken)).be.true();
      });
  });
});
