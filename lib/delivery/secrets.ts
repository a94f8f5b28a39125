import { SyncError } from "../errors";
import { isJsonObject } from "../mapping/json";
import { writesTo } from "../mapping/rules";
import type { Json, JsonObject, RuleId, Side } from "../sync/types";
import type { SyncContext } from "./context";

/** The record with the values of secret rules sealed, for a message of the flow. */
export function sealSecrets(context: SyncContext, side: Side, record: JsonObject): JsonObject {
  return replaceSecrets(context, side, record, (value) => (value === null ? null : context.sealer.seal(value)));
}

/**
 * The record with the values of secret rules in the clear, for the call that sends it. What is not sealed at a secret
 * rule's place was put there by the flow, and is refused: it has already been in the clear in a message.
 */
export function openSecrets(context: SyncContext, side: Side, record: JsonObject): JsonObject {
  return replaceSecrets(context, side, record, (value) => (value === null ? null : openValue(context, value)));
}

/** The values of secret rules in the clear, the others as they are. */
export function openValues(context: SyncContext, values: Record<RuleId, Json[]>): Record<RuleId, Json[]> {
  const opened = { ...values };
  for (const rule of context.map.rules) {
    const sealed = values[rule.id];
    if (rule.secret && sealed)
      opened[rule.id] = sealed.map((value) => (value === null ? null : openValue(context, value)));
  }
  return opened;
}

function openValue(context: SyncContext, value: Json): Json {
  if (context.sealer.isSealed(value)) return context.sealer.open(value);
  throw new SyncError(
    "SECRET_NOT_SEALED",
    "A secret rule carries a value that field-mapper did not seal. Do not write secrets in the flow.",
  );
}

function replaceSecrets(
  context: SyncContext,
  side: Side,
  record: JsonObject,
  replace: (value: Json) => Json,
): JsonObject {
  const present = context.map.extract(side, record);
  const replaced: Record<RuleId, Json[]> = {};
  for (const rule of context.map.rules) {
    const values = present[rule.id];
    if (rule.secret && values) replaced[rule.id] = values.map(replace);
  }
  return overlay(record, context.map.build(side, replaced));
}

/** What a record shows of the rules that are written to its side; secret ones are never repeated. */
export function presentRules(context: SyncContext, side: Side, record: JsonObject): JsonObject {
  const values = context.map.extract(side, record);
  for (const rule of context.map.rules) if (rule.secret || !writesTo(rule, side)) delete values[rule.id];
  return context.map.build(side, values);
}

/** `base` with the members of `top` put over it, objects member by member. */
export function overlay(base: JsonObject, top: JsonObject): JsonObject {
  const result: JsonObject = { ...base };
  for (const [name, value] of Object.entries(top)) {
    const below = result[name];
    result[name] = isJsonObject(value) && isJsonObject(below) ? overlay(below, value) : value;
  }
  return result;
}
