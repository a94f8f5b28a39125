import {
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import should from "should";
import { openDatabase, sqliteWarning } from "../../../lib/store/sqlite/database";
import { openSqliteEngine, type SqliteOptions, startEngine } from "../../../lib/store/sqlite/engine";
import { type FileSystemProbe, requireLocal } from "../../../lib/store/sqlite/file-system";
import { MIGRATIONS } from "../../../lib/store/sqlite/schema";
import type { Engine } from "../../../lib/store/types";
import { emptyChange } from "../../../lib/sync/change";

describe("opening a store", () => {
  let directory = "";
  let options: SqliteOptions;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "store-opening-"));
    const policy = { leaseSeconds: 180, maxAttempts: 3 };
    options = { path: join(directory, "users.db"), encryptionKey: "a secret of the tests", policy };
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  async function fill(engine: Engine, first = 0, count = 200): Promise<void> {
    const marks = Array.from({ length: count }, (_, index) => ({
      legacyId: `user-${first + index}`,
      change: { ...emptyChange("upsert", 1), rules: { name: { at: null, source: "p", values: ["x".repeat(500)] } } },
    }));
    await engine.sync("users").mark("to-cidaas", marks);
  }

  async function waiting(engine: Engine): Promise<number> {
    return (await engine.sync("users").status()).lanes["to-cidaas"].waiting;
  }

  describe("a damaged file", () => {
    it("is refused and left as it was, the log of a crash too", async () => {
      const former = await openSqliteEngine(options);
      await fill(former);
      await former.close();
      const engine = await openSqliteEngine(options);
      await fill(engine, 200, 1);
      const crashed = join(directory, "crashed.db");
      copyFileSync(options.path, crashed);
      copyFileSync(`${options.path}-wal`, `${crashed}-wal`);
      await engine.close();
      damage(crashed);
      const before = [crashed, `${crashed}-wal`].map((file) => readFileSync(file));
      await should(openSqliteEngine({ ...options, path: crashed })).be.rejectedWith({ code: "STORE_CORRUPT" });
      should([crashed, `${crashed}-wal`].map((file) => readFileSync(file))).eql(before);
    });

    it("is noticed though this process has closed the store in good order before", async () => {
      const engine = await openSqliteEngine(options);
      await fill(engine);
      await engine.close();
      await (await openSqliteEngine(options)).close();
      damage(options.path);
      await should(openSqliteEngine(options)).be.rejectedWith(/restore/, { code: "STORE_CORRUPT" });
    });

    /** Overwrites all pages but the first, which alone is read when a database is opened. */
    function damage(path: string): void {
      const file = openSync(path, "r+");
      writeSync(file, Buffer.alloc(statSync(path).size - 4096, 7), 0, null, 4096);
      closeSync(file);
    }
  });

  it("does not touch the database of another program", async () => {
    const database = new DatabaseSync(options.path);
    database.exec("CREATE TABLE theirs (id INTEGER)");
    database.close();
    const before = readFileSync(options.path);
    await should(openSqliteEngine(options)).be.rejectedWith({ code: "STORE_CORRUPT" });
    should(readFileSync(options.path).equals(before)).be.true();
  });

  it("keeps the log short under steady load, and leaves nothing of it when it is closed", async () => {
    const engine = await openSqliteEngine(options);
    let longest = 0;
    for (let round = 0; round < 150; round++) {
      await fill(engine, round * 100, 100);
      longest = Math.max(longest, statSync(`${options.path}-wal`).size);
    }
    should(statSync(options.path).size).be.above(2 * longest);
    should(longest).be.below(6 * 1024 * 1024);
    await engine.close();
    should(readdirSync(directory)).eql(["users.db", "users.db.start"]);
  });

  describe("a store of an earlier version", () => {
    const later = [...MIGRATIONS, "ALTER TABLE person ADD COLUMN note TEXT; UPDATE person SET note = 'new'"];

    async function open(migrations: readonly string[]): Promise<Engine> {
      return startEngine(await openDatabase(options.path, migrations), options, migrations);
    }

    it("is migrated with all it holds, once, and then refused by the earlier version", async () => {
      const first = await openSqliteEngine(options);
      await fill(first);
      await first.close();
      for (const _ of [1, 2]) {
        const engine = await open(later);
        should(await waiting(engine)).equal(200);
        await engine.close();
      }
      should(look("PRAGMA user_version")).eql({ user_version: later.length });
      should(look("SELECT DISTINCT note FROM person")).eql({ note: "new" });
      await should(openSqliteEngine(options)).be.rejectedWith({ code: "STORE_NEWER" });
    });

    it("is left as it was when a later step fails, or breaks a reference", async () => {
      const first = await openSqliteEngine(options);
      await fill(first);
      await first.close();
      const before = readFileSync(options.path);
      await should(open([...later, "UPDATE nothing SET x = 1"])).be.rejectedWith({ code: "STORE_UNAVAILABLE" });
      await should(open([...later, "DELETE FROM person"])).be.rejectedWith({ code: "STORE_CORRUPT" });
      should(readFileSync(options.path).equals(before)).be.true();
      const again = await openSqliteEngine(options);
      should(await waiting(again)).equal(200);
      await again.close();
    });

    it("is not migrated under a wrong key", async () => {
      await (await openSqliteEngine(options)).close();
      const database = await openDatabase(options.path, later);
      const wrong = { ...options, encryptionKey: "another" };
      await should(startEngine(database, wrong, later)).be.rejectedWith({ code: "STORE_KEY_WRONG" });
      should(look("PRAGMA user_version")).eql({ user_version: MIGRATIONS.length });
    });

    function look(sql: string): Record<string, unknown> {
      const database = new DatabaseSync(options.path);
      const row = database.prepare(sql).get();
      database.close();
      return { ...row };
    }
  });

  describe("a network file system", () => {
    function linux(type: number, mounts = ""): FileSystemProbe {
      return { typeOf: async () => type, mounts: async () => mounts };
    }

    it("is refused by its type: NFS, SMB, CIFS, AFS, Ceph", async () => {
      for (const type of [0x6969, 0x517b, 0xff534d42, 0xff534d42 | 0, 0xfe534d42, 0x5346414f, 0x6b414653, 0x00c36400])
        await should(requireLocal(directory, linux(type))).be.rejectedWith(/local disk/, { code: "STORE_NETWORK" });
    });

    it("is told from a local one by the table of mounts where both are FUSE", async () => {
      const spaced = join(directory, "a b");
      mkdirSync(spaced);
      const fuse = (point: string, type: string): string => `36 1 0:3 / ${point} rw shared:1 - ${type} user@host rw`;
      const mounts = [
        "1 0 8:1 / / rw - ext4 /dev/sda rw",
        fuse(realpathSync(directory), "fuse.mergerfs"),
        fuse(realpathSync(spaced).replace(" ", "\\040"), "fuse.sshfs"),
        fuse(`${realpathSync(directory)}x`, "fuse.sshfs"),
      ].join("\n");
      await should(requireLocal(spaced, linux(0x65735546, mounts))).be.rejectedWith(/fuse\.sshfs/, {
        code: "STORE_NETWORK",
      });
      await requireLocal(directory, linux(0x65735546, mounts));
    });

    it("is not suspected where the disk is local or nothing can be told", async () => {
      await requireLocal(directory, linux(0xef53));
      await requireLocal(directory, null);
      await requireLocal(directory, { ...linux(0), typeOf: () => Promise.reject(new Error("no such call")) });
      await requireLocal(directory);
    });
  });

  it("warns of a SQLite with the fault in its log, and of no other", async () => {
    for (const version of ["3.51.2", "3.50.4", "3.9.9"]) should(sqliteWarning(version)).match(/update Node\.js/);
    for (const version of ["3.51.3", "3.52.0", "4.0.0"]) should(sqliteWarning(version)).be.null();
    const warnings: string[] = [];
    await (await openSqliteEngine({ ...options, warn: (message) => warnings.push(message) })).close();
    should(warnings).eql([sqliteWarning(process.versions.sqlite ?? "")].filter((message) => message !== null));
  });
});
