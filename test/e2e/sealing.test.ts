import { appendFileSync } from "node:fs";
import { basename, join } from "node:path";
import should from "should";
import { type Demo, flowEnvironment, startDemo } from "../../scripts/demo/processes";
import { waitForQuiet } from "../../scripts/demo/quiet";
import { Comms } from "../support/comms";
import { type FlowNode, findNode, loadExample } from "../support/flows";
import { type Places, placesThatShow, readFiles } from "../support/leaks";
import { probeId, withProbes } from "../support/probes";
import { linkCheckout, temporaryDirectory } from "../support/user-directory";
import { waitFor } from "../support/wait-for";

const SEAL = "sealed:v1:";
/** A name that is no secret: the search must find it in every place that shows messages. */
const SHOWN_NAME = "Sichtbarius";
/** In a layout that no rule of the map takes. */
const FOREIGN_HASH = "$1$aXc9Qm2p$Jq3bWnT5kzL0vYd8eRf1G.";

const EXAMPLE = loadExample("3 two-way sync");
const nodeId = (type: string, name?: string) => findNode(EXAMPLE, type, name).id;
const TAB = nodeId("tab");
const MAPPER = nodeId("field-mapper", "To cidaas");
const STRIP = "e2e0000000000001";
const AGAIN = "e2e0000000000002";

/** Whom the flow meets, with the password that each has in the legacy system. */
const PEOPLE = {
  mapped: { email: "mapped@example.org", password: "Mapped-Password-7f3a" },
  invalid: { email: "invalid@example.org", password: "Invalid-Password-c81e", phone: "+999 1234" },
  refused: { email: "refused@example.org", password: "Refused-Password-e2b9" },
  delayed: { email: "delayed@example.org", password: "Delayed-Password-5d40" },
};
const NEW_PASSWORD = "Legacy-Password-Changed-9b6c";
const CIDAAS_PASSWORD = "Cidaas-Password-Changed-1e7d";

describe("A secret that travels through a flow of curious nodes", function () {
  this.timeout(120_000);
  const directory = temporaryDirectory("sealing");
  let demo: Demo;
  const listeners: Comms[] = [];
  /** What lay in the user directory while a user waited in the store. */
  let whileWaiting = new Map<string, Buffer>();
  /** What the admin API answered. */
  const answers: string[] = [];

  before(async () => {
    linkCheckout(directory.path);
    const flow = [...withProbes(EXAMPLE, directory.path), ...strayNodes()];
    demo = await startDemo({
      users: 0,
      port: null,
      page: false,
      timeScale: 0.01,
      flow: behind(flow, nodeId("bulk-batcher"), STRIP),
      userDirectory: directory.path,
    });
    await demo.nodeRed.stop();
    const stores = { default: { module: "localfilesystem", config: { flushInterval: 1 } } };
    appendFileSync(join(directory.path, "settings.js"), `module.exports.contextStorage = ${JSON.stringify(stores)};\n`);
    await start();
    await meetEverybody();
  });

  after(async () => {
    for (const comms of listeners) comms.close();
    await demo?.close();
    directory.remove();
  });

  async function start(): Promise<void> {
    await demo.nodeRed.start();
    listeners.push(await Comms.connect(demo.nodeRed.url));
  }

  const shown = (text: string) =>
    waitFor(() => listeners.some(({ heard }) => heard.some((packet) => packet.includes(text))), {
      timeoutMs: 20_000,
      what: `${text} at a debug node`,
      seen: () => listeners.flatMap(({ debug }) => debug.slice(-3)),
    });
  const subOf = (email: string) => {
    const user = demo.simulator.tenant.snapshot().find((one) => one.email === email);
    return typeof user?.sub === "string" ? user.sub : null;
  };
  const inCidaas = (email: string) =>
    waitFor(() => subOf(email), { timeoutMs: 30_000, what: `${email} in cidaas`, seen: () => listeners.at(-1)?.debug });

  /** Sends every person down another path; ends with both systems quiet. */
  async function meetEverybody(): Promise<void> {
    const { simulator, nodeRed } = demo;
    const { tenant, legacy } = simulator;
    tenant.setDials({ failEmails: [PEOPLE.refused.email] });

    const mapped = legacy.create({ ...PEOPLE.mapped, last_name: SHOWN_NAME });
    const sub = await inCidaas(PEOPLE.mapped.email);
    legacy.create(PEOPLE.invalid);
    await postForeignHash();
    legacy.create(PEOPLE.refused);
    for (const code of ["PHONE_INVALID", "HASH_UNKNOWN", "TENANT_FAILED_USER", "SYNC_NO_LEASE"]) await shown(code);

    legacy.changePassword(mapped, NEW_PASSWORD);
    tenant.edit(sub, { given_name: "Edited in cidaas" });
    tenant.changePassword(sub, CIDAAS_PASSWORD);
    await waitForQuiet(demo, 30_000);

    await keepWaiting();
    await nodeRed.inject(AGAIN);
    await shown("SEAL_BROKEN");
    await inCidaas(PEOPLE.delayed.email);

    tenant.setDials({ failEmails: [] });
    await askAdminApi();
    await nodeRed.request("POST", "/user-sync/users/parked/retry", { lane: "to-cidaas", code: "TENANT_FAILED_USER" });
    await inCidaas(PEOPLE.refused.email);
    // Refused by the legacy system, which takes no more than 200 characters.
    tenant.edit(sub, { given_name: "x".repeat(300) });
    await shown("REQUEST_INVALID");
    await waitForQuiet(demo, 30_000);
    await askAdminApi();
  }

  /** A user waits in the store, for cidaas fails, and the process dies; then both are well again. */
  async function keepWaiting(): Promise<void> {
    const { tenant, legacy } = demo.simulator;
    tenant.setDials({ crashEmails: [PEOPLE.delayed.email] });
    const calls = () => tenant.calls()["POST /users-srv/user/bulk"] ?? 0;
    const before = calls();
    legacy.create(PEOPLE.delayed);
    await waitFor(() => calls() > before, { timeoutMs: 20_000, what: "a call that fails" });
    const kept = () =>
      [...readFiles(directory.path)].some(
        ([path, content]) => path.includes("context") && content.includes(PEOPLE.delayed.email),
      );
    await waitFor(kept, { timeoutMs: 20_000, what: "the context store to be written" });
    await askAdminApi();
    const { waiting, inFlight } = (await demo.nodeRed.status()).lanes["to-cidaas"];
    should(waiting + inFlight).equal(1);
    await demo.nodeRed.kill9();
    whileWaiting = readFiles(directory.path);
    tenant.setDials({ crashEmails: [] });
    await start();
  }

  async function postForeignHash(): Promise<void> {
    const user = {
      id: 999,
      email: "foreign@example.org",
      updated_at: new Date().toISOString(),
      password_hash: FOREIGN_HASH,
    };
    const answer = await fetch(`${demo.nodeRed.url}/legacy/events`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-api-key": "demo-events-key" },
      body: JSON.stringify({ event: "user.created", occurredAt: user.updated_at, user }),
    });
    should(answer.status).equal(200);
  }

  async function askAdminApi(): Promise<void> {
    const sync = ["status", "parked", "parked?lane=to-cidaas", "parked?lane=to-legacy", "conflicts"];
    const paths = [
      ...sync.map((path) => `/user-sync/users/${path}`),
      "/flows",
      "/context/global",
      `/context/flow/${TAB}`,
    ];
    for (const path of paths) answers.push(JSON.stringify(await demo.nodeRed.request("GET", path)));
  }

  /** What came out of Node-RED where messages may be seen. */
  const messages = (): Places => ({
    "the editor": listeners.flatMap(({ heard }) => heard),
    "the log": [demo.nodeRed.logs],
    "the admin API": answers,
    "a file": contentsOf(readFiles(directory.path), (path) => !isOfStore(path)),
    "a file while a user waited": contentsOf(whileWaiting, (path) => !isOfStore(path)),
  });
  const store = (): Places => ({
    "the store": contentsOf(readFiles(directory.path), isOfStore),
    "the store while a user waited": contentsOf(whileWaiting, isOfStore),
  });

  it("is found nowhere outside of the two systems", () => {
    const places = { ...messages(), ...store() };
    const found = secretsOf(demo).flatMap((secret) =>
      placesThatShow(secret, places).map((place) => `${secret} in ${place}`),
    );
    should(found).eql([]);
  });

  it("would have been found by this search in every place", () => {
    should(placesThatShow(SHOWN_NAME, messages())).eql(Object.keys(messages()));
    should(placesThatShow(SEAL, messages())).eql(Object.keys(messages()));
    should(placesThatShow("RECORD_INVALID", store())).eql(Object.keys(store()));
  });

  it("arrives: the users log in to cidaas with the passwords they have in the legacy system", () => {
    const { tenant } = demo.simulator;
    for (const { email, password } of [PEOPLE.refused, PEOPLE.delayed])
      should(tenant.login(email, password)).equal(subOf(email));
  });
});

