import { join } from "node:path";
import type { FlowNode } from "./flows";

/** Nodes whose every output is probed: what leaves them has been through the package. */
const PROBED = [
  ...["cidaas-webhook-in", "cidaas-user-fetch", "field-mapper", "bulk-batcher", "cidaas-bulk-upsert", "legacy-out"],
  "catch",
];

/** Clones the message, sends what is JSON of it through JSON, and keeps that in all three kinds of context. */
const PASS_ON = `
const { req, res, ...rest } = RED.util.cloneMessage(msg);
const passed = JSON.parse(JSON.stringify(rest));
for (const store of [context, flow, global]) store.set("seen_" + node.id, passed);
return Object.assign(passed, { req, res });`;

const AS_TEXT = `
const { req, res, ...rest } = msg;
return { payload: JSON.stringify(rest) };`;

/**
 * The flow with curious nodes on every wire that leaves a node of this package or a Catch node: a function that clones the
 * message and sends it through JSON and the context stores, a debug node that shows all of it, one that writes it to the
 * log, and a file in `directory`.
 */
export function withProbes(flow: readonly FlowNode[], directory: string): FlowNode[] {
  return flow.flatMap((node) => {
    if (!PROBED.includes(node.type) || !Array.isArray(node.wires)) return [node];
    const outputs = node.wires.map((targets, output) => probe(node, output, targetsOf(targets), directory));
    const wires = outputs.map(([first]) => (first ? [first.id] : []));
    return [{ ...node, wires }, ...outputs.flat()];
  });
}

/** The id of the function behind an output of a probed node; its context key is `seen_` and this id. */
export function probeId(nodeId: string, output: number): string {
  return `${nodeId}p${output}`;
}

function probe(node: FlowNode, output: number, targets: string[], directory: string): FlowNode[] {
  const id = probeId(node.id, output);
  const place = { z: node.z ?? "", x: 100, y: 2000 };
  const debug = { ...place, type: "debug", active: true, wires: [] };
  return [
    { ...place, id, type: "function", func: PASS_ON, outputs: 1, wires: [[...targets, `${id}d`, `${id}t`]] },
    { ...debug, id: `${id}d`, tosidebar: true, console: false, complete: "true", targetType: "full" },
    { ...place, id: `${id}t`, type: "function", func: AS_TEXT, outputs: 1, wires: [[`${id}l`, `${id}f`]] },
    { ...debug, id: `${id}l`, tosidebar: false, console: true, complete: "payload", targetType: "msg" },
    {
      ...{ ...place, id: `${id}f`, type: "file", filename: join(directory, `${id}.jsonl`), filenameType: "str" },
      ...{ appendNewline: true, createDir: false, overwriteFile: "false", encoding: "none", wires: [[]] },
    },
  ];
}

function targetsOf(wires: unknown): string[] {
  return Array.isArray(wires) ? wires.map(String) : [];
}
