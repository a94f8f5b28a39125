import type { SyncContext } from "../delivery/context";
import { LEGACY_KEY_RULE } from "../delivery/legacy-key";
import { isDeleted, isTrue } from "../delivery/mapping";
import { sourceOf } from "../delivery/source";
import { mapRecord } from "../mapping/map-record";
import { toTime } from "../mapping/time";
import type { Lease, Settlement } from "../store/types";
import { emptyChange, mergeChanges } from "../sync/change";
import { mergeCarried } from "../sync/covered";
import { NO_VALUE } from "../sync/prints";
import { point } from "../sync/times";
import type { Change, JsonObject } from "../sync/types";

export interface LegacyReader {
  /** The legacy record of a person, for marks that carry no values (a heal, a re-verification). */
  readLegacy(lease: Lease): Promise<JsonObject | null | "unreadable">;
}

/** The change with what it lacks of the legacy record, or how to settle it when there is nothing to bring. */
export async function withLegacyValues(
  context: SyncContext,
  gate: LegacyReader,
  lease: Lease,
): Promise<Change | { settlement: Settlement }> {
  const { change, token } = lease;
  if (change.kind === "delete") return unlessStillThere(context, gate, lease);
  // What is forced is what the legacy system holds now, and not what an event of it once carried.
  const isForced = change.force.some((rule) => rule !== LEGACY_KEY_RULE);
  const empty = Object.keys(change.rules).length === 0 && change.force.length === 0;
  if (!isForced && !empty && !change.reread) return change;
  const record = await gate.readLegacy(lease);
  if (record === null || record === "unreadable") {
    const carries = Object.keys(change.rules).length > 0 || change.force.includes(LEGACY_KEY_RULE);
    if (carries) return change;
    return { settlement: { token, ...(change.reread ? NOTHING_TO_BRING : { outcome: "unchanged" }) } };
  }
  if (change.reread) return withPresentValues(context, change, record);
  // The time that the other lane judges the record by: with two measures each lane may take the other side for the winner.
  const recordTime = toTime(context.paths.legacyTime?.get(record));
  const present = await carriedBy(context, record, recordTime);
  const rules = { ...change.rules };
  for (const [rule, value] of Object.entries(present.rules)) {
    const carried = rules[rule];
    if (!carried) rules[rule] = value;
    else if (change.force.includes(rule)) rules[rule] = mergeCarried(carried, value);
  }
  // Who brings no identifier of its own would be taken for nobody whom the tenant knows.
  return { ...change, rules, identifiers: change.identifiers.length > 0 ? change.identifiers : present.identifiers };
}

/** The event said deleted: where the legacy system still has the user that is no evidence, and what it holds is brought. */
async function unlessStillThere(context: SyncContext, gate: LegacyReader, lease: Lease): Promise<Change> {
  const { change } = lease;
  const record = await gate.readLegacy(lease);
  if (record === null || record === "unreadable" || isDeleted(context, record)) return change;
  return withPresentValues(context, { ...change, kind: "upsert" }, record);
}

/** A parked change that is retried gives way to what the legacy system holds by now, rule by rule and by the times of both. */
async function withPresentValues(context: SyncContext, change: Change, record: JsonObject): Promise<Change> {
  // A record that does not say when it was edited was edited after what it differs from.
  const at = toTime(context.paths.legacyTime?.get(record)) ?? change.span?.last ?? null;
  const present: Change = {
    ...emptyChange(isDeleted(context, record) ? "delete" : "upsert", change.receivedAt),
    span: at === null ? null : point(at),
    priority: change.priority,
    backfill: change.backfill,
  };
  if (present.kind === "delete") return mergeChanges(change, present);
  return mergeChanges(change, { ...present, ...(await carriedBy(context, record, at)) });
}

const NOTHING_TO_BRING = {
  outcome: "parked",
  reason: {
    code: "RECORD_UNREADABLE",
    message:
      "The parked change carries no values, and the legacy system cannot be read or has no such user. Hand the record in again, then discard this one.",
  },
} as const;

/** What a record would have carried if it had been handed in, of this time where a rule has none of its own. */
async function carriedBy(
  context: SyncContext,
  record: JsonObject,
  updatedAt: number | null,
): Promise<Pick<Change, "rules" | "identifiers">> {
  const mapped = await mapRecord(context.map, "to-cidaas", record);
  const verified = isTrue(context.paths.legacyVerified?.get(record));
  const source = sourceOf(context, "legacy", mapped, { verified, updatedAt });
  const rules: Change["rules"] = {};
  for (const [rule, { values, at }] of Object.entries(mapped))
    rules[rule] = { at: at ?? updatedAt, source: source.rules[rule]?.print ?? NO_VALUE, values };
  return { rules, identifiers: source.identifiers };
}
