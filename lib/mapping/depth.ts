/** A record nested deeper would end the process when a message is cloned for a second wire. */
export const RECORD_DEPTH = 32;

/**
 * Whether objects and arrays are nested deeper than `max` levels (a scalar has none, `{}` has one). Works level by level
 * and keeps each object once per level, so that neither hostile nesting nor cycles nor shared parts cost more than
 * `max` times the number of objects.
 */
export function isTooDeep(value: unknown, max: number): boolean {
  let level = containers([value]);
  for (let depth = 0; level.size > 0; depth++) {
    if (depth === max) return true;
    const below = new Set<object>();
    for (const container of level) for (const child of containers(Object.values(container))) below.add(child);
    level = below;
  }
  return false;
}

function containers(values: unknown[]): Set<object> {
  const found = new Set<object>();
  for (const value of values) if (typeof value === "object" && value !== null) found.add(value);
  return found;
}
