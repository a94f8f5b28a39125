import { SyncError } from "../errors";
import type { Json, JsonObject } from "../sync/types";
import { isJsonObject } from "./json";

/** One step of a path. */
interface Step {
  readonly key: string;
  /** Position in an array; null where the key is no number. */
  readonly index: number | null;
  /** Written as `[0]`: an array is created where there is nothing yet. `a.0` only reads or fills an existing one. */
  readonly createsArray: boolean;
}

export interface Path {
  readonly text: string;
  /** The keys from the root; equal for `a.0`, `a[0]` and `a["0"]`. */
  readonly keys: readonly string[];
  /** The value; undefined when it is missing, null when it is null. */
  get(record: JsonObject): Json | undefined;
  /** Puts the value in place and creates the objects on the way to it. */
  set(record: JsonObject, value: Json): void;
  /** A record with the value replaced, the given one untouched; the same record when the path is missing. */
  replace(record: JsonObject, value: Json): JsonObject;
}

const MAX_STEPS = 16;
const MAX_LENGTH = 256;
const MAX_INDEX = 999;
const POISONOUS = new Set(["__proto__", "prototype", "constructor"]);
/** A name after the start or a dot, `[0]`, or `["any text"]`. */
const STEP = /(?:^|(?!^)\.)([^.[\]"]+)|\[(\d+)\]|\["((?:[^"\\]|\\["\\])+)"\]/y;

/** Compiles a path such as `customFields.tier`, `phones[0].number` or `a["x.y"]`. Throws `PATH_INVALID`. */
export function compilePath(text: string): Path {
  const steps = parseSteps(text);
  return {
    text,
    keys: steps.map((step) => step.key),
    get: getterOf(steps),
    set: setterOf(steps),
    replace: (record, value) => replaceAt(record, steps, 0, value),
  };
}

/** Whether a place, by the keys that lead to it, is the outer one or lies in its value. */
export function isWithin(keys: readonly string[], outer: readonly string[]): boolean {
  return outer.every((key, position) => keys[position] === key);
}

function parseSteps(text: string): Step[] {
  if (text.length > MAX_LENGTH) throw invalid(`longer than ${MAX_LENGTH} characters`);
  const steps: Step[] = [];
  let position = 0;
  while (position < text.length) {
    STEP.lastIndex = position;
    const match = STEP.exec(text);
    if (match === null) throw invalid('not of the form a.b, a[0] or a["x.y"]');
    position = STEP.lastIndex;
    steps.push(toStep(match));
  }
  if (steps.length === 0) throw invalid("empty");
  if (steps.length > MAX_STEPS) throw invalid(`of more than ${MAX_STEPS} parts`);
  return steps;
}

function toStep([, name, bracket, quoted]: RegExpExecArray): Step {
  const key = name ?? bracket ?? quoted?.replace(/\\(.)/g, "$1") ?? "";
  if (key !== key.trim()) throw invalid("with blanks around a name");
  if (POISONOUS.has(key)) throw invalid(`using the reserved name "${key}"`);
  const index = /^(0|[1-9]\d*)$/.test(key) && Number(key) <= MAX_INDEX ? Number(key) : null;
  if (bracket !== undefined && index === null) throw invalid(`with an array position above ${MAX_INDEX}`);
  return { key, index, createsArray: bracket !== undefined };
}

function invalid(reason: string): SyncError {
  return new SyncError("PATH_INVALID", `the path is ${reason}`);
}

type Container = JsonObject | Json[];

function isContainer(value: Json | undefined): value is Container {
  return typeof value === "object" && value !== null;
}

function child(container: Container, step: Step): Json | undefined {
  if (Array.isArray(container)) return step.index === null ? undefined : container[step.index];
  return Object.hasOwn(container, step.key) ? container[step.key] : undefined;
}

type Getter = (container: Container) => Json | undefined;
type Setter = (container: Container, value: Json) => void;

function getterOf([first, ...others]: readonly Step[]): Getter {
  if (first === undefined) return (container) => container;
  const get = memberOf(first);
  if (others.length === 0) return get;
  const rest = getterOf(others);
  return (container) => {
    const inner = get(container);
    return isContainer(inner) ? rest(inner) : undefined;
  };
}

/** Most names are none that every object inherits, so that the check for it can be left out. */
function memberOf(step: Step): Getter {
  const { key } = step;
  if (key in Object.prototype) return (container) => child(container, step);
  return (container) => (Array.isArray(container) ? child(container, step) : container[key]);
}

function setterOf([first, ...others]: readonly Step[]): Setter {
  const [next] = others;
  if (first === undefined) return () => {};
  if (next === undefined) return (container, value) => put(container, first, value);
  const get = memberOf(first);
  const rest = setterOf(others);
  return (container, value) => {
    const inner = get(container);
    rest(isJsonObject(inner) ? inner : enter(container, first, next), value);
  };
}

/** The container at `step`, made or replaced where it could not hold `next`. */
function enter(container: Container, step: Step, next: Step): Container {
  const present = child(container, step);
  if (isContainer(present) && !(Array.isArray(present) && next.index === null)) return present;
  const made: Container = next.createsArray ? [] : {};
  put(container, step, made);
  return made;
}

function put(container: Container, step: Step, value: Json): void {
  if (!Array.isArray(container)) {
    container[step.key] = value;
    return;
  }
  if (step.index === null) return;
  while (container.length < step.index) container.push(null);
  container[step.index] = value;
}

function replaceAt<C extends Container>(container: C, steps: readonly Step[], position: number, value: Json): C;
function replaceAt(container: Container, steps: readonly Step[], position: number, value: Json): Container {
  const step = steps[position];
  const present = step && child(container, step);
  if (step === undefined || present === undefined) return container;
  const isLast = position === steps.length - 1;
  if (!isLast && !isContainer(present)) return container;
  const replaced = isLast || !isContainer(present) ? value : replaceAt(present, steps, position + 1, value);
  if (Array.isArray(container)) return container.with(Number(step.key), replaced);
  return { ...container, [step.key]: replaced };
}
