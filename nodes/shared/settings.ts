import { ConfigReader } from "../../lib/config";
import type { SyncPaths, SyncSettings } from "../../lib/delivery/context";
import { toSyncError } from "../../lib/errors";
import { compilePath, type Path } from "../../lib/mapping/paths";
import type { JsonObject } from "../../lib/sync/types";
import { isUuid } from "../../lib/sync/uuid5";

/** The key stands in URLs of the admin API and in the store. */
const KEY = /^[A-Za-z0-9._-]{1,64}$/;

/** The checked properties of a `user-sync`. Throws one `ConfigError` `SYNC_CONFIG` that names every wrong field. */
export function parseSettings(
  owner: string,
  raw: unknown,
): { settings: SyncSettings; paths: SyncPaths; legacySchema: JsonObject | null } {
  const reader = new ConfigReader(owner, raw);
  const key = reader.text("key", "users");
  if (!KEY.test(key)) reader.problem("key", "must be 1 to 64 letters, digits, dots, dashes or underscores");
  const subStrategy = reader.choice("subStrategy", ["uuid5", "match", "cidaas"], "uuid5");
  const subNamespace = reader.text("subNamespace", "");
  if (subStrategy === "uuid5" && !isUuid(subNamespace)) reader.problem("subNamespace", "must be a UUID");
  const legacyKey = reader.text("legacyKey", "id");
  const legacyKeyInCidaas = reader.text("legacyKeyInCidaas", "");
  const legacyTime = reader.text("legacyTime", "");
  const legacyVerified = reader.text("legacyVerified", "");
  const deleted = reader.section("legacyDeleted");
  const deletedPath = deleted.text("path", "");
  const settings: SyncSettings = {
    key,
    legacyKey,
    legacyKeyInCidaas,
    subStrategy,
    subNamespace,
    legacyTime,
    legacyDeleted: deletedPath === "" ? null : { path: deletedPath, values: deleted.list("values").map(String) },
    legacyVerified,
    firstContact: reader.choice("firstContact", ["park", "cidaas", "legacy", "newest"], "park"),
    clockToleranceMs: reader.number("clockTolerance", { default: 5, min: 0, max: 3_600 }) * 1_000,
  };
  const path = (field: string, text: string) => (text === "" ? null : compileField(reader, field, text));
  const paths = {
    legacyKey: compileField(reader, "legacyKey", legacyKey),
    keyInCidaas: path("legacyKeyInCidaas", legacyKeyInCidaas),
    legacyTime: path("legacyTime", legacyTime),
    legacyDeleted: path("legacyDeleted.path", deletedPath),
    legacyVerified: path("legacyVerified", legacyVerified),
  };
  const legacySchema = parseSchema(reader);
  reader.check("SYNC_CONFIG");
  return { settings, paths, legacySchema };
}

function parseSchema(reader: ConfigReader): JsonObject | null {
  const text = reader.text("legacySchema", "");
  if (text === "") return null;
  try {
    const schema: JsonObject | null = JSON.parse(text);
    if (typeof schema === "object" && schema !== null && !Array.isArray(schema)) return schema;
  } catch {
    // Told below, together with JSON that is no object.
  }
  reader.problem("legacySchema", "must be a JSON Schema object");
  return null;
}

const ANY_PATH = compilePath("id");

function compileField(reader: ConfigReader, field: string, text: string): Path {
  try {
    return compilePath(text);
  } catch (error) {
    reader.problem(field, toSyncError(error).message);
    return ANY_PATH;
  }
}
