import { compileMap } from "../../../lib/mapping/compile";
import { parseRules } from "../../../lib/mapping/rules";
import type { OperatedSync } from "../../../lib/operate/operations";
import { type AcquiredEngine, acquireEngine } from "../../../lib/store/engines";
import { emptyChange } from "../../../lib/sync/change";
import { createPrinter } from "../../../lib/sync/prints";
import type { Change, Lane } from "../../../lib/sync/types";
import { temporaryDirectory } from "../../support/user-directory";

const RULES = [{ id: "email", cidaas: "email", legacy: "mail", direction: "both", transform: "copy" }];

/** A sync over a store of its own, without nodes and without systems at its ends. */
export class SqliteSync implements OperatedSync {
  readonly context: OperatedSync["context"];
  legacy: OperatedSync["legacy"] = null;
  catchUp: (since?: number) => Promise<number> = async () => 0;
  readonly #acquired: AcquiredEngine;
  readonly #remove: () => void;

  private constructor(acquired: AcquiredEngine, remove: () => void) {
    this.#acquired = acquired;
    this.#remove = remove;
    const map = compileMap(parseRules(RULES));
    this.context = {
      store: acquired.engine.sync("users"),
      map,
      printer: createPrinter(acquired.engine.printKey),
      now: Date.now,
    };
  }

  static async open(): Promise<SqliteSync> {
    const directory = temporaryDirectory("operate");
    const policy = { leaseSeconds: 180, maxAttempts: 3 };
    const acquired = await acquireEngine({ path: `${directory.path}/store.db`, encryptionKey: null, policy });
    return new SqliteSync(acquired, directory.remove);
  }

  park(
    lane: Lane,
    ids: { sub?: string; legacyId?: string },
    reason: { code: string; message: string },
    rules: Change["rules"] = {},
  ): Promise<void> {
    return this.context.store.park(lane, { ...ids, change: { ...emptyChange("upsert", 1), rules } }, reason);
  }

  async close(): Promise<void> {
    await this.#acquired.release();
    this.#remove();
  }
}
