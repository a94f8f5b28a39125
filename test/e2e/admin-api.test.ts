import { appendFileSync } from "node:fs";
import { join } from "node:path";
import bcrypt from "bcryptjs";
import should from "should";
import { flowEnvironment } from "../../scripts/demo/processes";
import { type RunningSimulator, startSimulator } from "../../simulator";
import { isJsonObject } from "../support/answers";
import { loadExample } from "../support/flows";
import { NodeRed } from "../support/node-red";
import { waitFor } from "../support/wait-for";

const PASSWORD = "only-for-tests";

/** Permissions of the people who may log in, by name. */
const PEOPLE = {
  reader: "read",
  viewer: "user-sync.read",
  operator: ["user-sync.read", "user-sync.write"],
  guest: "flows.read",
};

describe("The admin API behind a login", function () {
  this.timeout(60_000);
  let simulator: RunningSimulator;
  let nodeRed: NodeRed;

  before(async () => {
    simulator = await startSimulator();
    nodeRed = await NodeRed.start({ environment: flowEnvironment(simulator) });
    await nodeRed.deployFlows(loadExample("5 operating"));
    await nodeRed.stop();
    const password = bcrypt.hashSync(PASSWORD, 4);
    const people = Object.entries(PEOPLE).map(([username, permissions]) => ({ username, password, permissions }));
    const login = JSON.stringify({ type: "credentials", users: people });
    appendFileSync(join(nodeRed.userDirectory, "settings.js"), `module.exports.adminAuth = ${login};\n`);
    await nodeRed.start();
    const token = await tokenOf("operator");
    const opened = async () => (await statuses(token))[0] === 200;
    await waitFor(opened, { timeoutMs: 10_000, what: "the sync to be open" });
  });

  after(async () => {
    await nodeRed?.close();
    await simulator?.close();
  });

  async function tokenOf(username: string): Promise<string> {
    const answer = await nodeRed.request("POST", "/auth/token", {
      client_id: "node-red-admin",
      grant_type: "password",
      scope: "",
      username,
      password: PASSWORD,
    });
    return isJsonObject(answer) ? String(answer.access_token) : "";
  }

  /** Statuses of the answers to one call that only looks and one that changes something. */
  async function statuses(token: string | null): Promise<number[]> {
    const headers = token === null ? {} : { authorization: `Bearer ${token}` };
    const base = `${nodeRed.url}/user-sync/users`;
    const seen = await fetch(`${base}/status`, { headers });
    const changed = await fetch(`${base}/resume`, { method: "POST", headers });
    return [seen.status, changed.status];
  }

  it("answers nothing to somebody who has not logged in", async () => {
    should(await statuses(null)).eql([401, 401]);
  });

  it("lets look who may read, and change something only who may write", async () => {
    should(await statuses(await tokenOf("operator"))).eql([200, 200]);
    for (const name of ["reader", "viewer"]) should(await statuses(await tokenOf(name))).eql([200, 401]);
    should(await statuses(await tokenOf("guest"))).eql([401, 401]);
  });

  it("lets try a map out only who may write, and gives presets to who may read", async () => {
    const tried = async (name: string) => {
      const headers = { authorization: `Bearer ${await tokenOf(name)}`, "content-type": "application/json" };
      const body = JSON.stringify({ rules: [{ cidaas: "a", legacy: "b" }], side: "legacy", record: { b: 1 } });
      const base = `${nodeRed.url}/user-sync`;
      const preview = await fetch(`${base}/preview`, { method: "POST", headers, body });
      const samples = await fetch(`${base}/samples`, { method: "POST", headers, body });
      const presets = await fetch(`${base}/presets`, { headers });
      return [preview.status, samples.status, presets.status];
    };
    should(await tried("operator")).eql([200, 200, 200]);
    for (const name of ["reader", "viewer"]) should(await tried(name)).eql([401, 401, 200]);
    should(await tried("guest")).eql([401, 401, 401]);
  });
});
