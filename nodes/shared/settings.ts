import { ConfigReader } from "../../lib/config";
import type { SyncPaths, SyncSettings } from "../../lib/delivery/context";
import { readDeleted, readPath, readSchema } from "../../lib/delivery/record-settings";
import { compilePath } from "../../lib/mapping/paths";
import type { Sample } from "../../lib/mapping/preview-types";
import { readSamples } from "../../lib/mapping/samples";
import type { JsonObject } from "../../lib/sync/types";
import { isUuid } from "../../lib/sync/uuid5";

/** The key stands in URLs of the admin API and in the store. */
const KEY = /^[A-Za-z0-9._-]{1,64}$/;

/** The checked properties of a `user-sync`. Throws one `ConfigError` `SYNC_CONFIG` that names every wrong field. */
export function parseSettings(
  owner: string,
  raw: unknown,
): { settings: SyncSettings; paths: SyncPaths; legacySchema: JsonObject | null; samples: Sample[] } {
  const reader = new ConfigReader(owner, raw);
  const key = reader.text("key", "users");
  if (!KEY.test(key)) reader.problem("key", "must be 1 to 64 letters, digits, dots, dashes or underscores");
  const subStrategy = reader.choice("subStrategy", ["uuid5", "match", "cidaas"], "uuid5");
  const subNamespace = reader.text("subNamespace", "");
  if (subStrategy === "uuid5" && !isUuid(subNamespace)) reader.problem("subNamespace", "must be a UUID");
  const legacyKey = reader.text("legacyKey", "id");
  if (legacyKey === "") reader.problem("legacyKey", "is missing");
  const legacyKeyInCidaas = reader.text("legacyKeyInCidaas", "");
  const legacyTime = reader.text("legacyTime", "");
  const legacyVerified = reader.text("legacyVerified", "");
  const legacyDeleted = readDeleted(reader);
  const settings: SyncSettings = {
    key,
    legacyKey,
    legacyKeyInCidaas,
    subStrategy,
    subNamespace,
    legacyTime,
    legacyDeleted,
    legacyVerified,
    firstContact: reader.choice("firstContact", ["park", "cidaas", "legacy", "newest"], "park"),
    clockToleranceMs: reader.number("clockTolerance", { default: 5, min: 0, max: 3_600 }) * 1_000,
    brake: readBrake(reader),
  };
  const paths = {
    legacyKey: readPath(reader, "legacyKey", legacyKey) ?? ANY_PATH,
    keyInCidaas: readPath(reader, "legacyKeyInCidaas", legacyKeyInCidaas),
    legacyTime: readPath(reader, "legacyTime", legacyTime),
    legacyDeleted: readPath(reader, "legacyDeleted.path", legacyDeleted?.path ?? ""),
    legacyVerified: readPath(reader, "legacyVerified", legacyVerified),
  };
  const legacySchema = readSchema(reader);
  const { samples, problem } = readSamples(reader.read("samples"));
  if (problem !== null) reader.problem("samples", problem);
  reader.check("SYNC_CONFIG");
  return { settings, paths, legacySchema, samples };
}

function readBrake(reader: ConfigReader): SyncSettings["brake"] {
  const brake = reader.section("brake");
  return {
    count: brake.number("count", { default: 100, min: 1, max: 1_000_000, whole: true }),
    share: brake.number("share", { default: 1, min: 0, max: 100 }),
  };
}

const ANY_PATH = compilePath("id");
