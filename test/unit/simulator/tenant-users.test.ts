import should from "should";
import type { Json } from "../../../lib/sync/types";
import { closeAll, member, openTenant, type TestTenant } from "./tenant-client";

const lena = {
  sub: "s-1",
  email: "lena@example.org",
  mobile_number: "+4915123456789",
  given_name: "Lena",
  customFields: { legacy_id: "4711" },
  userStatus: "VERIFIED",
};

describe("the simulated users", () => {
  let test: TestTenant;

  beforeEach(async () => {
    test = await openTenant({ users: [lena] });
  });
  afterEach(closeAll);

  it("are read in three layouts, never with a password", async () => {
    test.tenant.changePassword("s-1", "secret");
    should(await test.read("s-1")).match({ email: "lena@example.org", customFields: { legacy_id: "4711" } });
    test.tenant.setDials({ profileLayout: "account" });
    should(await test.read("s-1")).match({
      userAccount: { sub: "s-1", userStatus: "VERIFIED" },
      identity: { provider: "self", email: "lena@example.org", mobile_number_obj: { E164_format: "+4915123456789" } },
      customFields: { legacy_id: { value: "4711" } },
    });
    test.tenant.setDials({ profileLayout: "identities" });
    const nested = await test.read("s-1");
    should(member(nested, "identities", 0)).match({ provider: "self", given_name: "Lena" });
    should(JSON.stringify(nested)).not.match(/passwordHash/i);
  });

  it("that are unknown give 404, 204 by the dial, 204 by the older path and by existence", async () => {
    should(await test.call("GET", "/user-srv/users/none")).match({ status: 404, body: { error: { code: 10301 } } });
    test.tenant.setDials({ unknownUserStatus: 204 });
    should((await test.call("GET", "/user-srv/users/none")).status).equal(204);
    should((await test.call("GET", "/users-srv/internal/userinfo/profile/none")).status).equal(204);
    const missing = await test.call("POST", "/useractions-srv/userexistence", { userId: "none@example.org" });
    should(missing.status).equal(204);
  });

  it("are found by e-mail, mobile number and sub", async () => {
    for (const userId of ["Lena@example.org", "+4915123456789", "s-1"]) {
      const found = await test.call("POST", "/useractions-srv/userexistence", { userId });
      should(member(found.body, "data", "sub")).equal("s-1");
    }
  });

  it("are cleared field by field with null and empty text in a profile PUT", async () => {
    const answer = await test.call("PUT", "/user-srv/users/s-1", {
      userData: { provider: "self", given_name: "", family_name: "Berg" },
      customFields: { legacy_id: null, tier: "gold" },
    });
    should(answer.status).equal(200);
    const user = await test.read("s-1");
    should(user).match({ family_name: "Berg", email: "lena@example.org" });
    should(user).not.have.property("given_name");
    should(member(user, "customFields")).eql({ tier: "gold" });
    const wrong = { userData: { provider: "google", given_name: "L" } };
    should((await test.call("PUT", "/user-srv/users/s-1", wrong)).status).equal(417);
  });

  it("change status between VERIFIED, PENDING and DECLINED only", async () => {
    const patch = (userStatus: Json) => test.call("PATCH", "/user-srv/users/s-1/status", { userStatus });
    should((await patch("DECLINED")).status).equal(200);
    should(await test.read("s-1")).match({ userStatus: "DECLINED" });
    should((await patch("DELETED")).status).equal(400);
    test.tenant.edit("s-1", { userStatus: "COMBINED" });
    should((await patch("VERIFIED")).status).equal(400);
  });

  it("are purged with 202, and 404 from then on", async () => {
    should((await test.call("DELETE", "/users-srv/user/purge/s-1")).status).equal(202);
    should((await test.call("DELETE", "/users-srv/user/purge/s-1")).status).equal(404);
    should(test.tenant.snapshot()).be.empty();
  });

  it("read as they were before the lag, while writes see them as they are", async () => {
    let now = Date.now();
    const lagging = await openTenant({ users: [lena], now: () => now, dials: { readLagMs: 500 } });
    now += 1000;
    lagging.tenant.edit("s-1", { given_name: "Helene" });
    should(await lagging.read("s-1")).match({ given_name: "Lena" });
    now += 500;
    should(await lagging.read("s-1")).match({ given_name: "Helene" });
  });

  it("carry the time of a clock that is ahead, while the history has the true one", async () => {
    const ahead = await openTenant({ users: [lena], now: () => 1_700_000_000_000, dials: { clockOffsetMs: 60_000 } });
    ahead.tenant.edit("s-1", { given_name: "Helene" });
    should(await ahead.read("s-1")).match({ updatedTime: new Date(1_700_000_060_000).toISOString() });
    should(ahead.history.entries().map(({ at }) => at)).matchEach(1_700_000_000_000);
  });

  it("leave every value they ever held in the history, and who set it", async () => {
    await test.bulk({ ...lena, given_name: "One" });
    test.tenant.edit("s-1", { given_name: "Two", address: { locality: "Bonn" } });
    const writes = test.history.entries().filter(({ kind }) => kind === "updated");
    should(writes.map(({ by, fields }) => ({ by, fields }))).eql([
      { by: "sync", fields: { given_name: "One" } },
      { by: "user", fields: { given_name: "Two", "address.locality": "Bonn" } },
    ]);
  });
});

