import { isAbsolute, resolve } from "node:path";
import type { Node, NodeAPI, NodeDef } from "node-red";
import { ConfigReader } from "../../lib/config";
import type { SqliteOptions } from "../../lib/store/sqlite/engine";
import { storeOptions } from "../shared/parts";

/**
 * More failures than it takes to see that a target is ill, so that an outage parks nobody; and more than it takes until a
 * user travels alone, so that nobody is parked for the company.
 */
const LEAST_ATTEMPTS = 6;

/** Where the lanes and the ledger lie. */
export = function register(RED: NodeAPI): void {
  function UserSyncStore(this: Node, def: NodeDef): void {
    RED.nodes.createNode(this, def);
    const warn = (message: string) => this.warn(message);
    storeOptions.set(this, () => ({ ...parse(def, this.credentials, RED.settings.userDir ?? process.cwd()), warn }));
  }

  RED.nodes.registerType("user-sync-store", UserSyncStore, {
    credentials: {
      url: { type: "password" },
      encryptionKey: { type: "password" },
      formerEncryptionKey: { type: "password" },
    },
  });
};

function parse(def: NodeDef, credentials: unknown, userDirectory: string): SqliteOptions {
  const reader = new ConfigReader(`user-sync-store ${def.name ?? ""}`.trim(), def);
  const engine = reader.choice("engine", ["sqlite", "postgres"], "sqlite");
  if (engine === "postgres") reader.problem("engine", "postgres is not available in this version; choose sqlite");
  const path = reader.text("path", "user-sync.db");
  const leaseSeconds = reader.number("leaseSeconds", { default: 180, min: 5, max: 86_400 });
  const maxAttempts = reader.number("maxAttempts", { default: 10, min: LEAST_ATTEMPTS, max: 1_000, whole: true });
  const keys = reader.section("credentials", credentials);
  const encryptionKey = keys.text("encryptionKey", "");
  const formerEncryptionKey = keys.text("formerEncryptionKey", "");
  reader.check("STORE_CONFIG");
  return {
    path: isAbsolute(path) ? path : resolve(userDirectory, path),
    encryptionKey: encryptionKey === "" ? null : encryptionKey,
    ...(formerEncryptionKey === "" ? {} : { formerEncryptionKey }),
    policy: { leaseSeconds, maxAttempts },
  };
}
