import should from "should";
import { withBench } from "./fixture";
import { EVENTS_PATH, event, receiver, WEBHOOK_KEY } from "./flow";

const SUB = "4f2d8c1e-0000-4000-8000-000000000001";

describe("cidaas-webhook-in, authentication", () => {
  const bench = withBench();

  const arrivals = async () => (await bench.counters("to-legacy")).in;

  it("accepts a key in the query", async () => {
    await bench.load(receiver({ placement: "query", placeholder: "key" }));
    await bench.listening();
    should(await bench.post(event(SUB), {}, `${EVENTS_PATH}?key=${WEBHOOK_KEY}`)).equal(200);
    should(await bench.post(event(SUB), {}, `${EVENTS_PATH}?key=wrong`)).equal(401);
    should(await bench.post(event(SUB), { key: WEBHOOK_KEY })).equal(401);
  });

  it("accepts the tenant's own TOTP calls and refuses a made-up code", async () => {
    const secret = "JBSWY3DPEHPK3PXP";
    await bench.load(receiver({ auth: "totp" }), {}, { webhook: { secret } });
    await bench.listening();
    should(await bench.post(event(SUB), { "x-api-key": secret })).equal(401);
    const totpDetails = { totpkey: secret, totp_placeholder: "x-api-key", totp_placement: "header" as const };
    const url = bench.url + EVENTS_PATH;
    const id = bench.simulator.tenant.setWebhook({ url, auth_type: "TOTP", totpDetails });
    const sub = bench.simulator.tenant.register({ email: "totp@example.org" });
    should((await bench.first("webhook-taken")).payload).match({ sub });
    bench.simulator.tenant.setWebhook({ url, disable: true }, id);
  });

  it("accepts the tenant's own OAuth2 calls and refuses other tokens", async () => {
    await bench.load(receiver({ auth: "oauth2", oauthClientId: "hook-app", requiredScopes: "hook:write" }));
    await bench.listening();
    should(await bench.post(event(SUB), { authorization: "Bearer made.up.token" })).equal(401);
    should(await bench.post(event(SUB), {})).equal(401);
    const setup = { url: `${bench.url}${EVENTS_PATH}?oauth2`, auth_type: "CIDAAS_OAUTH2" as const };
    const { tenant } = bench.simulator;
    const id = tenant.setWebhook({ ...setup, cidaasAuthDetails: { client_id: "hook-app", scopes: ["other"] } });
    tenant.register({ email: "no-scope@example.org" });
    await bench.until(() => tenant.pendingWebhooks() === 1, "the call without the scope to be refused");
    should(await arrivals()).equal(0);
    tenant.setWebhook({ ...setup, cidaasAuthDetails: { client_id: "hook-app", scopes: ["hook:write"] } }, id);
    const sub = tenant.register({ email: "scope@example.org" });
    should((await bench.first("webhook-taken")).payload).match({ sub });
    tenant.setWebhook({ url: setup.url, disable: true }, id);
  });
});
