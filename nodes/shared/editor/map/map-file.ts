/** A field map as a JSON file: what export writes, and what import and presets bring. Pure. */
import type { Side } from "../../../../lib/sync/types";
import { isRecord, type JsonRecord, parseJson, toRecord, toRecords, toText } from "../json";
import type { RuleSource } from "../rule";

/** The settings of `user-sync` that say how a legacy record is read; they belong to its map. */
export const MAP_SETTINGS = ["legacyKey", "legacyTime", "legacyVerified", "legacyDeleted"] as const;
export type MapSettings = Partial<Record<(typeof MAP_SETTINGS)[number], unknown>>;

export interface Sample {
  name: string;
  side: Side;
  record: JsonRecord;
  expected: JsonRecord;
}

export interface MapFile {
  settings: MapSettings;
  rules: RuleSource[];
  samples: Sample[];
}

export function writeMapFile({ settings, rules, samples }: MapFile): string {
  return JSON.stringify({ settings, rules, samples }, null, 2);
}

/** A map from its text; null where it is none. A list alone is taken for the rules. */
export function readMapFile(text: string): MapFile | null {
  return toMapFile(parseJson(text));
}

export function toMapFile(value: unknown): MapFile | null {
  const content = Array.isArray(value) ? { rules: value } : toRecord(value);
  const { rules } = content;
  if (!Array.isArray(rules) || !rules.every(isRecord)) return null;
  const given = toRecord(toRecord(content).settings);
  const settings = Object.fromEntries(
    MAP_SETTINGS.filter((name) => given[name] !== undefined).map((name) => [name, given[name]]),
  );
  return { settings, rules, samples: toSamples(toRecord(content).samples) };
}

export function toSamples(value: unknown): Sample[] {
  return toRecords(value).map((sample) => ({
    name: toText(sample.name),
    side: sample.side === "cidaas" ? "cidaas" : "legacy",
    record: toRecord(sample.record),
    expected: toRecord(sample.expected),
  }));
}
