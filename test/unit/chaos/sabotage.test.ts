import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import should from "should";
import type { TracePoint } from "../../../lib/trace";
import type { Order } from "../../../scripts/chaos/orders";
import { createSabotage, type Sabotage } from "../../../scripts/chaos/sabotage";
import { waitFor } from "../../support/wait-for";

/** A process that passes the points it is told, each with one line, and answers each line. */
const PROGRAM = `
const { channel } = require("node:diagnostics_channel");
const { DatabaseSync } = require("node:sqlite");
const { Worker, isMainThread, workerData } = require("node:worker_threads");
const database = new DatabaseSync(":memory:");
database.exec("CREATE TABLE users (name TEXT)");
const actions = {
  pass: ({ point, facts }) => channel("user-sync:" + point).publish(facts),
  worker: ({ point, facts }) => new Promise((resolve) => {
    const code = 'require("node:diagnostics_channel").channel("user-sync:' + point + '").publish(' + JSON.stringify(facts) + ')';
    new Worker(code, { eval: true }).on("exit", resolve);
  }),
  insert: () => {
    try { database.exec("INSERT INTO users VALUES ('" + "x".repeat(10000) + "')"); return "taken"; }
    catch (error) { return error.errcode; }
  },
};
require("node:readline").createInterface({ input: process.stdin }).on("line", async (line) => {
  const order = JSON.parse(line);
  const answer = await actions[order.action](order);
  setImmediate(() => console.log(JSON.stringify(answer ?? null)));
});`;

const SQLITE_FULL = 13;

describe("The saboteur inside a process", function () {
  this.timeout(20_000);
  let sabotage: Sabotage;
  let child: ChildProcess;
  let answers: unknown[];

  beforeEach(() => {
    sabotage = createSabotage();
    answers = [];
    child = spawn(process.execPath, ["-e", PROGRAM], {
      env: { PATH: process.env.PATH, ...sabotage.environment },
      stdio: ["pipe", "pipe", "inherit"],
    });
    if (child.stdout === null) throw new Error("The process has no output");
    createInterface({ input: child.stdout }).on("line", (line) => answers.push(JSON.parse(line)));
  });

  afterEach(async () => {
    const gone = once(child, "exit");
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await gone;
    }
    sabotage.close();
  });

  const send = (order: object) => child.stdin?.write(`${JSON.stringify(order)}\n`);
  const ask = async (order: object) => {
    const count = answers.length;
    send(order);
    await waitFor(() => answers.length > count, { timeoutMs: 10_000, what: "an answer" });
    return answers[count];
  };
  const pass = (point: TracePoint, facts: object) => ({ action: "pass", point, facts });
  const killBeforeSend: Order = { point: "before-send", lane: "to-legacy", end: "kill" };

  it("kills it at the ordered point of the ordered lane, and at no other", async () => {
    sabotage.order(killBeforeSend);
    await ask(pass("before-settle", { lane: "to-legacy" }));
    await ask(pass("before-send", { lane: "to-cidaas" }));
    const gone = once(child, "exit");
    send(pass("before-send", { lane: "to-legacy" }));
    should(await gone).eql([null, "SIGKILL"]);
    should(await sabotage.obeyed(1000)).equal(true);
  });

  it("stops it where it stands until it is woken, in a thread of its own too", async () => {
    await ask({ action: "insert" });
    sabotage.order({ point: "before-commit", lane: null, end: "freeze" });
    send({ action: "worker", point: "before-commit", facts: { operations: 1 } });
    should(await sabotage.obeyed(10_000)).equal(true);
    const count = answers.length;
    send({ action: "insert" });
    // As long as another process takes from its start to its end.
    await once(spawn(process.execPath, ["-e", ""]), "exit");
    should(answers).have.length(count);
    sabotage.wake();
    await waitFor(() => answers.length === count + 2, { timeoutMs: 10_000, what: "the process to go on" });
  });

  it("takes an order back that is not obeyed in time", async () => {
    sabotage.order(killBeforeSend);
    should(await sabotage.obeyed(50)).equal(false);
    should(await ask(pass("before-send", { lane: "to-legacy" }))).equal(null);
  });

  it("leaves no room in the databases as long as the disk is to be full", async () => {
    should(await ask({ action: "insert" })).equal("taken");
    await sabotage.fillDisk();
    should(await ask({ action: "insert" })).equal(SQLITE_FULL);
    sabotage.emptyDisk();
    const taken = async () => (await ask({ action: "insert" })) === "taken";
    await waitFor(taken, { timeoutMs: 5000, what: "room for another row" });
  });

  describe("watching the leases", () => {
    const held = (token: string, person: number, ms = 60_000) =>
      pass("lease-held", { token, person, lane: "to-legacy", until: Date.now() + ms });

    it("notes a person with two valid leases", async () => {
      await ask(held("first", 1));
      await ask(held("second", 1));
      should(sabotage.heldTwice()).have.length(1);
      should(sabotage.heldTwice()[0]).match(/person 1: to-legacy although to-legacy has it until/);
    });

    it("notes nothing where the first lease was dropped, has run out or is another person's", async () => {
      await ask(held("first", 1));
      await ask(pass("lease-dropped", { token: "first" }));
      await ask(held("second", 1));
      await ask(held("third", 2));
      await ask(held("fourth", 3, -1));
      await ask(held("fifth", 3));
      should(sabotage.heldTwice()).eql([]);
    });

    it("minds that a lease was extended, and that two persons turned out to be one", async () => {
      await ask(held("first", 1, -1));
      await ask(pass("lease-extended", { token: "first", until: Date.now() + 60_000 }));
      await ask(held("second", 1));
      should(sabotage.heldTwice()).have.length(1);
      await ask(held("third", 2));
      await ask(held("third", 1));
      should(sabotage.heldTwice()).have.length(3);
    });
  });
});
