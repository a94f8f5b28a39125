import { util } from "@node-red/util";
import { RecordError } from "../../../lib/errors";
import { compileMap } from "../../../lib/mapping/compile";
import { mapRecord } from "../../../lib/mapping/map-record";
import { parseRules } from "../../../lib/mapping/rules";
import type { MapTools } from "../../../lib/mapping/transforms/types";
import type { CompiledMap, MappedRule } from "../../../lib/mapping/types";
import type { Json, JsonObject, Lane, RuleId } from "../../../lib/sync/types";

/** As the runtime lends them; the node is only asked for the context of its flow. */
export const TOOLS: MapTools = {
  jsonata: (expression) => util.prepareJSONataExpression(expression, Object.create(null)),
};

/** The map of one rule, with the cidaas path `c` and the legacy path `l` unless told. */
export function mapOf(rule: Record<string, unknown>): CompiledMap {
  return compileMap(parseRules([{ id: "r", cidaas: "c", legacy: "l", ...rule }], TOOLS), TOOLS);
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

/** As `mapRecord`, with the problems of a record that cannot be mapped in place of an error. */
export async function outcomeOf(
  map: CompiledMap,
  lane: Lane,
  record: JsonObject,
): Promise<{ mapped: Record<RuleId, MappedRule>; problems: RecordError["problems"] }> {
  try {
    return { mapped: await mapRecord(map, lane, record), problems: [] };
  } catch (thrown) {
    if (thrown instanceof RecordError) return { mapped: {}, problems: thrown.problems };
    throw thrown;
  }
}
