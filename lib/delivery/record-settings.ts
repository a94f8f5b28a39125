/** The properties of a `user-sync` that say how its records are read, for the deploy and for whoever tries a map out. */
import type { ConfigReader } from "../config";
import { type RecordProblem, toSyncError } from "../errors";
import { compilePath, type Path } from "../mapping/paths";
import type { RecordChecks } from "../mapping/record-checks";
import type { SchemaCheck } from "../mapping/schema";
import type { JsonObject } from "../sync/types";
import type { SyncPaths, SyncSettings } from "./context";
import { idOf, isDeleted, legacyIdMissing } from "./mapping";

/** A path; null where it is empty or wrong, which is then noted. */
export function readPath(reader: ConfigReader, field: string, text: string): Path | null {
  if (text === "") return null;
  try {
    return compilePath(text);
  } catch (error) {
    reader.problem(field, toSyncError(error).message);
    return null;
  }
}

/** What says in a legacy record that its user is deleted; null where nothing does. */
export function readDeleted(reader: ConfigReader): SyncSettings["legacyDeleted"] {
  const deleted = reader.section("legacyDeleted");
  const path = deleted.text("path", "");
  return path === "" ? null : { path, values: deleted.list("values").map(String) };
}

/** The JSON Schema of legacy records; null where there is none. */
export function readSchema(reader: ConfigReader): JsonObject | null {
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

/** What a map is tried out with. A path that is not known is null, and what depends on it is not checked. */
export interface RecordSettings {
  paths: { [Name in keyof SyncPaths]: Path | null };
  settings: Pick<SyncSettings, "legacyDeleted">;
  checkLegacy: SchemaCheck | null;
  checkCidaas: SchemaCheck;
}

/** Members of a user read from cidaas that the sync itself reads. */
const READ_OF_USERS = ["sub", "email_verified", "updatedTime"].map(compilePath);

/** What the nodes ask of a record beside the rules, for the preview and the samples. */
export function recordChecksOf(given: RecordSettings): RecordChecks {
  const { keyInCidaas, legacyKey, ...others } = given.paths;
  return {
    isDeleted: (side, record) => side === "legacy" && isDeleted(given, record),
    source: (side, record) => (side === "legacy" && legacyKey ? missingId(legacyKey, record) : []),
    target: (side, record) => (side === "legacy" ? (given.checkLegacy?.(record) ?? []) : given.checkCidaas(record)),
    reads: {
      cidaas: [...READ_OF_USERS, keyInCidaas].filter((path) => path !== null),
      legacy: [legacyKey, ...Object.values(others)].filter((path) => path !== null),
    },
  };
}

function missingId(legacyKey: Path, record: JsonObject): RecordProblem[] {
  return idOf(legacyKey.get(record)) === null ? [legacyIdMissing(legacyKey.text)] : [];
}
