import type { Json, JsonObject } from "../sync/types";
import { isJsonObject, stableJson } from "./json";
import { isWithin, type Path } from "./paths";

/** A place in a record, by the keys that lead to it. */
type Keys = readonly string[];

/** Paths of what no path of `read` takes or looks into: a field, or a whole object where nothing of it is read. */
export function unreadPaths(record: JsonObject, read: readonly Path[]): string[] {
  return unreadBelow(
    record,
    [],
    read.map(({ keys }) => keys),
  ).map(textOfKeys);
}

function unreadBelow(container: JsonObject | Json[], above: Keys, read: readonly Keys[]): Keys[] {
  return Object.entries(container).flatMap(([key, value]) => {
    const keys = [...above, key];
    const near = read.filter((other) => isWithin(other, keys) || isWithin(keys, other));
    if (near.length === 0) return [keys];
    if (near.some((other) => isWithin(keys, other))) return [];
    return isJsonObject(value) || Array.isArray(value) ? unreadBelow(value, keys, near) : [keys];
  });
}

export interface Difference {
  keys: Keys;
  /** A side that has nothing at this place is left out. */
  expected?: Json;
  actual?: Json;
}

/** Where two records differ, field by field; an array is compared as a whole. */
export function differencesOf(expected: JsonObject, actual: JsonObject, above: Keys = []): Difference[] {
  const names = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
  return names.flatMap((name) => {
    const keys = [...above, name];
    const [wanted, given] = [ownValue(expected, name), ownValue(actual, name)];
    if ([wanted, given].every((value) => value === undefined || isFilled(value)))
      return differencesOf(isFilled(wanted) ? wanted : {}, isFilled(given) ? given : {}, keys);
    if (isSame(wanted, given)) return [];
    return [{ keys, ...(wanted !== undefined && { expected: wanted }), ...(given !== undefined && { actual: given }) }];
  });
}

function isFilled(value: Json | undefined): value is JsonObject {
  return value !== undefined && isJsonObject(value) && Object.keys(value).length > 0;
}

function ownValue(record: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** Whether two values are equal as JSON, whatever the order of keys. */
export function isSame(one: Json | undefined, other: Json | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return stableJson(one) === stableJson(other);
}

/** The path that leads to a place, as a rule would write it. */
export function textOfKeys(keys: Keys): string {
  const steps = keys.map((key) => (/^[^.[\]"]+$/.test(key) ? `.${key}` : `["${key.replace(/["\\]/g, "\\$&")}"]`));
  return steps.join("").replace(/^\./, "");
}
