import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import should from "should";
import { openSqliteEngine, type SqliteOptions } from "../../../lib/store/sqlite/engine";

describe("the sqlite engine and other processes", function () {
  this.timeout(30_000);
  let directory = "";
  let options: SqliteOptions;
  let child: ChildProcess | null = null;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "store-processes-"));
    const policy = { leaseSeconds: 180, maxAttempts: 3 };
    options = { path: join(directory, "users.db"), encryptionKey: "a secret of the tests", policy };
  });
  afterEach(() => {
    child?.kill("SIGKILL");
    rmSync(directory, { recursive: true, force: true });
  });

  it("is refused while another process has the database, and loses nothing when that one is killed", async () => {
    child = spawn(process.execPath, ["--require", "tsx/cjs", join(__dirname, "child.ts"), options.path], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const acknowledged: string[] = [];
    const lines = createInterface({ input: child.stdout ?? process.stdin });
    let refusal: unknown = null;
    for await (const line of lines) {
      acknowledged.push(line);
      if (acknowledged.length === 50) refusal = await openSqliteEngine(options).catch((error: unknown) => error);
      if (acknowledged.length === 500) child.kill("SIGKILL");
    }
    if (child.signalCode === null) await once(child, "exit");
    should(refusal).containDeep({ code: "STORE_LOCKED" });

    const engine = await openSqliteEngine(options);
    const store = engine.sync("users");
    for (const sub of acknowledged) should(await store.findPerson({ sub })).not.be.null();
    const { inFlight, waiting, counters } = (await store.status()).lanes["to-legacy"];
    should(inFlight).equal(0);
    should(counters.in).be.aboveOrEqual(acknowledged.length);
    should(waiting + counters.delivered).equal(counters.in);
    should((await store.take("to-legacy", 10_000)).leases).have.length(waiting);
    await engine.close();
  });
});
