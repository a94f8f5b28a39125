import should from "should";
import { DEFAULT_DIALS } from "../../../simulator/kit/dials";
import { closeAll, member, openTenant, type TestTenant, until } from "./tenant-client";

const ada = { sub: "s-1", email: "ada@example.org", given_name: "Ada", customFields: { tier: "gold" } };

describe("the simulated bulk interface", () => {
  let test: TestTenant;

  beforeEach(async () => {
    test = await openTenant();
  });
  afterEach(closeAll);

  it("creates, then updates, and says so once per user", async () => {
    should(await test.bulk(ada)).eql({
      status: 200,
      body: { process_states: [{ sub: "s-1", identifier: { email: "ada@example.org" }, status: "CREATED" }] },
    });
    const again = await test.bulk({ ...ada, given_name: "Augusta" });
    should(member(again.body, "process_states", 0, "status")).equal("UPDATED");
    should(await test.read("s-1")).match({ given_name: "Augusta" });
  });

  it("takes the nested form with several providers as one account", async () => {
    await test.bulk({
      sub: "s-2",
      identities: [
        { provider: "self", email: "omar@example.org", given_name: "Omar" },
        { provider: "google", email: "omar@example.org", providerUserId: "109" },
      ],
    });
    const [user] = test.tenant.snapshot();
    should(user).match({ sub: "s-2", provider: "self" });
    should(member(user ?? null, "identities", 1, "providerUserId")).equal("109");
  });

  it("answers 400 for what is no array of identified users in one form, 413 for more than 1000", async () => {
    const path = "/users-srv/user/bulk";
    should((await test.call("POST", path, {})).status).equal(400);
    should((await test.call("POST", path, [])).status).equal(400);
    should((await test.bulk(ada, { given_name: "Nobody" })).status).equal(400);
    should((await test.bulk(ada, { identities: [{ email: "b@example.org" }] })).status).equal(400);
    should((await test.bulk(...Array.from({ length: 1001 }, () => ada))).status).equal(413);
    should(test.tenant.snapshot()).be.empty();
  });

  it("survives hostile bodies", async () => {
    const deep = `[{"email":"a@example.org","customFields":{"x":${"[".repeat(5000)}${"]".repeat(5000)}}}]`;
    for (const body of [deep, "{", '[{"__proto__":{"email":"a@example.org"}}]']) {
      const response = await fetch(`${test.tenant.url}/users-srv/user/bulk`, { method: "POST", body });
      should(response.status).equal(400);
    }
    should((await test.call("POST", "/users-srv/user/bulk", [{ email: 7 }, null])).status).equal(400);
    should((await test.bulk(ada)).status).equal(200);
  });

  it("fails one bad user alone, as ANONYMOUS with a message", async () => {
    const answer = await test.bulk(
      { email: "x@mailinator.com" },
      { email: "y@example.org", given_name: 7 },
      { email: "z@example.org", userStatus: "UNKNOWN" },
      ada,
    );
    const states = [0, 1, 2, 3].map((index) => member(answer.body, "process_states", index, "status"));
    should(states).eql(["FAILED", "FAILED", "FAILED", "CREATED"]);
    should(member(answer.body, "process_states", 0)).match({ sub: "ANONYMOUS", message: /invalid email passed/ });
  });

  it("matches without sub by identifier and provider, whatever the case", async () => {
    await test.bulk(ada);
    const answer = await test.bulk({ email: "ADA@example.org", provider: "self", given_name: "A." });
    should(member(answer.body, "process_states", 0, "sub")).equal("s-1");
    const other = await test.bulk({ email: "ada@example.org", provider: "google" });
    should(member(other.body, "process_states", 0, "status")).equal("FAILED");
  });

  it("clears what an update leaves out, or keeps it, as the dial says", async () => {
    await test.bulk({ ...ada, roles: ["USER"] });
    test.tenant.setDials({ leftOut: "merge" });
    await test.bulk({ sub: "s-1", email: "ada@example.org" });
    should(await test.read("s-1")).match({ given_name: "Ada", customFields: { tier: "gold" }, roles: ["USER"] });
    test.tenant.setDials({ leftOut: "replace" });
    await test.bulk({ sub: "s-1", email: "ada@example.org" });
    const cleared = await test.read("s-1");
    should(cleared).match({ customFields: {}, roles: [] });
    should(cleared).not.have.property("given_name");
  });

  it("re-activates a declined user when userStatus is left out, unless the dial keeps the status", async () => {
    await test.bulk({ ...ada, userStatus: "DECLINED" });
    test.tenant.setDials({ statusReset: false });
    await test.bulk(ada);
    should(await test.read("s-1")).match({ userStatus: "DECLINED" });
    test.tenant.setDials({ statusReset: true });
    await test.bulk(ada);
    should(await test.read("s-1")).match({ userStatus: "VERIFIED" });
  });

  it("changes the status of an existing account, unless the dial says that bulk does not", async () => {
    await test.bulk(ada);
    test.tenant.setDials({ statusUpdate: false });
    await test.bulk({ ...ada, userStatus: "DECLINED" });
    should(await test.read("s-1")).match({ userStatus: "VERIFIED" });
    test.tenant.setDials({ statusUpdate: true });
    await test.bulk({ ...ada, userStatus: "DECLINED" });
    should(await test.read("s-1")).match({ userStatus: "DECLINED" });
  });

  it("answers in every container, with and without a member for the state", async () => {
    const state = { sub: "s-1", identifier: { email: "ada@example.org" } };
    test.tenant.setDials({ stateKey: null, answerContainer: "array" });
    should((await test.bulk(ada)).body).eql([state]);
    test.tenant.setDials({ answerContainer: "data-array" });
    should((await test.bulk(ada)).body).eql({ success: true, status: 200, data: [state] });
    test.tenant.setDials({ answerContainer: "data-process_states", stateKey: "result" });
    should(member((await test.bulk(ada)).body, "data", "process_states", 0, "result")).equal("UPDATED");
  });

  it("settles an e-mail of another account as the dial says", async () => {
    const bob = { sub: "s-2", mobile_number: "+4915123456789", email: "bob@example.org" };
    const thief = { sub: "s-3", email: "bob@example.org" };
    await test.bulk(bob);
    should(member((await test.bulk(thief)).body, "process_states", 0, "status")).equal("FAILED");
    test.tenant.setDials({ emailConflict: "take" });
    should(member((await test.bulk(thief)).body, "process_states", 0, "status")).equal("CREATED");
    should(await test.read("s-2")).not.have.property("email");
    should(await test.read("s-3")).match({ email: "bob@example.org" });
  });

  it("refuses the whole call for a poisonous e-mail, and one user for a failing one", async () => {
    test.tenant.setDials({ poisonEmails: ["ada@example.org"] });
    should(await test.bulk(ada, { email: "b@example.org" })).match({
      status: 417,
      body: { ErrorResp: { status: 417 } },
    });
    should(test.tenant.snapshot()).be.empty();
    test.tenant.setDials({ poisonEmails: [], failEmails: ["Ada@example.org"] });
    should(member((await test.bulk(ada)).body, "process_states", 0, "status")).equal("FAILED");
    test.tenant.setDials({ invalidEmail507: "status" });
    should((await test.bulk({ email: "x@mailinator.com" })).status).equal(507);
  });

  it("answers 500 to a call with a crashing e-mail, and nothing at all to one with a hanging one", async () => {
    test.tenant.setDials({ crashEmails: ["ada@example.org"], hangEmails: ["b@example.org"] });
    should((await test.bulk(ada, { email: "c@example.org" })).status).equal(500);
    const hanging = test.bulk({ email: "b@example.org" }).then(
      () => "answered",
      () => "cut",
    );
    should((await test.bulk({ email: "c@example.org" })).status).equal(200);
    should(test.tenant.snapshot()).have.length(1);
    await closeAll();
    should(await hanging).equal("cut");
  });

  it("leaves results out and shuffles them when told to, while the writes take effect", async () => {
    test.tenant.setDials({ rateMissingResult: 1, shuffleResults: true });
    should((await test.bulk(ada)).body).eql({ process_states: [] });
    should(test.tenant.snapshot()).have.length(1);
  });

  it("skips custom fields silently that the field setup does not enable", async () => {
    test.tenant.setDials({ customFields: ["tier", "old"], disabledFields: ["old"] });
    await test.bulk({ ...ada, customFields: { tier: "gold", old: "1", unknown: "2" } });
    should(test.tenant.snapshot()).match([{ customFields: { tier: "gold" } }]);
    should(Object(test.tenant.snapshot()[0]?.customFields)).have.keys("tier").and.have.size(1);
  });

  it("meets the faults of the dials before it takes effect", async () => {
    test.tenant.setDials({ rate429: 1, retryAfter: 7, faultPaths: ["/users-srv/"] });
    const response = await fetch(`${test.tenant.url}/users-srv/user/bulk`, { method: "POST", body: "[]" });
    should(response.status).equal(429);
    should(response.headers.get("retry-after")).equal("7");
    test.tenant.setDials({ rate429: 0, rateReset: 1 });
    await should(test.bulk(ada)).be.rejected();
    test.tenant.setDials({ ...DEFAULT_DIALS, rate5xx: 1 });
    should((await test.bulk(ada)).status).be.aboveOrEqual(500);
  });

  it("loses the answer of some cut calls after they took effect, and of others before", async () => {
    test.tenant.setDials({ rateReset: 1, seed: 5 });
    for (let index = 0; index < 20; index++) {
      await should(test.bulk({ sub: `s-${index}`, email: `u${index}@example.org` })).be.rejected();
    }
    should(test.tenant.snapshot().length).be.within(1, 19);
  });

  it("never answers a hanging call, and still closes", async () => {
    test.tenant.setDials({ rateHang: 1 });
    const call = test.bulk(ada);
    await until(() => test.tenant.calls()["POST /users-srv/user/bulk"] === 1);
    await test.tenant.close();
    await should(call).be.rejected();
  });
});
