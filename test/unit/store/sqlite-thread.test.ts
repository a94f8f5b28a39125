import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import should from "should";
import type { SqliteOptions } from "../../../lib/store/sqlite/engine";
import { openThreadEngine } from "../../../lib/store/sqlite/thread-engine";
import type { Engine } from "../../../lib/store/types";
import { emptyChange } from "../../../lib/sync/change";

describe("the thread of a sqlite engine", () => {
  const directory = mkdtempSync(join(tmpdir(), "store-thread-"));
  const threads: Worker[] = [];
  const remember = (worker: Worker) => threads.push(worker);
  let options: SqliteOptions;
  let files = 0;

  before(() => process.on("worker", remember));
  after(() => {
    process.off("worker", remember);
    rmSync(directory, { recursive: true, force: true });
  });
  beforeEach(() => {
    files += 1;
    const policy = { leaseSeconds: 180, maxAttempts: 3 };
    options = { path: join(directory, `${files}.db`), encryptionKey: "a secret of the tests", policy };
    threads.length = 0;
  });

  const mark = (engine: Engine, sub: string) =>
    engine.sync("users").mark("to-legacy", [{ sub, change: emptyChange("upsert", 1) }]);

  it("that ends by itself is started again with all that was acknowledged, and gives back what was in flight", async () => {
    const engine = await openThreadEngine(options);
    const heard: string[] = [];
    engine.sync("users").onWork((lane) => heard.push(lane));
    await mark(engine, "1");
    const { leases } = await engine.sync("users").take("to-legacy", 1);
    const unanswered = mark(engine, "2");
    await Promise.all([
      should(unanswered).be.rejectedWith({ name: "StoreError", code: "STORE_UNAVAILABLE" }),
      threads[0]?.terminate(),
    ]);
    heard.length = 0;

    should((await engine.sync("users").take("to-legacy", 1)).leases.map(({ person }) => person.sub)).eql(["1"]);
    should(threads).have.length(2);
    const [lost] = leases;
    should(await engine.sync("users").settle([{ token: lost?.token ?? "", outcome: "delivered" }])).eql(["fenced"]);
    should(heard).containEql("to-legacy");
    await engine.close();
  });

  it("says why it does not open, and ends", async () => {
    await (await openThreadEngine(options)).close();
    const wrong = { ...options, encryptionKey: "another" };
    await should(openThreadEngine(wrong)).be.rejectedWith({ name: "StoreError", code: "STORE_KEY_WRONG" });
    should(threads).have.length(2);
    for (const thread of threads) should(thread.threadId).equal(-1);
  });

  it("takes no call once the engine closes, finishes those it has, and is gone then", async () => {
    const engine = await openThreadEngine(options);
    const before = mark(engine, "1");
    const closing = engine.close();
    await should(mark(engine, "2")).be.rejectedWith({ name: "StoreError", code: "STORE_CLOSED" });
    await Promise.all([before, closing]);
    should(threads.map(({ threadId }) => threadId)).eql([-1]);
  });

  it("answers what is no error of the store as an error too", async () => {
    const engine = await openThreadEngine(options);
    const nobody = [{ change: emptyChange("upsert", 1) }];
    await should(engine.sync("users").mark("to-legacy", nobody)).be.rejectedWith(/needs a sub or a legacy id/);
    await engine.close();
  });
});
