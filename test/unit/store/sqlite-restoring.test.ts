import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import should from "should";
import type { SqliteOptions } from "../../../lib/store/sqlite/engine";
import { openThreadEngine } from "../../../lib/store/sqlite/thread-engine";
import type { Engine } from "../../../lib/store/types";
import { emptyChange } from "../../../lib/sync/change";
import { ledgerEntry } from "./conformance/fixture";

const OTHER_START = "8d1f0c1e-0000-4000-8000-000000000000";

describe("a store that starts", () => {
  let directory = "";
  let options: SqliteOptions;
  let warnings: string[] = [];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "store-restoring-"));
    warnings = [];
    options = {
      path: join(directory, "users.db"),
      encryptionKey: "a secret of the tests",
      policy: { leaseSeconds: 180, maxAttempts: 3 },
      warn: (message) => {
        if (!message.includes("SQLite")) warnings.push(message);
      },
    };
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const startFile = (): string => `${options.path}.start`;

  /** Opens the store, lets somebody use it, and closes it. */
  async function once(use: (engine: Engine) => Promise<void> = async () => {}): Promise<void> {
    const engine = await openThreadEngine(options);
    await use(engine);
    await engine.close();
  }

  async function agree(engine: Engine): Promise<void> {
    const store = engine.sync("users");
    await store.mark("to-legacy", [{ sub: "s", change: emptyChange("upsert", 1) }]);
    const [lease] = (await store.take("to-legacy", 1)).leases;
    await store.settle([{ token: lease?.token ?? "", outcome: "unchanged", ledger: { city: ledgerEntry("bonn") } }]);
  }

  /** Whether what was agreed counts. */
  async function counts(): Promise<boolean> {
    const found: boolean[] = [];
    await once(async (engine) => {
      const store = engine.sync("users");
      await store.mark("to-legacy", [{ sub: "s", change: emptyChange("upsert", 1) }]);
      const [lease] = (await store.take("to-legacy", 1)).leases;
      found.push(lease?.ledger.city?.fingerprint === "f");
    });
    should(warnings.length).equal(found.includes(false) ? 1 : 0);
    return found.includes(true);
  }

  it("as the one that was used last goes on with all that was agreed", async () => {
    await once(agree);
    should(await counts()).be.true();
    should(await counts()).be.true();
    should(readdirSync(directory)).eql(["users.db", "users.db.start"]);
  });

  it("as a backup of the start before recovers, warns, and is the one that was used last from then on", async () => {
    await once(agree);
    copyFileSync(options.path, `${options.path}.copy`);
    await once();
    copyFileSync(`${options.path}.copy`, options.path);
    should(await counts()).be.false();
    should(warnings).match([/older copy.*firstContact.*Hand in the legacy users/s]);
    warnings = [];
    await once(agree);
    should(await counts()).be.true();
  });

  it("as a backup of the running store recovers, though it was not started since", async () => {
    const backup = join(directory, "backup.db");
    await once(async (engine) => {
      await agree(engine);
      await engine.backup(backup);
    });
    should(await counts()).be.true();
    rmSync(options.path);
    copyFileSync(backup, options.path);
    should(await counts()).be.false();
  });

  it("as a copy in another place recovers, unless the file of its last start came with it", async () => {
    await once(agree);
    const [first, second] = [join(directory, "first"), join(directory, "second")];
    for (const place of [first, second]) {
      mkdirSync(place);
      copyFileSync(options.path, join(place, "users.db"));
    }
    copyFileSync(startFile(), join(second, "users.db.start"));
    options = { ...options, path: join(first, "users.db") };
    should(await counts()).be.false();
    warnings = [];
    options = { ...options, path: join(second, "users.db") };
    should(await counts()).be.true();
  });

  it("goes on after a crash at any moment of noting the start", async () => {
    await once(agree);
    const before = readFileSync(startFile(), "utf8");
    // The file names the next start, the database does not yet.
    writeFileSync(startFile(), `${before}${OTHER_START}\n`);
    should(await counts()).be.true();
    // The database has it, and the file still names both.
    writeFileSync(startFile(), `${OTHER_START}\n${readFileSync(startFile(), "utf8")}`);
    should(await counts()).be.true();
  });

  it("works where the file cannot be written, and recovers nothing for that", async () => {
    mkdirSync(startFile());
    await once(agree);
    should(await counts()).be.true();
    should(readdirSync(directory)).eql(["users.db", "users.db.start"]);
  });
});
