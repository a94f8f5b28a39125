import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import should from "should";
import { CommitQueue } from "../../../lib/store/sqlite/commit-queue";
import { openDatabase } from "../../../lib/store/sqlite/database";
import { Effects } from "../../../lib/store/sqlite/effects";
import { migrate } from "../../../lib/store/sqlite/migrate";
import { MIGRATIONS } from "../../../lib/store/sqlite/schema";

describe("the commit queue", () => {
  const directory = mkdtempSync(join(tmpdir(), "store-queue-"));
  let database: DatabaseSync;
  let effects: Effects;
  let queue: CommitQueue;
  let announced: string[];
  let files = 0;

  beforeEach(async () => {
    files += 1;
    database = await openDatabase(join(directory, `${files}.db`));
    migrate(database, MIGRATIONS);
    effects = new Effects(database);
    announced = [];
    queue = new CommitQueue(database, effects, (lanes) => announced.push(...lanes.map((one) => one.lane)));
  });
  afterEach(async () => {
    await queue.close();
    database.close();
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  const count = (): void => {
    effects.count("users", "to-legacy", "in", 1);
    effects.announce("users", "to-legacy");
  };
  const counted = (): number => effects.value("users", "to-legacy", "in");
  const written = (): number => database.prepare("SELECT * FROM tally").all().length;

  it("commits what comes together in one transaction, and resolves only then", async () => {
    let open = 0;
    const operations = [1, 2, 3].map(() =>
      queue.run(() => {
        count();
        open += 1;
        return open;
      }),
    );
    should(counted()).equal(0);
    should(await Promise.all(operations)).eql([1, 2, 3]);
    should(written()).equal(1);
    should(announced).eql(["to-legacy"]);
  });

  it("gives an operation about many persons a transaction of its own", async () => {
    await Promise.all([queue.run(count), queue.run(count, 900), queue.run(count, 900), queue.run(count)]);
    should(announced).eql(["to-legacy", "to-legacy"]);
    await queue.run(count, 10_000);
    should(counted()).equal(5);
  });

  it("takes everything back, and rejects all of it, when the database gives up the transaction", async () => {
    const first = queue.run(count);
    const second = queue.run(() => {
      database.exec("ROLLBACK");
      throw new Error("as SQLite does on an I/O error");
    });
    const results = await Promise.allSettled([first, second]);
    should(results.map((result) => result.status)).eql(["rejected", "rejected"]);
    should([counted(), written(), announced]).eql([0, 0, []]);
    await queue.run(count);
    should([counted(), written(), announced]).eql([1, 1, ["to-legacy"]]);
  });

  it("rejects all of a transaction whose commit fails", async () => {
    database.exec("CREATE TABLE parent (id INTEGER PRIMARY KEY)");
    database.exec("CREATE TABLE orphan (id INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)");
    const results = await Promise.allSettled([
      queue.run(count),
      queue.run(() => void database.exec("INSERT INTO orphan VALUES (1)")),
    ]);
    should(results.map((result) => result.status)).eql(["rejected", "rejected"]);
    should([counted(), written(), announced]).eql([0, 0, []]);
    await queue.run(count);
    should(written()).equal(1);
  });

  it("ends a transaction of long work early, so that nobody waits for all of it", async () => {
    let turns = 0;
    const busy = (): void => {
      const end = performance.now() + 25;
      while (performance.now() < end);
    };
    let running = true;
    const observe = (): void => {
      turns += 1;
      if (running) setImmediate(observe);
    };
    setImmediate(observe);
    await Promise.all(Array.from({ length: 10 }, () => queue.run(busy)));
    running = false;
    should(turns).be.aboveOrEqual(9);
  });
});
