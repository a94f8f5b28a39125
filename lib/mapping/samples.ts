import { ConfigError, RecordError } from "../errors";
import { type JsonObject, laneTo, otherSide, type Side } from "../sync/types";
import { isEmpty, isJsonRecord, isRecord } from "./json";
import { type Difference, differencesOf, textOfKeys } from "./leaves";
import { mapRecord } from "./map-record";
import { LEAF } from "./mask";
import { compilePath, isWithin, type Path } from "./paths";
import type { Sample, SampleResult } from "./preview-types";
import type { RecordChecks } from "./record-checks";
import type { CompiledMap } from "./types";

const MOST_SAMPLES = 100;
const LONGEST_NAME = 100;
/** So many differences of a sample are named in an error. */
const MOST_PATHS = 10;

/** The samples as a flow file or a request holds them, and what is wrong with the list. */
export function readSamples(raw: unknown): { samples: Sample[]; problem: string | null } {
  if (raw === undefined || raw === null || raw === "") return { samples: [], problem: null };
  if (!Array.isArray(raw) || raw.length > MOST_SAMPLES)
    return { samples: [], problem: `must be a list of at most ${MOST_SAMPLES} samples` };
  const samples = raw.filter(isSample);
  const wrong = raw.findIndex((entry) => !isSample(entry));
  if (wrong === -1) return { samples, problem: null };
  return {
    samples,
    problem: `the entry ${wrong + 1} needs a "name", a "side" (cidaas or legacy), and the objects "record" and "expected"`,
  };
}

function isSample(entry: unknown): entry is Sample {
  if (!isRecord(entry)) return false;
  const { name, side, record, expected } = entry;
  const isNamed = typeof name === "string" && name.trim() !== "" && name.length <= LONGEST_NAME;
  return isNamed && (side === "cidaas" || side === "legacy") && isJsonRecord(record) && isJsonRecord(expected);
}

/** Maps each sample and compares the result with what is expected. Values of secret rules are masked. */
export function runSamples(
  map: CompiledMap,
  samples: readonly Sample[],
  checks: RecordChecks,
): Promise<SampleResult[]> {
  return Promise.all(samples.map((sample) => runSample(map, sample, checks)));
}

async function runSample(map: CompiledMap, sample: Sample, checks: RecordChecks): Promise<SampleResult> {
  const { name, side, expected } = sample;
  try {
    const differences = compare(map, otherSide(side), expected, await mapSample(map, sample, checks));
    return { name, passed: differences.length === 0, differences, message: "" };
  } catch (thrown) {
    if (!(thrown instanceof RecordError)) throw thrown;
    return { name, passed: false, differences: [], message: thrown.message };
  }
}

/** Rejects with `RecordError` where a real user would be parked. */
async function mapSample(map: CompiledMap, { side, record }: Sample, checks: RecordChecks): Promise<JsonObject> {
  if (checks.isDeleted(side, record)) return {};
  const target = otherSide(side);
  refuse(checks.source(side, record));
  const lane = laneTo(target);
  const written = map.buildMapped(lane, await mapRecord(map, lane, record));
  refuse(checks.target(target, written));
  return written;
}

function refuse(problems: RecordError["problems"]): void {
  if (problems.length > 0) throw new RecordError(problems);
}

function compare(map: CompiledMap, side: Side, expected: JsonObject, actual: JsonObject): SampleResult["differences"] {
  const secrets = map.rules.filter(({ secret }) => secret).flatMap((rule) => rule[side].map(compilePath));
  return differencesOf(expected, hideExpected(secrets, expected, actual)).map((difference) => {
    const hide = secrets.some(({ keys }) => isWithin(keys, difference.keys) || isWithin(difference.keys, keys));
    return { path: textOfKeys(difference.keys), ...shown(difference, hide) };
  });
}

/** A sample that was kept from a preview holds the mask in place of a secret: any secret fits it. */
function hideExpected(secrets: readonly Path[], expected: JsonObject, actual: JsonObject): JsonObject {
  return secrets
    .filter((path) => path.get(expected) === LEAF && !isEmpty(path.get(actual) ?? null))
    .reduce((record, path) => path.replace(record, LEAF), actual);
}

function shown({ expected, actual }: Difference, hide: boolean): Pick<Difference, "expected" | "actual"> {
  return {
    ...(expected !== undefined && { expected: hide ? LEAF : expected }),
    ...(actual !== undefined && { actual: hide ? LEAF : actual }),
  };
}

/** Throws `ConfigError` `MAP_SAMPLE_FAILED`, which names the samples that fail and the paths, and no value. */
export async function checkSamples(map: CompiledMap, samples: readonly Sample[], checks: RecordChecks): Promise<void> {
  const failed = (await runSamples(map, samples, checks)).filter(({ passed }) => !passed);
  if (failed.length === 0) return;
  throw new ConfigError(
    "MAP_SAMPLE_FAILED",
    `Correct the field map, or the sample if the new result is right: ${failed.map(failureOf).join("; ")}.`,
    "samples",
  );
}

function failureOf({ name, message, differences }: SampleResult): string {
  if (message !== "") return `"${name}" cannot be mapped: ${message}`;
  const paths = differences.slice(0, MOST_PATHS).map(({ path }) => path);
  const more = differences.length > paths.length ? ` and ${differences.length - paths.length} more` : "";
  return `"${name}" gives another result at ${paths.join(", ")}${more}`;
}
