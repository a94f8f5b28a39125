import { createRemoteJWKSet, jwtVerify } from "jose";
import should from "should";
import { totpCode } from "../../../simulator/tenant/totp";
import { closeAll, member, openReceiver, openTenant, until } from "./tenant-client";

const ada = { sub: "s-1", email: "ada@example.org", given_name: "Ada" };

describe("the simulated webhooks", () => {
  afterEach(closeAll);

  it("tell of an edit in one call with the key, naming the user and nothing personal", async () => {
    const receiver = await openReceiver();
    const { tenant } = await openTenant({ users: [ada], webhook: { url: receiver.url } });
    tenant.edit("s-1", { given_name: "Augusta" });
    await until(() => tenant.pendingWebhooks() === 0);
    should(receiver.received).have.length(1);
    const [call] = receiver.received;
    should(call?.headers["x-api-key"]).equal("simulator-webhook-key");
    should(call?.event).match({ eventtype: "ACCOUNT_MODIFIED", objectId: "s-1", objectType: "users", actorId: "s-1" });
    should(Date.parse(`${call?.event.createTime}`)).be.approximately(Date.now(), 60_000);
    should(JSON.stringify(call?.event)).not.match(/Augusta|example\.org/);
  });

  it("name what happened to the user, in order", async () => {
    const receiver = await openReceiver();
    const { tenant } = await openTenant({ webhook: { url: receiver.url } });
    const sub = tenant.register({ email: "new@example.org", password: "one" });
    tenant.edit(sub, { email: "newer@example.org" });
    tenant.edit(sub, { email: "newer@example.org" });
    tenant.changePassword(sub, "two");
    tenant.edit(sub, { userStatus: "DECLINED" });
    tenant.edit(sub, { userStatus: "VERIFIED" });
    tenant.edit(sub, { email_verified: false });
    tenant.remove(sub);
    await until(() => tenant.pendingWebhooks() === 0);
    should(receiver.received.map(({ event }) => event.eventtype)).eql([
      "ACCOUNT_CREATED_WITH_CIDAAS_IDENTITY",
      "EMAIL_CHANGED",
      "PASSWORD_CHANGED",
      "ACCOUNT_DEACTIVATED",
      "ACCOUNT_ACTIVATED",
      "ACCOUNT_EMAIL_UNVERIFIED",
      "ACCOUNT_DELETED",
    ]);
  });

  it("are repeated after 1, 5 and 10 scaled minutes while the answer is not 200", async () => {
    const receiver = await openReceiver([500, 202, 404]);
    const { tenant, history } = await openTenant({ users: [ada], webhook: { url: receiver.url }, timeScale: 0.0002 });
    const started = Date.now();
    tenant.edit("s-1", { given_name: "A." });
    await until(() => tenant.pendingWebhooks() === 0);
    should(receiver.received).have.length(4);
    should(Date.now() - started).be.aboveOrEqual(190);
    should(new Set(receiver.received.map(({ event }) => event.createTime)).size).equal(1);
    should(history.entries().some(({ fields }) => fields.lost !== undefined)).be.false();
  });

  it("are lost after the third repetition, and the history says so", async () => {
    const receiver = await openReceiver([500, 500, 500, 500]);
    const { tenant, history } = await openTenant({ users: [ada], webhook: { url: receiver.url }, timeScale: 0.00001 });
    tenant.edit("s-1", { given_name: "A." });
    await until(() => tenant.pendingWebhooks() === 0);
    should(receiver.received).have.length(4);
    should(history.entries().at(-1)).match({ kind: "event", fields: { lost: "no repetition left" } });
  });

  it("follow a bulk write with the client's id, unless the dials say otherwise", async () => {
    const receiver = await openReceiver();
    const { tenant, bulk } = await openTenant({ webhook: { url: receiver.url } });
    await bulk(ada);
    await until(() => tenant.pendingWebhooks() === 0);
    should(receiver.received[0]?.event).match({
      eventtype: "ACCOUNT_CREATED_WITH_CIDAAS_IDENTITY",
      client_id: "simulator-client",
      actorId: "",
    });
    tenant.setDials({ bulkWebhooks: false });
    await bulk({ ...ada, given_name: "A." });
    should(tenant.pendingWebhooks()).equal(0);
    tenant.setDials({ bulkWebhooks: true, clientIdOnEvents: false, subOnEvents: false });
    await bulk({ ...ada, given_name: "B." });
    await until(() => receiver.received.length === 2);
    should(receiver.received[1]?.event).match({ eventtype: "ACCOUNT_MODIFIED", client_id: "" });
    should(receiver.received[1]?.event).not.have.property("sub");
  });

  it("get lost, double and late as the dials say", async () => {
    const receiver = await openReceiver();
    const { tenant } = await openTenant({ users: [ada], webhook: { url: receiver.url }, dials: { rateLostEvent: 1 } });
    tenant.edit("s-1", { given_name: "A." });
    should(tenant.pendingWebhooks()).equal(0);
    tenant.setDials({ rateLostEvent: 0, rateDuplicateEvent: 1, eventDelayMs: 50 });
    const started = Date.now();
    tenant.edit("s-1", { given_name: "B." });
    await until(() => tenant.pendingWebhooks() === 0);
    should(receiver.received).have.length(2);
    should(receiver.received[0]?.event).eql(receiver.received[1]?.event);
    should(Date.now() - started).be.aboveOrEqual(49);
  });

  it("leave out of order when told to", async () => {
    const receiver = await openReceiver();
    const { tenant } = await openTenant({
      users: [ada],
      webhook: { url: receiver.url },
      dials: { reorderEvents: true, seed: 3 },
      // Each edit a second later than the one before, so that the order of sending shows.
      now: (() => {
        let time = Date.now();
        return () => {
          time += 1000;
          return time;
        };
      })(),
    });
    for (let edit = 0; edit < 10; edit++) tenant.edit("s-1", { given_name: `Ada ${edit}` });
    await until(() => tenant.pendingWebhooks() === 0);
    const times = receiver.received.map(({ event }) => `${event.createTime}`);
    should(times).have.length(10);
    should(times).not.eql(times.toSorted());
  });

  it("carry a code of the time with TOTP, in the query if so placed", async () => {
    const receiver = await openReceiver();
    const totpkey = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    const { tenant } = await openTenant({
      users: [ada],
      webhook: {
        url: `${receiver.url}?site=a`,
        auth_type: "TOTP",
        totpDetails: { totpkey, totp_placeholder: "x-totp", totp_placement: "query" },
      },
      now: () => 59_000,
    });
    tenant.edit("s-1", { given_name: "A." });
    await until(() => receiver.received.length === 1);
    // The value of RFC 6238, appendix B, for 59 s, in six digits.
    should(receiver.received[0]?.url).equal("/events?site=a&x-totp=287082");
    should(totpCode("12345678901234567890-as-bytes", 0)).match(/^\d{6}$/);
  });

  it("carry an access token of the app with CIDAAS_OAUTH2", async () => {
    const receiver = await openReceiver();
    const { tenant } = await openTenant({
      users: [ada],
      webhook: {
        url: receiver.url,
        auth_type: "CIDAAS_OAUTH2",
        cidaasAuthDetails: { client_id: "hook-app", scopes: ["sync:receive"] },
      },
    });
    tenant.edit("s-1", { given_name: "A." });
    await until(() => receiver.received.length === 1);
    const token = `${receiver.received[0]?.headers.authorization}`.replace("Bearer ", "");
    const keys = createRemoteJWKSet(new URL(`${tenant.url}/.well-known/jwks.json`));
    const { payload } = await jwtVerify(token, keys, { issuer: tenant.url, audience: "hook-app" });
    should(payload.scopes).eql(["sync:receive"]);
  });

  it("are registered, changed, read and deleted by the interface, one per URL", async () => {
    const receiver = await openReceiver();
    const { tenant, call } = await openTenant({ users: [ada] });
    const setup = {
      auth_type: "APIKEY",
      url: receiver.url,
      events: ["EMAIL_CHANGED"],
      apikeyDetails: { apikey: "k", apikey_placeholder: "x-key", apikey_placement: "header" },
    };
    const created = await call("POST", "/webhook-srv/webhooks", setup);
    should(created.status).equal(201);
    const id = `${member(created.body, "data", "_id")}`;
    should((await call("POST", "/webhook-srv/webhook", setup)).status).equal(400);
    should((await call("POST", "/webhook-srv/webhook", { ...setup, url: "file:///etc" })).status).equal(400);
    should(await call("GET", `/webhook-srv/webhook?id=${id}`)).match({ body: { data: { events: ["EMAIL_CHANGED"] } } });

    tenant.edit("s-1", { given_name: "A." });
    should(tenant.pendingWebhooks()).equal(0);
    tenant.edit("s-1", { email: "a@example.org" });
    await until(() => receiver.received.length === 1);

    should((await call("POST", "/webhook-srv/webhooks", { ...setup, _id: id, disable: true })).status).equal(200);
    tenant.edit("s-1", { email: "b@example.org" });
    should(tenant.pendingWebhooks()).equal(0);
    should((await call("DELETE", `/webhook-srv/webhook/${id}`)).status).equal(200);
    should((await call("GET", `/webhook-srv/webhook?id=${id}`)).status).equal(204);
  });
});
