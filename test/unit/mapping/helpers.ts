import { RecordError } from "../../../lib/errors";
import { compileMap } from "../../../lib/mapping/compile";
import { parseRules } from "../../../lib/mapping/rules";
import type { CompiledMap } from "../../../lib/mapping/types";
import type { Json, JsonObject, Lane } from "../../../lib/sync/types";

/** The map of one rule, with the cidaas path `c` and the legacy path `l` unless told. */
export function mapOf(rule: Record<string, unknown>): CompiledMap {
  return compileMap(parseRules([{ id: "r", cidaas: "c", legacy: "l", ...rule }]));
}

/** The target's value of a rule with one path per side. */
export function mapValue(map: CompiledMap, lane: Lane, value: Json): Json | undefined {
  return map.map(lane, lane === "to-cidaas" ? { l: value } : { c: value }).r?.values[0];
}

export function problemsOf(map: CompiledMap, lane: Lane, record: JsonObject): RecordError["problems"] {
  try {
    map.map(lane, record);
  } catch (thrown) {
    if (thrown instanceof RecordError) return thrown.problems;
    throw thrown;
  }
  return [];
}
