import { RecordError, type RecordProblem } from "../errors";
import { mapRecord } from "../mapping/map-record";
import { toTime } from "../mapping/time";
import type { ChangeKind, Item, Json, JsonObject } from "../sync/types";
import type { SyncContext, SyncPaths, SyncSettings } from "./context";
import { sealSecrets } from "./secrets";
import { sourceOf } from "./source";

/** What a source of legacy changes says for a whole message; a record's own word (`legacyTime`, `legacyDeleted`) counts more. */
export interface SourceFacts {
  kind: ChangeKind | null;
  occurredAt: number | null;
  /** Time of the export, for a backfill. */
  backfill: number | null;
}

/** A user read from cidaas, as a legacy record with sealed secrets. Rejects with `RecordError`. */
export async function mapTaken(context: SyncContext, user: JsonObject) {
  const mapped = await mapRecord(context.map, "to-legacy", user);
  const plain = context.map.buildMapped("to-legacy", mapped);
  const problems = context.checkLegacy?.(plain) ?? [];
  if (problems.length > 0) throw new RecordError(problems);
  const facts = { verified: user.email_verified === true, updatedAt: toTime(user.updatedTime) };
  return {
    record: sealSecrets(context, "legacy", plain),
    source: sourceOf(context, "cidaas", mapped, facts),
    legacyId: idOf(context.paths.keyInCidaas?.get(user)),
  };
}

/** A legacy record as a cidaas user with sealed secrets, and the item that goes with it. Rejects with `RecordError`. */
export async function mapLegacyRecord(
  context: SyncContext,
  record: JsonObject,
  facts: SourceFacts,
): Promise<{ item: Item; record: JsonObject }> {
  const { paths, settings } = context;
  const legacyId = idOf(paths.legacyKey.get(record));
  if (legacyId === null) throw new RecordError([legacyIdMissing(settings.legacyKey)]);
  const updatedAt = toTime(paths.legacyTime?.get(record));
  const kind = isDeleted(context, record) ? "delete" : (facts.kind ?? "upsert");
  const mapped = kind === "delete" ? {} : await mapRecord(context.map, "to-cidaas", record);
  const user = context.map.buildMapped("to-cidaas", mapped);
  const problems = context.checkCidaas(user);
  if (problems.length > 0) throw new RecordError(problems);
  const verified = isTrue(paths.legacyVerified?.get(record));
  const item: Item = {
    key: legacyId,
    kind,
    occurredAt: updatedAt ?? facts.occurredAt,
    version: 0,
    lease: null,
    attempt: 0,
    sub: null,
    legacyId,
    source: sourceOf(context, "legacy", mapped, { verified, updatedAt }),
    backfill: facts.backfill,
  };
  return { item, record: sealSecrets(context, "cidaas", user) };
}

/** What is wrong with a legacy record that has no id. */
export function legacyIdMissing(legacyKey: string): RecordProblem {
  return { rule: "legacyKey", path: legacyKey, code: "LEGACY_ID_MISSING", message: "the legacy id is missing" };
}

/** Whether a value of a legacy record says yes. */
export function isTrue(value: Json | undefined): boolean {
  return value === true || value === 1 || value === "1" || value === "true";
}

/** An id as text, trimmed; null when there is none. */
export function idOf(value: Json | undefined): string | null {
  const text = typeof value === "number" ? String(value) : value;
  return typeof text === "string" && text.trim() !== "" ? text.trim() : null;
}

/** Where a legacy record says that its user is deleted. */
interface DeletionMark {
  paths: Pick<SyncPaths, "legacyDeleted">;
  settings: Pick<SyncSettings, "legacyDeleted">;
}

/** Whether a legacy record says that its user is deleted. */
export function isDeleted({ paths, settings }: DeletionMark, record: JsonObject): boolean {
  const value = paths.legacyDeleted?.get(record);
  return value !== undefined && settings.legacyDeleted?.values.includes(String(value)) === true;
}
