import type { JsonObject, Lane, RuleId } from "../sync/types";
import type { CompiledMap, MappedRule } from "./types";

/** Maps a record with all its rules, those that are computed asynchronously too. Rejects with `RecordError`. */
export async function mapRecord(map: CompiledMap, lane: Lane, record: JsonObject): Promise<Record<RuleId, MappedRule>> {
  const computing = map.compute(lane, record);
  return computing === null ? map.map(lane, record) : map.map(lane, record, await computing);
}