/** Nodes that send a batch without its envelope, and one that sends a message from before the last start. */
function strayNodes(): FlowNode[] {
  const place = { z: TAB, x: 100, y: 1900 };
  const strip = "delete msg.sync; return msg;";
  const kept = `const { payload, sync } = flow.get("seen_${probeId(MAPPER, 0)}"); return { payload, sync };`;
  return [
    { ...place, id: STRIP, type: "function", func: strip, outputs: 1, wires: [[nodeId("cidaas-bulk-upsert")]] },
    { ...place, id: AGAIN, type: "inject", props: [], wires: [[`${AGAIN}f`]] },
    { ...place, id: `${AGAIN}f`, type: "function", func: kept, outputs: 1, wires: [[nodeId("bulk-batcher")]] },
  ];
}

/** The flow with one more wire behind the probe of a node's first output. */
function behind(flow: FlowNode[], nodeId: string, target: string): FlowNode[] {
  const id = probeId(nodeId, 0);
  return flow.map((node) =>
    node.id === id && Array.isArray(node.wires) ? { ...node, wires: [[...node.wires.flat(), target]] } : node,
  );
}

function contentsOf(files: Map<string, Buffer>, isMeant: (path: string) => boolean): Buffer[] {
  return [...files].filter(([path]) => isMeant(path)).map(([, content]) => content);
}

function isOfStore(path: string): boolean {
  return basename(path).startsWith("user-sync.db");
}

/** Every password and hash that one of the systems ever held, and the keys that the nodes have for them. */
function secretsOf({ simulator }: Demo): string[] {
  const hashes = simulator.history.entries().flatMap(({ fields }) => {
    return typeof fields.password_hash === "string" ? [fields.password_hash] : [];
  });
  const passwords = Object.values(PEOPLE).map(({ password }) => password);
  should(new Set(hashes).size).equal(5);
  const { CIDAAS_CLIENT_SECRET = "", CIDAAS_WEBHOOK_SECRET = "", LEGACY_API_KEY = "" } = flowEnvironment(simulator);
  const keys = [CIDAAS_CLIENT_SECRET, CIDAAS_WEBHOOK_SECRET, LEGACY_API_KEY];
  return [...hashes, FOREIGN_HASH, ...passwords, NEW_PASSWORD, CIDAAS_PASSWORD, ...keys];
}
