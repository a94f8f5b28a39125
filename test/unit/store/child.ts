import { setImmediate as nextTurn } from "node:timers/promises";
import { openSqliteEngine } from "../../../lib/store/sqlite/engine";
import { emptyChange } from "../../../lib/sync/change";

/** A process of its own: marks users for ever, ten at once, takes some, and writes a line for each acknowledged mark. */
async function main(path: string): Promise<void> {
  const policy = { leaseSeconds: 180, maxAttempts: 3 };
  const engine = await openSqliteEngine({ path, encryptionKey: "a secret of the tests", policy });
  const store = engine.sync("users");
  let next = 0;
  const work = async (): Promise<never> => {
    for (;;) {
      next += 1;
      const sub = `user-${next}`;
      await store.mark("to-legacy", [{ sub, change: emptyChange("upsert", Date.now()) }]);
      process.stdout.write(`${sub}\n`);
      const [lease] = (await store.take("to-legacy", 1)).leases;
      if (lease && next % 3 === 0) await store.settle([{ token: lease.token, outcome: "delivered" }]);
      await nextTurn();
    }
  };
  await Promise.all(Array.from({ length: 10 }, work));
}

void main(process.argv[2] ?? "");
