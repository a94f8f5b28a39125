import fc from "fast-check";
import should from "should";
import type { BulkResult } from "../../../lib/cidaas/types";
import type { JsonObject } from "../../../lib/sync/types";
import { callErrorOf, LATER, openTenant, type Reply, type Seen, type TestTenant } from "./support";

const users = (n: number): JsonObject[] =>
  Array.from({ length: n }, (_, i) => ({ sub: `s${i}`, email: `u${i}@example.org`, provider: "self" }));

function subsOf({ body }: Seen): string[] {
  return Array.isArray(body) ? body.map((user: { sub: string }) => user.sub) : [];
}

const done = (request: Seen): Reply => ({
  status: 200,
  body: { process_states: subsOf(request).map((sub) => ({ sub, state: "UPDATED" })) },
});

/** Refuses a call as a whole because of one of these. */
const refusing =
  (status: number, culprits: readonly string[]) =>
  (request: Seen): Reply =>
    subsOf(request).some((sub) => culprits.includes(sub))
      ? { status, body: { success: false, error: { code: 1, error: "field tier is no number" } } }
      : done(request);

const tooLargeAbove =
  (most: number) =>
  (request: Seen): Reply =>
    subsOf(request).length > most ? { status: 413 } : done(request);

describe("bulk", () => {
  let opened: TestTenant;
  let answer: (request: Seen) => Reply | Promise<Reply>;

  beforeEach(async () => {
    answer = done;
    opened = await openTenant((request) => answer(request));
  });
  afterEach(() => opened.close());

  const bulk = (batch: JsonObject[]) => opened.tenant.bulk(batch, LATER);
  const states = (results: BulkResult[]) => results.map(({ state }) => state);
  const sizes = () => opened.calls().map((call) => subsOf(call).length);

  /** Users in a lane of their own: who is unsent comes again, until everybody has a result. */
  async function bulkUntilDone(batch: JsonObject[]): Promise<Map<JsonObject, BulkResult>> {
    const ends = new Map<JsonObject, BulkResult>();
    let rest = batch;
    while (rest.length > 0) {
      const results = await bulk(rest);
      for (const [place, result] of results.entries()) {
        const user = rest[place];
        if (user && result.state !== "UNSENT") ends.set(user, result);
      }
      const left = rest.filter((user) => !ends.has(user));
      should(left.length).be.below(rest.length);
      rest = left;
    }
    return ends;
  }

  it("sends the users as they are, in one call with a token", async () => {
    const results = await bulk(users(3));
    should(results).eql(["s0", "s1", "s2"].map((sub) => ({ state: "UPDATED", sub })));
    const [call] = opened.calls();
    should(call).match({ method: "POST", path: "/users-srv/user/bulk", body: users(3) });
    should(call?.headers.authorization).equal("Bearer t1");
    should(opened.calls().length).equal(1);
  });

  it("sends nothing for nobody", async () => {
    should(await bulk([])).eql([]);
    should(opened.server.seen).eql([]);
  });

  it("sends nothing after the latest start, and says that it is our own doing", async () => {
    await opened.tenant.connect();
    const late = opened.tenant.bulk(users(3), Date.now() - 1);
    should(await callErrorOf(late)).match({ code: "CALL_TOO_LATE", failure: "transient" });
    should(opened.calls()).eql([]);
  });

  describe("of a size that the tenant does not take", () => {
    it("splits, never two parts at once", async () => {
      let inFlight = 0;
      let most = 0;
      answer = async (request) => {
        inFlight += 1;
        most = Math.max(most, inFlight);
        await new Promise((resolve) => setImmediate(resolve));
        inFlight -= 1;
        return tooLargeAbove(2)(request);
      };
      should(states(await bulk(users(7)))).eql(Array(7).fill("UPDATED"));
      should(most).equal(1);
    });

    it("keeps later batches to the size that was taken", async () => {
      answer = tooLargeAbove(3);
      await bulk(users(10));
      should(sizes()).eql([10, 5, 3, 2, 3, 2]);
      await bulk(users(8));
      should(sizes().slice(6)).eql([3, 3, 2]);
    });

    it("tries larger batches again after a while", async () => {
      answer = tooLargeAbove(5);
      await bulk(users(10));
      answer = done;
      for (let count = 0; count < 98; count += 1) await bulk(users(5));
      should(sizes().at(-1)).equal(5);
      await bulk(users(10));
      should(sizes().at(-1)).equal(10);
    });

    it("parks a user who is too large alone, and sends the others as before", async () => {
      answer = (request) => (subsOf(request).includes("s2") ? { status: 413 } : done(request));
      should(states(await bulk(users(8)))).eql(["UPDATED", "UPDATED", "FAILED", ...Array(5).fill("UPDATED")]);
      await bulk(users(8).slice(3));
      should(sizes().at(-1)).equal(5);
    });
  });

  describe("with a user because of whom the tenant refuses all", () => {
    it("halves until the culprit stands alone, at 400, 417, 422 and 507", async () => {
      for (const status of [400, 417, 422, 507]) {
        answer = refusing(status, ["s5"]);
        const results = await bulk(users(8));
        should(states(results)).eql([...Array(5).fill("UPDATED"), "FAILED", "UNSENT", "UNSENT"]);
        should(results[5]).match({
          code: status === 507 ? "EMAIL_INVALID" : "TENANT_FAILED_USER",
          message: /field tier is no number/,
          tries: status === 507 ? 2 : 1,
        });
      }
    });

    it("does not send the guilty half whole again, and leaves out what it need not ask", async () => {
      answer = refusing(417, ["s0"]);
      await bulk(users(8));
      should(opened.calls().map(subsOf)).eql([
        users(8).map(({ sub }) => sub),
        ["s0", "s1", "s2", "s3"],
        ["s0", "s1"],
        ["s0"],
      ]);
    });

    it("asks for one culprit at a time, and leaves the other one to a later batch", async () => {
      answer = refusing(417, ["s1", "s6"]);
      should(states(await bulk(users(8)))).eql(["UPDATED", "FAILED", ...Array(6).fill("UNSENT")]);
      should(states(await bulk(users(8).slice(2)))).eql([...Array(4).fill("UPDATED"), "FAILED", "UNSENT"]);
    });

    it("blames nobody where nobody alone is refused", async () => {
      answer = (request) => (subsOf(request).length > 1 ? { status: 417 } : done(request));
      const ends = await bulkUntilDone(users(5));
      should([...ends.values()].map(({ state }) => state)).eql(Array(5).fill("UPDATED"));
    });

    it("fails exactly the culprits, wherever and however many they are", async () => {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 24 }), fc.infiniteStream(fc.boolean()), async (count, choices) => {
          const batch = users(count);
          const culprits = batch.filter(() => choices.next().value === true).map(({ sub }) => String(sub));
          answer = refusing(417, culprits);
          const before = opened.calls().length;
          const ends = await bulkUntilDone(batch);
          const failed = batch.filter((user) => ends.get(user)?.state === "FAILED").map(({ sub }) => sub);
          should(failed).eql(culprits);
          const callsPerCulprit = 2 + Math.ceil(Math.log2(count + 1));
          should(opened.calls().length - before).be.belowOrEqual(1 + culprits.length * callsPerCulprit);
        }),
        { numRuns: 60 },
      );
    });
  });

  describe("answered 507", () => {
    it("takes it for a full storage where two users alone get it one after the other", async () => {
      await bulk(users(1));
      answer = () => ({ status: 507 });
      should(states(await bulk(users(1)))).eql(["FAILED"]);
      should(await callErrorOf(bulk(users(1)))).match({ code: "STORAGE_FULL", failure: "transient" });
      const results = await bulk(users(4));
      should(states(results)).eql(["CALL_FAILED", "UNSENT", "UNSENT", "UNSENT"]);
    });

    it("believes it of a user again once others were taken", async () => {
      answer = refusing(507, ["s0"]);
      should(states(await bulk(users(1).concat(users(3).slice(1))))).eql(["CALL_FAILED", "UNSENT", "UNSENT"]);
      await bulk(users(3).slice(1));
      should(states(await bulk(users(1)))).eql(["FAILED"]);
    });
  });

  describe("with a token that runs out", () => {
    it("renews the token once at 401 and repeats", async () => {
      answer = (request) => (request.headers.authorization === "Bearer t1" ? { status: 401 } : done(request));
      should(states(await bulk(users(2)))).eql(["UPDATED", "UPDATED"]);
      should(opened.calls().length).equal(2);
    });

    it("goes on with a new one in the middle of a search for a culprit", async () => {
      let calls = 0;
      answer = (request) => {
        calls += 1;
        const outdated = calls > 2 && request.headers.authorization === "Bearer t1";
        return outdated ? { status: 401 } : refusing(417, ["s3"])(request);
      };
      should(states(await bulk(users(4)))).eql(["UPDATED", "UPDATED", "UPDATED", "FAILED"]);
    });

    it("shares one renewal among concurrent calls that got 401", async () => {
      answer = (request) => (request.headers.authorization === "Bearer t1" ? { status: 401 } : done(request));
      await Promise.all([1, 2, 3, 4].map((n) => bulk(users(n))));
      should(opened.server.seen.filter(({ path }) => path === "/token-srv/token").length).equal(2);
    });
  });

  describe("that fails for a reason that is no user's", () => {
    const cases: [Reply, object][] = [
      [{ status: 401 }, { code: "TENANT_UNAUTHORIZED", failure: "configuration" }],
      [{ status: 403 }, { code: "TENANT_FORBIDDEN", failure: "configuration", message: /cidaas:bulk_user_create/ }],
      [{ status: 404 }, { code: "TENANT_ENDPOINT_MISSING", failure: "configuration" }],
      [
        { status: 429, headers: { "retry-after": "0" } },
        { failure: "throttled", retryAfterMs: 0 },
      ],
      [{ status: 502 }, { failure: "transient" }],
      [{ status: 0, reset: true }, { failure: "unknown" }],
    ];
    for (const [reply, expected] of cases) {
      it(`throws what says nothing of any single user: ${reply.reset ? "a reset" : reply.status}`, async () => {
        answer = () => reply;
        should(await callErrorOf(bulk(users(4)))).match(expected);
      });

      it(`keeps what it knows when one part fails: ${reply.reset ? "a reset" : reply.status}`, async () => {
        answer = (request) => {
          const subs = subsOf(request);
          return subs.length <= 2 && subs.includes("s2") ? reply : tooLargeAbove(2)(request);
        };
        const results = await bulk(users(8));
        should(states(results)).eql(["UPDATED", "UPDATED", "CALL_FAILED", "CALL_FAILED", ...Array(4).fill("UNSENT")]);
        should(results[2]).match({ error: expected });
      });
    }

    it("says nothing against those who were not in the failed call", async () => {
      answer = (request) => (subsOf(request).length > 2 ? { status: 413 } : { status: 503 });
      should(states(await bulk(users(4)))).eql(["CALL_FAILED", "CALL_FAILED", "UNSENT", "UNSENT"]);
      should(opened.calls().length).equal(2);
    });
  });

  it("believes nothing of an answer that is no list of results", async () => {
    for (const body of ["<html>", {}, undefined]) {
      answer = () => ({ status: 200, body });
      should(states(await bulk(users(2)))).eql(["UNKNOWN", "UNKNOWN"]);
    }
  });
});
