import type { Json, JsonObject } from "../sync/types";

/** Members that would reach into an object's prototype when copied by assignment. */
const UNSAFE_MEMBERS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** The text of a member; null where it is missing, empty or something else than text. */
export function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/**
 * A copy without members that reach into prototypes; undefined when the value is nested deeper than `depth`, so that
 * nobody who walks over it later can be made to run out of stack.
 */
export function safeCopy(value: Json, depth: number): Json | undefined {
  if (typeof value !== "object" || value === null) return value;
  if (depth === 0) return undefined;
  if (Array.isArray(value)) {
    const items: Json[] = [];
    for (const item of value) {
      const copied = safeCopy(item, depth - 1);
      if (copied === undefined) return undefined;
      items.push(copied);
    }
    return items;
  }
  const copy: JsonObject = {};
  for (const [name, member] of Object.entries(value)) {
    if (UNSAFE_MEMBERS.has(name)) continue;
    const copied = safeCopy(member, depth - 1);
    if (copied === undefined) return undefined;
    copy[name] = copied;
  }
  return copy;
}
