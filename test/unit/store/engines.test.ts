import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import should from "should";
import { acquireEngine } from "../../../lib/store/engines";
import type { SqliteOptions } from "../../../lib/store/sqlite/engine";
import { emptyChange } from "../../../lib/sync/change";

describe("acquireEngine", () => {
  let directory = "";
  let options: SqliteOptions;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "store-engines-"));
    const policy = { leaseSeconds: 180, maxAttempts: 3 };
    options = { path: join(directory, "users.db"), encryptionKey: "a secret of the tests", policy };
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it("shares one engine per database, and one sync per key, until the last user goes", async () => {
    const [first, second] = await Promise.all([
      acquireEngine(options),
      acquireEngine({ ...options, path: `${directory}/./users.db` }),
    ]);
    should(first.engine).equal(second.engine);
    should(first.engine.sync("a")).equal(second.engine.sync("a"));
    await first.release();
    await first.release();
    await second.engine.sync("a").status();
    await second.release();
    await should(second.engine.sync("a").status()).be.rejectedWith({ code: "STORE_CLOSED" });
  });

  it("lets a redeploy wait until the former engine has closed with all its work", async () => {
    const former = await acquireEngine(options);
    const work = former.engine.sync("a").mark("to-legacy", [{ sub: "1", change: emptyChange("upsert", 1) }]);
    const closing = former.release();
    const next = await acquireEngine(options);
    await Promise.all([work, closing]);
    should(next.engine).not.equal(former.engine);
    should((await next.engine.sync("a").status()).persons).equal(1);
    await next.release();
  });

  it("lets several redeploys that wait share the new engine", async () => {
    const former = await acquireEngine(options);
    const closing = former.release();
    const [one, two] = await Promise.all([acquireEngine(options), acquireEngine(options)]);
    should(one.engine).equal(two.engine);
    await Promise.all([closing, one.release(), two.release()]);
  });

  it("refuses the same database with other options while it is open", async () => {
    const present = await acquireEngine(options);
    const code = { code: "STORE_OPTIONS_DIFFER", name: "ConfigError" };
    await should(acquireEngine({ ...options, encryptionKey: null })).be.rejectedWith(code);
    const policy = { ...options.policy, maxAttempts: 4 };
    await should(acquireEngine({ ...options, policy })).be.rejectedWith(code);
    await present.release();
    const changed = await acquireEngine({ ...options, policy });
    await changed.release();
  });

  it("tries anew after an engine could not be opened", async () => {
    await (await acquireEngine(options)).release();
    const wrong = { ...options, encryptionKey: "another" };
    await should(acquireEngine(wrong)).be.rejectedWith({ code: "STORE_KEY_WRONG" });
    await (await acquireEngine(options)).release();
  });
});
