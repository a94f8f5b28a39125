import fc from "fast-check";
import should from "should";
import { ACCOUNT_EVENTS, isAccountEvent, parseWebhook } from "../../../lib/cidaas/webhook-event";

function subOf(body: unknown): string | null | undefined {
  const parsed = parseWebhook(body);
  return parsed.ok ? parsed.event.sub : undefined;
}

describe("parseWebhook", () => {
  it("reads an event with all its members, and others it does not know", () => {
    const parsed = parseWebhook({
      eventtype: "ACCOUNT_MODIFIED",
      createTime: "2026-11-20T09:15:27.104Z",
      client_id: "app",
      tenantKey: "prod",
      actorId: "",
      metaData: {},
      objectId: "s1",
      objectType: "users",
      news: { a: 1 },
    });
    should(parsed).eql({
      ok: true,
      event: {
        eventtype: "ACCOUNT_MODIFIED",
        sub: "s1",
        createTime: Date.UTC(2026, 10, 20, 9, 15, 27, 104),
        clientId: "app",
      },
    });
  });

  it("takes the account from sub, the object, userId and metaData, in this order", () => {
    const eventtype = "ACCOUNT_MODIFIED";
    const all = { eventtype, sub: "a", objectId: "b", userId: "c", metaData: { sub: "d" } };
    should(subOf(all)).equal("a");
    should(subOf({ ...all, sub: "" })).equal("b");
    should(subOf({ ...all, sub: "ANONYMOUS", objectType: "useraccounts" })).equal("b");
    should(subOf({ ...all, sub: null, objectId: 5 })).equal("c");
    should(subOf({ eventtype, metaData: { sub: "d" } })).equal("d");
    should(subOf({ eventtype })).be.null();
  });

  it("does not take a group or an app for an account", () => {
    should(subOf({ eventtype: "GROUP_MODIFIED", objectId: "g", objectType: "usergroups" })).be.null();
    should(subOf({ eventtype: "GROUP_CREATED", objectId: "g" })).be.null();
    should(subOf({ eventtype: "APP_MODIFIED", objectId: "x", objectType: "apps" })).be.null();
    should(subOf({ eventtype: "GROUP_NEW_USER_ADDED", objectId: "g", userId: "s1" })).equal("s1");
  });

  it("refuses ids that would lead a call to another path", () => {
    for (const sub of ["..", ".", "a/b", "a\\b", "a b", "a\nb", "x".repeat(300)])
      should(subOf({ eventtype: "ACCOUNT_MODIFIED", sub })).be.null();
  });

  it("reads a time without a zone as UTC and leaves out what is no time", () => {
    const timeOf = (createTime: unknown) => {
      const parsed = parseWebhook({ eventtype: "ACCOUNT_MODIFIED", sub: "s1", createTime });
      return parsed.ok ? parsed.event.createTime : undefined;
    };
    should(timeOf("2026-11-20T09:15:27.104")).equal(Date.UTC(2026, 10, 20, 9, 15, 27, 104));
    should(timeOf("2026-11-20T10:15:27+01:00")).equal(Date.UTC(2026, 10, 20, 9, 15, 27));
    for (const none of ["yesterday", "2026-99-99T00:00:00Z", 5, null, undefined, {}]) should(timeOf(none)).be.null();
  });

  it("refuses what is no event", () => {
    for (const body of [null, [], "x", 5, {}, { eventtype: "" }, { eventtype: {} }, { eventtype: "x".repeat(200) }])
      should(parseWebhook(body).ok).be.false();
  });

  it("never throws, whatever comes", () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (body, metaData) => {
        should(parseWebhook(body)).have.property("ok");
        should(parseWebhook({ eventtype: "ACCOUNT_MODIFIED", metaData })).have.property("ok", true);
      }),
    );
  });
});

describe("ACCOUNT_EVENTS", () => {
  it("holds what changes a user, and not what only happens to one", () => {
    should(ACCOUNT_EVENTS).containEql("ACCOUNT_DELETED");
    for (const name of ["EMAIL_CHANGED", "PASSWORD_RESET", "COMBINED"]) should(isAccountEvent(name)).be.true();
    for (const name of ["LOGOUT", "GROUP_CREATED", "USER_UPDATED", "toString"]) should(isAccountEvent(name)).be.false();
  });
});
