import { cpSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { isJsonObject } from "./answers";
import type { NodeRed } from "./node-red";

const LOOKS = 20;
const LOOK_EVERY_MS = 50;

/** What a Node-RED process holds: how many of each kind, by name. */
export interface Inspection {
  /** Handlers in the two web applications. */
  layers: Record<string, number>;
  processListeners: Record<string, number>;
  flowListeners: Record<string, number>;
  /** Timers, sockets and the like, as `process.getActiveResourcesInfo` names them. */
  resources: Record<string, number>;
  /** Open files of databases; empty where the system does not tell. */
  databases: Record<string, number>;
}

/** Adds the inspector to a user directory, before Node-RED starts. */
export function addInspector(userDirectory: string): void {
  cpSync(join(__dirname, "inspector"), join(userDirectory, "nodes"), { recursive: true });
}

/** The least of each kind in looks over a second: timers and requests of a moment are left out. */
export async function inspect(nodeRed: NodeRed): Promise<Inspection> {
  const looks: Inspection[] = [];
  for (let count = 0; count < LOOKS; count++) {
    looks.push(toInspection(await nodeRed.request("GET", "/inspector")));
    await pause(LOOK_EVERY_MS);
  }
  const [first, ...others] = looks;
  if (!first) throw new Error("Nobody looked");
  const least = (kind: string, count: number) =>
    Math.min(count, ...others.map(({ resources }) => resources[kind] ?? 0));
  const resources = Object.entries(first.resources).map(([kind, count]) => [kind, least(kind, count)] as const);
  return { ...first, resources: Object.fromEntries(resources.filter(([, count]) => count > 0)) };
}

function toInspection(answer: unknown): Inspection {
  const part = (name: string) => {
    const counts = isJsonObject(answer) ? answer[name] : undefined;
    if (!isJsonObject(counts)) throw new Error(`The inspector says nothing of ${name}`);
    return Object.fromEntries(Object.entries(counts).map(([key, count]) => [key, Number(count)]));
  };
  return {
    layers: part("layers"),
    processListeners: part("processListeners"),
    flowListeners: part("flowListeners"),
    resources: part("resources"),
    databases: part("databases"),
  };
}
