import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setImmediate as nextTurn } from "node:timers/promises";
import should from "should";
import { openSqliteEngine, type SqliteOptions } from "../../../lib/store/sqlite/engine";
import type { Engine } from "../../../lib/store/types";
import { emptyChange } from "../../../lib/sync/change";
import type { Change } from "../../../lib/sync/types";

describe("keys and backups of a store", () => {
  let directory = "";
  let options: SqliteOptions;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "store-keys-"));
    const policy = { leaseSeconds: 180, maxAttempts: 3 };
    options = { path: join(directory, "users.db"), encryptionKey: "first, with a comma", policy };
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  function change(value: string): Change {
    return { ...emptyChange("upsert", 1), rules: { name: { at: null, source: "print", values: [value] } } };
  }

  async function mark(engine: Engine, legacyId: string): Promise<void> {
    await engine.sync("users").mark("to-cidaas", [{ legacyId, change: change(`of ${legacyId}`) }]);
  }

  /** The values that wait, which only the right key opens. */
  async function values(engine: Engine): Promise<unknown[]> {
    const { leases } = await engine.sync("users").take("to-cidaas", 1_000_000);
    await engine.sync("users").release(leases.map(({ token }) => token));
    return leases.map((lease) => lease.change.rules.name?.values[0]);
  }

  describe("another key", () => {
    it("takes over where the former one is named, and the former opens nothing any more", async () => {
      const first = await openSqliteEngine(options);
      await mark(first, "1");
      const { printKey } = first;
      await first.close();
      const rotated = { ...options, encryptionKey: "second", formerEncryptionKey: options.encryptionKey };
      for (const next of [rotated, rotated, { ...options, encryptionKey: "second" }]) {
        const engine = await openSqliteEngine(next);
        should(engine.printKey.equals(printKey)).be.true();
        should(await values(engine)).eql(["of 1"]);
        await engine.close();
      }
      await should(openSqliteEngine(options)).be.rejectedWith({ code: "STORE_KEY_WRONG" });
    });

    it("leaves nothing in the files that the former one opens", async () => {
      await (await openSqliteEngine(options)).close();
      const database = new DatabaseSync(options.path);
      const former = database.prepare("SELECT value FROM meta WHERE name <> 'start'").all();
      database.close();
      const rotated = { ...options, encryptionKey: "second", formerEncryptionKey: options.encryptionKey };
      const engine = await openSqliteEngine(rotated);
      const copies = readdirSync(directory).map((name) => readFileSync(join(directory, name)));
      for (const { value } of former) {
        if (!(value instanceof Uint8Array)) throw new Error("the keys of a store are bytes");
        for (const copy of copies) should(copy.includes(Buffer.from(value))).be.false();
      }
      await engine.close();
    });

    it("changes nothing where neither key is right", async () => {
      await (await openSqliteEngine(options)).close();
      const before = readFileSync(options.path);
      const wrong = { ...options, encryptionKey: "second", formerEncryptionKey: "third" };
      await should(openSqliteEngine(wrong)).be.rejectedWith({ code: "STORE_KEY_WRONG" });
      const none = { ...options, encryptionKey: null, formerEncryptionKey: "third" };
      await should(openSqliteEngine(none)).be.rejectedWith({ code: "STORE_KEY_WRONG" });
      should(readdirSync(directory)).eql(["users.db", "users.db.start"]);
      should(readFileSync(options.path).equals(before)).be.true();
    });

    it("may take the place of a key file, and a key file its place", async () => {
      const keyFile = `${options.path}.key`;
      await (await openSqliteEngine({ ...options, encryptionKey: null })).close();
      const generated = readFileSync(keyFile, "utf8").trim();
      await (await openSqliteEngine({ ...options, formerEncryptionKey: generated })).close();
      rmSync(keyFile);
      const back = { ...options, encryptionKey: null, formerEncryptionKey: options.encryptionKey };
      await (await openSqliteEngine(back)).close();
      should(readFileSync(keyFile, "utf8").trim()).not.equal(generated);
      await (await openSqliteEngine({ ...options, encryptionKey: null })).close();
    });
  });

  describe("a backup", () => {
    it("taken while marks arrive holds all that was acknowledged before, under the same key", async () => {
      const keyed = { ...options, encryptionKey: null };
      const engine = await openSqliteEngine(keyed);
      const marks = Array.from({ length: 3000 }, (_, index) => mark(engine, `before-${index}`));
      await Promise.all(marks);
      let copying = true;
      let later = 0;
      const copy = join(directory, "copy.db");
      const backup = engine.backup(copy).finally(() => {
        copying = false;
      });
      while (copying) {
        await mark(engine, `later-${later}`);
        later += 1;
        await nextTurn();
      }
      await backup;
      await engine.close();

      const restored = { ...keyed, path: copy };
      await should(openSqliteEngine(restored)).be.rejectedWith({ code: "STORE_KEY_MISSING" });
      should(existsSync(`${copy}.key`)).be.false();
      copyFileSync(`${options.path}.key`, `${copy}.key`);
      const again = await openSqliteEngine(restored);
      const found = new Set(await values(again));
      for (let index = 0; index < 3000; index++) should(found.has(`of before-${index}`)).be.true();
      const { waiting, counters } = (await again.sync("users").status()).lanes["to-cidaas"];
      should([waiting, counters.in]).eql([found.size, found.size]);
      await again.close();
    });

    it("of a stopped store is the copy of one file", async () => {
      const engine = await openSqliteEngine(options);
      await mark(engine, "1");
      await engine.close();
      const copy = join(directory, "copy.db");
      copyFileSync(options.path, copy);
      const again = await openSqliteEngine({ ...options, path: copy });
      should(await values(again)).eql(["of 1"]);
      await again.close();
    });

    it("is given up when the store closes, and leaves no half of a file", async () => {
      const engine = await openSqliteEngine(options);
      const marks = Array.from({ length: 6000 }, (_, index) => ({
        legacyId: `${index}`,
        change: change("x".repeat(900)),
      }));
      await engine.sync("users").mark("to-cidaas", marks);
      const backup = engine.backup(join(directory, "copy.db"));
      const closing = engine.close();
      await should(backup).be.rejectedWith({ code: "STORE_CLOSED" });
      await closing;
      await should(engine.backup(join(directory, "late.db"))).be.rejectedWith({ code: "STORE_CLOSED" });
      should(readdirSync(directory)).eql(["users.db", "users.db.start"]);
    });

    it("never replaces a file", async () => {
      const engine = await openSqliteEngine(options);
      const copy = join(directory, "copy.db");
      writeFileSync(copy, "the backup of yesterday");
      await should(engine.backup(copy)).be.rejectedWith({ code: "STORE_UNAVAILABLE" });
      should(readFileSync(copy, "utf8")).equal("the backup of yesterday");
      await engine.close();
    });
  });
});
