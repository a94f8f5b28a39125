import should from "should";
import { readProfile } from "../../../lib/cidaas/profile";
import { CallError } from "../../../lib/errors";
import type { Json } from "../../../lib/sync/types";

function codeOf(body: Json): string {
  try {
    readProfile(body);
  } catch (thrown) {
    return thrown instanceof CallError ? thrown.code : "no CallError";
  }
  return "nothing thrown";
}

describe("readProfile", () => {
  it("reads the flat layout", () => {
    const user = readProfile({
      success: true,
      status: 200,
      data: {
        sub: "s1",
        userStatus: "VERIFIED",
        email: "lena@example.org",
        address: { locality: "Stuttgart" },
        customFields: { legacy_id: "4711" },
        groups: [{ sub: "s1", groupId: "customers", roles: ["BUYER"] }],
        roles: ["USER"],
      },
    });
    should(user).eql({
      sub: "s1",
      userStatus: "VERIFIED",
      email: "lena@example.org",
      address: { locality: "Stuttgart" },
      customFields: { legacy_id: "4711" },
      identities: [],
      groups: [{ sub: "s1", groupId: "customers", roles: ["BUYER"] }],
      roles: ["USER"],
    });
  });

  it("reads the layout of userAccount and identity, unwrapping custom fields and the mobile number", () => {
    const user = readProfile({
      data: {
        userAccount: {
          sub: "s1",
          userStatus: "LOCKED",
          updatedTime: "2026-01-02T00:00:00Z",
          createdTime: "2020-01-01T00:00:00Z",
        },
        identity: {
          sub: "s1",
          provider: "self",
          email: "lena@example.org",
          updatedTime: "2026-03-04T00:00:00Z",
          mobile_number_obj: { E164_format: "+4915112345678" },
        },
        customFields: { legacy_id: { fieldKey: "legacy_id", value: "4711" }, tier: { value: null } },
        roles: ["USER"],
        groups: null,
      },
    });
    should(user).match({
      sub: "s1",
      userStatus: "LOCKED",
      provider: "self",
      email: "lena@example.org",
      mobile_number: "+4915112345678",
      customFields: { legacy_id: "4711", tier: null },
      groups: [],
      roles: ["USER"],
      createdTime: "2020-01-01T00:00:00Z",
    });
    should(user).not.have.properties("userAccount", "identity");
  });

  it("gives the later time of change, so that an edit of the identity does not look older than it is", () => {
    const data = {
      userAccount: { sub: "s1", updatedTime: "2026-01-02T00:00:00Z" },
      identity: { updatedTime: "2026-03-04T00:00:00Z" },
    };
    should(readProfile({ data })?.updatedTime).equal("2026-03-04T00:00:00Z");
  });

  it("prefers the identity of the tenant's own, else the last used, else the first", () => {
    const google = { provider: "google", identityId: "i1", email: "g@example.org" };
    const self = { provider: "self", identityId: "i2", email: "s@example.org" };
    const apple = { provider: "apple", identityId: "i3", email: "a@example.org" };
    const leading = (identities: Json, lastUsedIdentity: Json) =>
      readProfile({ data: { sub: "s1", lastUsedIdentity, identities } })?.email;
    should(leading([google, self, apple], "i3")).equal("s@example.org");
    should(leading([google, apple], "i3")).equal("a@example.org");
    should(leading([google, apple], "gone")).equal("g@example.org");
  });

  it("turns groups of plain text into objects and drops what is neither", () => {
    const user = readProfile({ data: { sub: "s1", groups: ["customers", 5, null, { groupId: "b" }], roles: null } });
    should(user?.groups).eql([{ groupId: "customers" }, { groupId: "b" }]);
    should(user?.roles).eql([]);
  });

  it("takes empty data as no user", () => {
    const empty: Json[] = [null, {}, [], ""];
    for (const data of empty) should(readProfile({ success: true, data })).be.null();
  });

  it("never takes garbage for no user", () => {
    const garbage: Json[] = [null, "<html>", {}, [], 5, { success: false, data: null }, { data: "x" }, { data: [1] }];
    for (const body of garbage) should(codeOf(body)).equal("TENANT_ANSWER_INVALID");
    should(codeOf({ data: { email: "no-sub@example.org" } })).equal("TENANT_ANSWER_INVALID");
  });

  it("refuses a user that is nested too deep", () => {
    let nested: Json = "end";
    for (let depth = 0; depth < 5000; depth += 1) nested = { nested };
    should(codeOf({ data: { sub: "s1", customFields: { nested } } })).equal("TENANT_ANSWER_INVALID");
  });

  it("lets no member reach into a prototype", () => {
    const body: Json = JSON.parse(
      '{"data":{"sub":"s1","__proto__":{"admin":true},"customFields":{"__proto__":{"admin":true},"constructor":{"value":1}}}}',
    );
    const user = readProfile(body);
    should(user?.admin).be.undefined();
    should(Object.keys(user?.customFields ?? {})).eql([]);
    should(Object.getPrototypeOf(user?.customFields)).equal(Object.prototype);
  });
});