describe("the simulated export", () => {
  afterEach(closeAll);

  const users = Array.from({ length: 25 }, (_, index) => ({
    sub: `s-${index}`,
    email: `u${index}@example.org`,
    // Ties of two, so that a cursor without tie-breaker would lose users.
    updatedTime: new Date(1_700_000_000_000 + Math.floor(index / 2) * 1000).toISOString(),
  }));

  async function readAll(test: TestTenant, body: { [key: string]: Json }): Promise<Json[]> {
    const subs: Json[] = [];
    let next = body;
    for (;;) {
      const answer = await test.call("POST", "/user-ext-srv/bulkread/users", next);
      if (answer.status === 204) return subs;
      should(answer.status).equal(200);
      const page = member(answer.body, "users");
      if (!Array.isArray(page)) throw new Error("no users");
      subs.push(...page.map((user) => member(user, "sub")));
      next = { ...next, searchAfter: member(page.at(-1) ?? null, "sort") };
      const pitId = member(answer.body, "pitId");
      if (pitId !== null) next = { ...next, pit: { id: pitId, keepAlive: "5" } };
    }
  }

  it("pages through all users in order of update and ends with 204", async () => {
    const test = await openTenant({ users });
    const subs = await readAll(test, { sortfield: "updatedTime", size: 10 });
    should(subs).have.length(25);
    should(new Set(subs).size).equal(25);
    should((await readAll(test, { sortfield: "updatedTime", descending: true, size: 7 })).toReversed()).eql(subs);
  });

  it("shows one point in time, whatever is written meanwhile", async () => {
    const test = await openTenant({ users });
    const body = { sortfield: "updatedTime", size: 20, pit: { keepAlive: "5" } };
    const first = await test.call("POST", "/user-ext-srv/bulkread/users", body);
    test.tenant.remove("s-24");
    const second = await test.call("POST", "/user-ext-srv/bulkread/users", {
      ...body,
      searchAfter: member(first.body, "users", 19, "sort"),
      pit: { id: member(first.body, "pitId"), keepAlive: "5" },
    });
    should(member(second.body, "users")).have.length(5);
  });

  it("filters by the time of update", async () => {
    const test = await openTenant({ users });
    const from = users[20]?.updatedTime ?? "";
    const subs = await readAll(test, { sortfield: "updatedTime", rangefield: "updatedTime", from_value: from });
    should(subs).eql(["s-20", "s-21", "s-22", "s-23", "s-24"]);
  });

  it("answers 403 when the client may not export, 400 for a broken cursor", async () => {
    const test = await openTenant({ users });
    const path = "/user-ext-srv/bulkread/users";
    should((await test.call("POST", path, { sortfield: "sub", searchAfter: {} })).status).equal(400);
    should((await test.call("POST", path, { pit: { id: "gone" } })).status).equal(400);
    test.tenant.setDials({ bulkread: false });
    should((await test.call("POST", path, {})).status).equal(403);
  });

  it("searches by field with offset and count, and 204 for nobody", async () => {
    const test = await openTenant({ users });
    const page = await test.call("POST", "/user-srv/graph/users", { from: 5, size: 10, sortfield: "sub" });
    should(member(page.body, "data", "count")).equal(25);
    should(member(page.body, "data", "users")).have.length(10);
    const filter = { fieldsFilter: [{ field: "system.email", value: "nobody@example.org", exactMatch: true }] };
    should((await test.call("POST", "/user-srv/graph/users", filter)).status).equal(204);
    should((await test.call("POST", "/user-srv/graph/users", { from: 10_000 })).status).equal(417);
  });
});
