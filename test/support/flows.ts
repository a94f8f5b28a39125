import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "../../lib/sync/types";
import { isJsonObject } from "./answers";
import { CHECKOUT } from "./user-directory";

/** One node of an exported flow. */
export interface FlowNode {
  id: string;
  type: string;
  [property: string]: Json;
}

export const EXAMPLES = [
  "1 cidaas to legacy",
  "2 legacy to cidaas",
  "3 two-way sync",
  "4 backfill from a file",
  "5 operating",
] as const;

export type Example = (typeof EXAMPLES)[number];

/** An example as it lies in the package. */
export function loadExample(name: Example): FlowNode[] {
  const content: unknown = JSON.parse(readFileSync(join(CHECKOUT, "examples", `${name}.json`), "utf8"));
  if (!Array.isArray(content) || !content.every(isFlowNode)) throw new Error(`The example "${name}" is no flow`);
  return content;
}

/** Several examples in one Node-RED: they share their config nodes. */
export function mergeFlows(...flows: FlowNode[][]): FlowNode[] {
  return [...new Map(flows.flat().map((node) => [node.id, node])).values()];
}

/** The one node of that type and, if given, that name. */
export function findNode(flows: FlowNode[], type: string, name?: string): FlowNode {
  const found = flows.filter((node) => node.type === type && (name === undefined || node.name === name));
  const [node, another] = found;
  if (node === undefined || another !== undefined) {
    throw new Error(`The flow has ${found.length} nodes of type ${type}${name === undefined ? "" : ` named ${name}`}`);
  }
  return node;
}

/** A copy of the flow in which one node has other properties. */
export function withProperties(flows: FlowNode[], id: string, properties: Record<string, Json>): FlowNode[] {
  return flows.map((node) => (node.id === id ? { ...node, ...properties } : node));
}

function isFlowNode(value: unknown): value is FlowNode {
  return isJsonObject(value) && typeof value.id === "string" && typeof value.type === "string";
}
