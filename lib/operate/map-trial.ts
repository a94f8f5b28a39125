/** Tries a field map out that is not deployed: what the editor asks while a person writes it. */
import { ConfigReader, UNRESOLVED } from "../config";
import { readDeleted, readPath, readSchema, recordChecksOf } from "../delivery/record-settings";
import { ConfigError } from "../errors";
import { compileMap } from "../mapping/compile";
import { isTooDeep, RECORD_DEPTH } from "../mapping/depth";
import { isJsonRecord, isRecord } from "../mapping/json";
import { emptyPreview, previewMap } from "../mapping/preview";
import type { MapPreview, SampleResult } from "../mapping/preview-types";
import type { RecordChecks } from "../mapping/record-checks";
import { checkRules, parseRules } from "../mapping/rules";
import { readSamples, runSamples } from "../mapping/samples";
import { compileSchema, type SchemaCheck } from "../mapping/schema";
import type { MapTools } from "../mapping/transforms/types";
import type { Rule } from "../mapping/types";
import type { Side } from "../sync/types";

const MOST_RULES = 200;
/** A sample record is a few kilobytes; more would only hold up the runtime. */
const MOST_CHARACTERS = 1_000_000;
/** How deep in a request the records may begin. */
const BODY_DEPTH = RECORD_DEPTH + 4;

/** What the runtime lends to whoever tries a map out. */
export interface TrialParts extends MapTools {
  /** The check of users that would be written to cidaas. */
  checkUsers(rules: readonly Rule[]): SchemaCheck;
}

/** What a map makes of one record. Throws `ConfigError` `ARGUMENT_INVALID` for a request that is none. */
export async function tryRecord(raw: unknown, parts: TrialParts): Promise<MapPreview> {
  const body = bodyOf(raw);
  const { side, record } = body;
  if (!isSide(side)) throw invalid("side: must be cidaas or legacy");
  if (!isJsonRecord(record)) throw invalid(`record: must be an object, nested at most ${RECORD_DEPTH} levels deep`);
  const { rules, problems } = checkRules(body.rules, parts);
  if (problems.length > 0) return { ...emptyPreview(), problems };
  try {
    return await previewMap(rules, { side, record, checks: checksOf(body, parts.checkUsers(rules)) }, parts);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { ...emptyPreview(), problems: [problemOf(error)] };
  }
}

/** Runs samples. Throws `ConfigError` also where the map itself is wrong. */
export async function trySamples(raw: unknown, parts: TrialParts): Promise<{ results: SampleResult[] }> {
  const body = bodyOf(raw);
  const { samples, problem } = readSamples(body.samples);
  if (problem !== null) throw invalid(`samples: ${problem}`);
  const rules = parseRules(body.rules, parts);
  const checks = checksOf(body, parts.checkUsers(rules));
  return { results: await runSamples(compileMap(rules, parts), samples, checks) };
}

function bodyOf(raw: unknown): Record<string, unknown> {
  if (!isRecord(raw)) throw invalid("the body must be a JSON object");
  if (isTooDeep(raw, BODY_DEPTH)) throw invalid(`the body is nested deeper than ${BODY_DEPTH} levels`);
  if (JSON.stringify(raw).length > MOST_CHARACTERS)
    throw invalid(`the body has more than ${MOST_CHARACTERS} characters; try a smaller record`);
  if (Array.isArray(raw.rules) && raw.rules.length > MOST_RULES)
    throw invalid(`rules: are more than ${MOST_RULES}; try them out in parts`);
  return raw;
}

/** Settings that are not given, or known to the deployed flow only, are not checked. */
function checksOf(body: Record<string, unknown>, checkCidaas: SchemaCheck): RecordChecks {
  const reader = new ConfigReader("user-sync", withoutVariables(body));
  const path = (field: string) => readPath(reader, field, reader.text(field, ""));
  const legacyDeleted = readDeleted(reader);
  const paths = {
    legacyKey: path("legacyKey"),
    keyInCidaas: path("legacyKeyInCidaas"),
    legacyTime: path("legacyTime"),
    legacyDeleted: readPath(reader, "legacyDeleted.path", legacyDeleted?.path ?? ""),
    legacyVerified: path("legacyVerified"),
  };
  const schema = readSchema(reader);
  reader.check("SYNC_CONFIG");
  const checkLegacy = schema && compileSchema(schema);
  return recordChecksOf({ paths, settings: { legacyDeleted }, checkLegacy, checkCidaas });
}

function withoutVariables(settings: Record<string, unknown>): Record<string, unknown> {
  const known = Object.entries(settings).filter(
    ([, value]) => typeof value !== "string" || !UNRESOLVED.test(value.trim()),
  );
  return Object.fromEntries(
    known.map(([name, value]) => [name, name === "legacyDeleted" && isRecord(value) ? withoutVariables(value) : value]),
  );
}

function problemOf({ field, message }: ConfigError): MapPreview["problems"][number] {
  return { position: null, rule: "", path: field ?? "", message };
}

function isSide(value: unknown): value is Side {
  return value === "cidaas" || value === "legacy";
}

function invalid(message: string): ConfigError {
  return new ConfigError("ARGUMENT_INVALID", `The map cannot be tried out: ${message}.`);
}
