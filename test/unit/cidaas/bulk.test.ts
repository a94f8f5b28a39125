import should from "should";
import type { BulkResult } from "../../../lib/cidaas/types";
import type { JsonObject } from "../../../lib/sync/types";
import { callErrorOf, openTenant, type Reply, type Seen, type TestTenant } from "./support";

const users = (n: number): JsonObject[] =>
  Array.from({ length: n }, (_, i) => ({ sub: `s${i}`, email: `u${i}@example.org`, provider: "self" }));

function subsOf({ body }: Seen): string[] {
  return Array.isArray(body) ? body.map((user: { sub: string }) => user.sub) : [];
}

const done = (request: Seen): Reply => ({
  status: 200,
  body: { process_states: subsOf(request).map((sub) => ({ sub, state: "UPDATED" })) },
});

describe("bulk", () => {
  let opened: TestTenant;
  let answer: (request: Seen) => Reply | Promise<Reply>;

  beforeEach(async () => {
    answer = done;
    opened = await openTenant((request) => answer(request));
  });
  afterEach(() => opened.close());

  const states = (results: BulkResult[]) => results.map(({ state }) => state);
  const isFailed = (result: BulkResult | undefined) => (result?.state === "FAILED" ? result : null);

  it("sends the users as they are, in one call with a token", async () => {
    const results = await opened.tenant.bulk(users(3));
    should(results).eql(["s0", "s1", "s2"].map((sub) => ({ state: "UPDATED", sub })));
    const [call] = opened.calls();
    should(call).match({ method: "POST", path: "/users-srv/user/bulk", body: users(3) });
    should(call?.headers.authorization).equal("Bearer t1");
    should(opened.calls().length).equal(1);
  });

  it("sends nothing for nobody", async () => {
    should(await opened.tenant.bulk([])).eql([]);
    should(opened.server.seen).eql([]);
  });

  it("splits at 413, never two parts at once", async () => {
    let inFlight = 0;
    let most = 0;
    answer = async (request) => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      await new Promise((resolve) => setImmediate(resolve));
      inFlight -= 1;
      return subsOf(request).length > 2 ? { status: 413 } : done(request);
    };
    should(states(await opened.tenant.bulk(users(7)))).eql(Array(7).fill("UPDATED"));
    should(most).equal(1);
  });

  it("bisects at 400, 417, 422 and 507 until only the culprit has failed", async () => {
    for (const status of [400, 417, 422, 507]) {
      answer = (request) =>
        subsOf(request).includes("s5")
          ? { status, body: { success: false, error: { code: 1, error: "field tier is no number" } } }
          : done(request);
      const results = await opened.tenant.bulk(users(8));
      should(states(results)).eql([...Array(5).fill("UPDATED"), "FAILED", "UPDATED", "UPDATED"]);
      should(isFailed(results[5])).match({
        failure: "permanent",
        code: status === 507 ? "EMAIL_INVALID" : "TENANT_FAILED_USER",
        message: /field tier is no number/,
      });
    }
  });

  it("renews the token once at 401 and repeats", async () => {
    answer = (request) => (request.headers.authorization === "Bearer t1" ? { status: 401 } : done(request));
    should(states(await opened.tenant.bulk(users(2)))).eql(["UPDATED", "UPDATED"]);
    should(opened.calls().length).equal(2);
  });

  it("shares one renewal among concurrent calls that got 401", async () => {
    answer = (request) => (request.headers.authorization === "Bearer t1" ? { status: 401 } : done(request));
    await Promise.all([1, 2, 3, 4].map((n) => opened.tenant.bulk(users(n))));
    should(opened.server.seen.filter(({ path }) => path === "/token-srv/token").length).equal(2);
  });

  it("throws what says nothing of any single user", async () => {
    const cases: [Reply, object][] = [
      [{ status: 401 }, { code: "TENANT_UNAUTHORIZED", failure: "configuration" }],
      [{ status: 403 }, { code: "TENANT_FORBIDDEN", failure: "configuration", message: /cidaas:bulk_user_create/ }],
      [{ status: 404 }, { code: "TENANT_ENDPOINT_MISSING", failure: "configuration" }],
      [
        { status: 429, headers: { "retry-after": "3" } },
        { failure: "throttled", retryAfterMs: 3000 },
      ],
      [{ status: 502 }, { failure: "transient" }],
      [{ status: 0, reset: true }, { failure: "unknown" }],
    ];
    for (const [reply, expected] of cases) {
      answer = () => reply;
      should(await callErrorOf(opened.tenant.bulk(users(4)))).match(expected);
    }
  });

  it("keeps the results of one part when another one fails", async () => {
    const cases: [Reply, string, string][] = [
      [{ status: 429 }, "throttled", "throttled"],
      [{ status: 503 }, "transient", "transient"],
      [{ status: 403 }, "configuration", "configuration"],
      [{ status: 0, reset: true }, "UNKNOWN", "transient"],
    ];
    for (const [reply, sent, unsent] of cases) {
      answer = (request) => {
        const subs = subsOf(request);
        if (subs.length > 2) return { status: 413 };
        return subs.includes("s2") ? reply : done(request);
      };
      const results = await opened.tenant.bulk(users(8));
      const became = results.map((result) => (result.state === "FAILED" ? result.failure : result.state));
      should(became).eql(["UPDATED", "UPDATED", sent, sent, ...Array(4).fill(unsent)]);
    }
  });

  it("throws when the first part fails before any result is known", async () => {
    answer = (request) => (subsOf(request).length > 2 ? { status: 413 } : { status: 503 });
    should(await callErrorOf(opened.tenant.bulk(users(4)))).match({ failure: "transient", status: 503 });
    should(opened.calls().length).equal(2);
  });

  it("believes nothing of an answer that is no list of results", async () => {
    for (const body of ["<html>", {}, undefined]) {
      answer = () => ({ status: 200, body });
      should(states(await opened.tenant.bulk(users(2)))).eql(["UNKNOWN", "UNKNOWN"]);
    }
  });
});
