import should from "should";
import { errorDetails, failureOf, retryAfterMs, STATUS_TABLE } from "../../../lib/delivery/answers";
import type { FailureClass } from "../../../lib/errors";
import type { Json } from "../../../lib/sync/types";

const NOW = Date.parse("2026-11-23T12:00:00Z");

function answer(status: number, body: Json = null, headers: Record<string, string> = {}) {
  return { status, body, headers };
}

describe("failureOf", () => {
  const classes: [number, FailureClass, string][] = [
    [302, "configuration", "REDIRECTED"],
    [400, "permanent", "REQUEST_INVALID"],
    [401, "configuration", "UNAUTHORIZED"],
    [403, "configuration", "FORBIDDEN"],
    [404, "configuration", "NOT_FOUND"],
    [408, "transient", "REQUEST_TIMEOUT"],
    [409, "permanent", "CONFLICT"],
    [413, "permanent", "REQUEST_TOO_LARGE"],
    [417, "permanent", "REQUEST_FAILED"],
    [418, "permanent", "REQUEST_REFUSED"],
    [422, "permanent", "REQUEST_UNPROCESSABLE"],
    [425, "transient", "TOO_EARLY"],
    [429, "throttled", "THROTTLED"],
    [500, "transient", "SERVER_ERROR"],
    [503, "transient", "UNAVAILABLE"],
    [507, "transient", "STORAGE_FULL"],
    [599, "transient", "SERVER_ERROR"],
  ];
  for (const [status, failure, code] of classes)
    it(`takes HTTP ${status} as ${failure}`, () => {
      const error = failureOf(answer(status), STATUS_TABLE, NOW, "The tenant");
      should({ failure: error.failure, code: error.code, status: error.status }).eql({ failure, code, status });
    });

  it("follows the caller's own entry for a status", () => {
    const table = {
      ...STATUS_TABLE,
      404: { failure: "permanent", code: "USER_MISSING", sentence: "has no such user" },
    } as const;
    should(failureOf(answer(404), table, NOW, "The tenant").message).equal("The tenant has no such user (HTTP 404).");
  });

  it("carries the wait that the target asks for", () => {
    should(failureOf(answer(429, null, { "retry-after": "7" }), STATUS_TABLE, NOW, "The tenant").retryAfterMs).equal(
      7000,
    );
  });

  it("names code, reason and reference number of the common error body", () => {
    const body = {
      success: false,
      status: 401,
      error: { code: 24008, type: "LoginException", referenceNumber: "1537337364806", error: "Invalid tenant" },
    };
    should(failureOf(answer(401, body), STATUS_TABLE, NOW, "The tenant").message).equal(
      'The tenant does not accept our credentials; check them (HTTP 401, code 24008, "Invalid tenant", reference 1537337364806).',
    );
  });

  it("tells nothing personal that the target repeats in its error", () => {
    const secrets = ["lena.berg@example.org", "+49 (151) 234-5678", "$2b$12$abcdefghijklmnopqrstuuXyZ", "19880412"];
    for (const secret of secrets) {
      const body = { error: { error: `Value ${secret} of the user is taken`, moreInfo: secret } };
      const { message } = failureOf(answer(409, body), STATUS_TABLE, NOW, "The tenant");
      should(message).containEql("of the user is taken");
      should(message).not.containEql(secret);
    }
    const quoted = failureOf(answer(409, { message: 'Name "Lena Berg" is taken' }), STATUS_TABLE, NOW, "The tenant");
    should(quoted.message).not.containEql("Lena");
  });
});

describe("errorDetails", () => {
  it("reads a plain error text with the code beside it", () => {
    should(errorDetails(answer(417, { error: "field disabled", code: "01230", referenceNumber: 42 }))).eql({
      code: "01230",
      reason: "field disabled",
      references: ["42"],
    });
  });

  it("reads the ErrorResp wrapper", () => {
    const body = { ErrorResp: { success: false, status: 417, code: "01230", error: "not possible" } };
    should(errorDetails(answer(417, body))).containDeep({ code: "01230", reason: "not possible" });
  });

  it("keeps headers whose name contains ref, and no other", () => {
    const headers = { "x-cidaas-refno": "abc-1", "referrer-policy": "no-referrer", refresh: "5", "x-request-id": "77" };
    should(errorDetails(answer(500, null, headers)).references).eql(["abc-1"]);
  });

  it("takes nothing from texts, arrays and members of other types", () => {
    const nothing = { code: null, reason: null, references: [] };
    should(errorDetails(answer(500, "<html>Lena</html>"))).eql(nothing);
    should(errorDetails(answer(500, ["Lena"]))).eql(nothing);
    should(
      errorDetails(answer(500, { error: [1], code: { a: 1 }, referenceNumber: "a b", message: "x ".repeat(999) })),
    ).eql(nothing);
  });
});

describe("retryAfterMs", () => {
  const cases: [string, string | undefined, number | null][] = [
    ["seconds", "120", 120_000],
    ["zero", "0", 0],
    ["an HTTP date", "Mon, 23 Nov 2026 12:00:30 GMT", 30_000],
    ["a date gone by as no wait", "Mon, 23 Nov 2026 11:00:00 GMT", 0],
    ["more than an hour as an hour", "86400", 3_600_000],
    ["a missing header as null", undefined, null],
    ["what is neither as null", "-5", null],
    ["a broken date as null", "Mon, 99 Nov 2026 GMT", null],
  ];
  for (const [name, value, expected] of cases)
    it(`reads ${name}`, () => {
      should(retryAfterMs(value === undefined ? {} : { "retry-after": value }, NOW)).equal(expected);
    });
});
