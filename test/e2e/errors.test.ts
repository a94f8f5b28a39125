import should from "should";
import type { Json } from "../../lib/sync/types";
import { flowEnvironment } from "../../scripts/demo/processes";
import { type RunningSimulator, startSimulator } from "../../simulator";
import { Comms } from "../support/comms";
import { type FlowNode, findNode, loadExample, withProperties } from "../support/flows";
import { freePort, NodeRed } from "../support/node-red";
import { waitFor } from "../support/wait-for";

const KEY_HEADERS = { "content-type": "application/json", "x-api-key": "simulator-webhook-key" };
const USER_EVENT = { eventtype: "ACCOUNT_MODIFIED", createTime: new Date(0).toISOString(), objectType: "users" };

describe("When something is wrong", function () {
  this.timeout(60_000);
  const example = loadExample("3 two-way sync");
  const tenantId = findNode(example, "cidaas-tenant").id;
  const batcherId = findNode(example, "bulk-batcher").id;
  const webhookId = findNode(example, "cidaas-webhook-in").id;
  let simulator: RunningSimulator;
  let nodeRed: NodeRed;
  let comms: Comms;

  before(async () => {
    simulator = await startSimulator({ legacy: { users: 3 } });
    nodeRed = await NodeRed.start({ environment: flowEnvironment(simulator) });
    comms = await Comms.connect(nodeRed.url);
  });

  after(async () => {
    comms?.close();
    await nodeRed?.close();
    await simulator?.close();
  });

  afterEach(async () => {
    should(nodeRed.running).be.true();
    await nodeRed.request("GET", "/settings");
  });

  const deployTenant = (properties: Record<string, Json>) => {
    comms.forget();
    return nodeRed.deployFlows(withProperties(example, tenantId, properties));
  };
  const redStatus = (id = webhookId) => comms.waitForStatus(id, ({ fill }) => fill === "red", "a red status");
  const shown = (text: string) =>
    waitFor(() => comms.debug.find((message) => message.includes(text)), {
      timeoutMs: 15_000,
      what: `${text} in the debug sidebar`,
      seen: () => comms.debug.slice(-3),
    });
  const logged = (text: string | RegExp) =>
    waitFor(() => nodeRed.logs.search(text) >= 0, { timeoutMs: 15_000, what: `${text} in the log`, seen: lastLines });
  const lastLines = () => nodeRed.logs.slice(-1500);

  describe("in the configuration", () => {
    it("names the field that is missing", async () => {
      await deployTenant({ baseUrl: "" });
      should((await redStatus()).text).match(/base ?url/i);
    });

    it("names the environment variable that is not set", async () => {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the notation of Node-RED for environment variables
      await deployTenant({ baseUrl: "${NO_SUCH_VARIABLE}" });
      await redStatus();
      await logged("NO_SUCH_VARIABLE");
    });

    it("tells a tenant that cannot be reached from one that refuses the client", async () => {
      await deployTenant({ baseUrl: `http://127.0.0.1:${await freePort()}` });
      await shown("TENANT_UNREACHABLE");
      const unreachable = (await redStatus(batcherId)).text;
      await deployTenant({ credentials: { clientId: "simulator-client", clientSecret: "wrong" } });
      await shown("TENANT_REFUSED_CLIENT");
      should((await redStatus(batcherId)).text).not.equal(unreachable);
    });
  });

  describe("with a webhook", () => {
    before(async () => {
      comms.forget();
      await nodeRed.deployFlows(example);
      await comms.waitForStatus(webhookId, ({ fill }) => fill === "green", "the webhook to be ready");
    });

    const post = (headers: Record<string, string>, body: string) =>
      fetch(`${nodeRed.url}/cidaas/events`, { method: "POST", headers, body });

    it("refuses a missing and a wrong key with 401", async () => {
      const { "x-api-key": _key, ...keyless } = KEY_HEADERS;
      should((await post(keyless, JSON.stringify(USER_EVENT))).status).equal(401);
      should((await post({ ...KEY_HEADERS, "x-api-key": "wrong" }, JSON.stringify(USER_EVENT))).status).equal(401);
    });

    it("refuses a body that is not JSON with 400", async () => {
      should((await post(KEY_HEADERS, "{ not json")).status).equal(400);
    });

    it("refuses a body that is too large with 413", async () => {
      const large = JSON.stringify({ ...USER_EVENT, filling: "x".repeat(6 * 1024 * 1024) });
      should((await post(KEY_HEADERS, large)).status).equal(413);
    });

    it("takes an event that names no user with 200 and leaves the lane alone", async () => {
      const before = (await nodeRed.status()).lanes["to-legacy"].counters.in;
      const event = { ...USER_EVENT, eventtype: "GROUP_UPDATED", objectType: "groups", objectId: "customers" };
      should((await post(KEY_HEADERS, JSON.stringify(event))).status).equal(200);
      should((await nodeRed.status()).lanes["to-legacy"].counters.in).equal(before);
    });

    it("survives a body nested thousands deep", async () => {
      const deep = `${"[".repeat(50_000)}${"]".repeat(50_000)}`;
      should((await post(KEY_HEADERS, deep)).status).be.oneOf(200, 400);
    });
  });

  describe("in the flow", () => {
    it("refuses to send a user who was never taken from a lane, and names the node to put in front", async () => {
      const sender = findNode(example, "legacy-out");
      const inject: FlowNode = {
        id: "e2e0000000000001",
        type: "inject",
        z: sender.z ?? "",
        name: "",
        props: [{ p: "payload" }],
        payload: '{"id":"1"}',
        payloadType: "json",
        x: 100,
        y: 1000,
        wires: [[sender.id]],
      };
      await nodeRed.deployFlows([...example, inject]);
      await nodeRed.inject(inject.id);
      should(await shown("SYNC_NO_LEASE")).match(/field-mapper|cidaas-user-fetch|cidaas-webhook-in/);
    });
  });
});
