import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import should from "should";
import { openDatabase, requireNodeVersion } from "../../../lib/store/sqlite/database";
import { openSqliteEngine, type SqliteOptions, startEngine } from "../../../lib/store/sqlite/engine";
import { emptyChange } from "../../../lib/sync/change";
import type { Change } from "../../../lib/sync/types";

describe("the files of the sqlite engine", () => {
  let directory = "";
  let options: SqliteOptions;
  const policy = { leaseSeconds: 180, maxAttempts: 3 };

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "store-files-"));
    options = { path: join(directory, "users.db"), encryptionKey: "a secret of the tests", policy };
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  function change(value: string): Change {
    return { ...emptyChange("upsert", 1), rules: { name: { at: null, source: "print", values: [value] } } };
  }

  it("makes the directory where it is missing", async () => {
    const path = join(directory, "deep", "down", "users.db");
    await (await openSqliteEngine({ ...options, path })).close();
    should(existsSync(path)).be.true();
  });

  it("keeps no value of a change, or of a write that is open, in the clear on disk, waiting, in flight or parked", async () => {
    const engine = await openSqliteEngine(options);
    const store = engine.sync("users");
    for (const legacyId of ["1", "2", "3"])
      await store.mark("to-cidaas", [{ legacyId, change: change("Ada Lovelace") }]);
    const { leases } = await store.take("to-cidaas", 2);
    const open = { create: true, at: 1, identifiers: [], rules: {}, conflicts: [], heal: [] };
    const intent = { ...open, side: "legacy" as const, sent: { last: "Lovelace" } };
    const [, second] = leases;
    should((await store.extend([{ token: second?.token ?? "", intent }])).length).equal(1);
    const reason = { code: "X", message: "x" };
    await store.settle([{ token: leases[0]?.token ?? "", outcome: "parked", reason }]);
    const names = (): string[] => readdirSync(directory).filter((name) => holds(join(directory, name), "Lovelace"));
    should(names()).eql([]);
    should(holds(`${options.path}-wal`, "to-cidaas")).be.true();
    await engine.close();
    should(names()).eql([]);
    should(holds(options.path, "to-cidaas")).be.true();
  });

  it("leaves no id, print or name of a forgotten person in any of its files, while it runs and once it is closed", async () => {
    const engine = await openSqliteEngine(options);
    const store = engine.sync("users");
    const marked = {
      ...change("Ada"),
      identifiers: [{ kind: "email" as const, print: "known-print", verified: false }],
    };
    for (let round = 0; round < 100; round++)
      await store.mark("to-cidaas", [{ legacyId: `o${round}`, change: marked }]);
    await store.mark("to-cidaas", [{ sub: "erased-sub", legacyId: "erased-id", change: change("Ada") }]);
    const { leases } = await store.take("to-cidaas", 101);
    const lease = leases.find(({ person }) => person.sub === "erased-sub");
    const side = { print: "erased-print".repeat(600), editAt: null, writes: [] };
    const ledger = { name: { fingerprint: "f", cidaas: side, legacy: side } };
    await store.settle([{ token: lease?.token ?? "", outcome: "parked", ledger }]);
    const names = (): string[] => readdirSync(directory).filter((name) => holds(join(directory, name), "erased-"));
    should(names()).not.be.empty();
    await store.forget({ sub: "erased-sub" });
    should(names()).eql([]);
    await engine.close();
    should(names()).eql([]);
    should(holds(options.path, "known-print")).be.true();
  });

  it("refuses another key, and opens with the former one as if nothing had been", async () => {
    const first = await openSqliteEngine(options);
    const { printKey } = first;
    await first.sync("users").mark("to-cidaas", [{ legacyId: "1", change: change("Ada") }]);
    await first.close();
    const before = readFileSync(options.path);
    await should(openSqliteEngine({ ...options, encryptionKey: "another" })).be.rejectedWith({
      code: "STORE_KEY_WRONG",
    });
    should(readFileSync(options.path).equals(before)).be.true();
    const again = await openSqliteEngine(options);
    should(again.printKey.equals(printKey)).be.true();
    should((await again.sync("users").take("to-cidaas", 1)).leases[0]?.change).eql(change("Ada"));
    await again.close();
  });

  it("generates a key file for its owner only, and misses it", async () => {
    const generated = { ...options, encryptionKey: null };
    const engine = await openSqliteEngine(generated);
    await engine.sync("users").mark("to-cidaas", [{ legacyId: "1", change: change("Ada") }]);
    await engine.close();
    const keyFile = `${options.path}.key`;
    should(statSync(keyFile).mode & 0o777).equal(0o600);
    const key = readFileSync(keyFile);
    should(Buffer.from(key.toString(), "base64")).have.length(32);

    await (await openSqliteEngine(generated)).close();
    should(readFileSync(keyFile).equals(key)).be.true();
    rmSync(keyFile);
    await should(openSqliteEngine(generated)).be.rejectedWith({ code: "STORE_KEY_MISSING" });
    should(existsSync(keyFile)).be.false();
    writeFileSync(keyFile, "short");
    await should(openSqliteEngine(generated)).be.rejectedWith({ code: "STORE_KEY_WRONG" });
    writeFileSync(keyFile, key);
    await (await openSqliteEngine(generated)).close();
  });

  it("refuses a store of a newer version", async () => {
    await (await openSqliteEngine(options)).close();
    const database = new DatabaseSync(options.path);
    database.exec("PRAGMA user_version = 99");
    database.close();
    await should(openSqliteEngine(options)).be.rejectedWith({ code: "STORE_NEWER" });
  });

  it("refuses what is no database, or another program's, and leaves it alone", async () => {
    writeFileSync(options.path, "no database at all ".repeat(400));
    await should(openSqliteEngine(options)).be.rejectedWith({ code: "STORE_CORRUPT" });
    should(readFileSync(options.path, "utf8")).startWith("no database");
    rmSync(options.path);
    const database = new DatabaseSync(options.path);
    database.exec("CREATE TABLE theirs (id INTEGER)");
    database.close();
    await should(openSqliteEngine(options)).be.rejectedWith({ code: "STORE_CORRUPT" });
  });

  it("says which path cannot be used", async () => {
    writeFileSync(join(directory, "file"), "");
    const path = join(directory, "file", "users.db");
    await should(openSqliteEngine({ ...options, path })).be.rejectedWith({ code: "STORE_UNAVAILABLE" });
    await should(openSqliteEngine({ ...options, path: directory })).be.rejectedWith({ code: "STORE_UNAVAILABLE" });
  });

  it("rejects with STORE_FULL, keeps what was accepted, and goes on when there is room", async () => {
    const database = await openDatabase(options.path);
    const engine = await startEngine(database, options);
    const store = engine.sync("users");
    database.exec("PRAGMA max_page_count = 60");
    const results: PromiseSettledResult<void>[] = [];
    for (let index = 0; index < 100; index++)
      results.push(...(await Promise.allSettled([store.mark("to-cidaas", [markOf(index)])])));
    const accepted = results.filter((result) => result.status === "fulfilled").length;
    should(accepted).be.within(1, 99);
    for (const result of results)
      if (result.status === "rejected") should(result.reason).containDeep({ code: "STORE_FULL" });
    should((await store.status()).lanes["to-cidaas"]).containDeep({ waiting: accepted, counters: { in: accepted } });

    const together = await Promise.allSettled(
      results.map((_, index) => store.mark("to-cidaas", [markOf(1000 + index)])),
    );
    const late = together.filter((result) => result.status === "fulfilled").length;
    const { waiting } = (await store.status()).lanes["to-cidaas"];
    should(waiting).equal(accepted + late);

    database.exec("PRAGMA max_page_count = 100000");
    await store.mark("to-cidaas", [markOf(5000)]);
    should((await store.take("to-cidaas", 1000)).leases).have.length(waiting + 1);
    await engine.close();
    const again = await openSqliteEngine(options);
    should((await again.sync("users").status()).lanes["to-cidaas"].waiting).equal(waiting + 1);
    await again.close();
  });

  it("loses nothing acknowledged when the power goes, as far as the files tell", async () => {
    const engine = await openSqliteEngine(options);
    const store = engine.sync("users");
    await Promise.all(Array.from({ length: 300 }, (_, index) => store.mark("to-cidaas", [markOf(index)])));
    const { leases } = await store.take("to-cidaas", 10);
    await store.settle(leases.slice(0, 4).map(({ token }) => ({ token, outcome: "delivered" as const })));
    const copy = join(directory, "copy.db");
    copyFileSync(options.path, copy);
    copyFileSync(`${options.path}-wal`, `${copy}-wal`);
    await engine.close();
    const other = await openSqliteEngine({ ...options, path: copy });
    should((await other.sync("users").status()).lanes["to-cidaas"]).containDeep({
      waiting: 296,
      inFlight: 0,
      counters: { in: 300, delivered: 4 },
    });
    await other.close();
  });

  it("needs Node.js 22.13 and says so", () => {
    for (const version of ["20.19.0", "22.12.0"])
      should(() => requireNodeVersion(version)).throw(/22\.13/, { code: "STORE_NODE_TOO_OLD" });
    for (const version of ["22.13.0", "24.0.0"]) requireNodeVersion(version);
  });

  function markOf(index: number): { legacyId: string; change: Change } {
    return { legacyId: `${index}`, change: change("x".repeat(1000)) };
  }
});

function holds(path: string, text: string): boolean {
  return readFileSync(path).includes(text);
}
