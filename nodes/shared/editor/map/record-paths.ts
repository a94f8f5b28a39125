type Container = Record<string, unknown> | unknown[];

const MAX_PATHS = 200;
const MAX_DEPTH = 8;
const PLAIN_KEY = /^[^.[\]"\s](?:[^.[\]"]*[^.[\]"\s])?$/;

/** The paths of all values in a record, as rules write them; bounded, since anything may be pasted. */
export function pathsOf(record: unknown): string[] {
  const found: string[] = [];
  if (isContainer(record)) collect(record, "", 0, found);
  return found;
}

function collect(container: Container, prefix: string, depth: number, found: string[]): void {
  for (const [key, value] of Object.entries(container)) {
    if (found.length >= MAX_PATHS) return;
    const path = prefix + step(key, Array.isArray(container), prefix === "");
    if (isContainer(value) && Object.keys(value).length > 0 && depth < MAX_DEPTH)
      collect(value, path, depth + 1, found);
    else found.push(path);
  }
}

function step(key: string, isPosition: boolean, isFirst: boolean): string {
  if (isPosition) return `[${key}]`;
  if (!PLAIN_KEY.test(key)) return `["${key.replace(/["\\]/g, "\\$&")}"]`;
  return isFirst ? key : `.${key}`;
}

function isContainer(value: unknown): value is Container {
  return typeof value === "object" && value !== null;
}
