import { type FlowNode, findNode, loadExample, mergeFlows, withProperties } from "../../test/support/flows";

/** Presses "Start" of the backfill. */
export const startButton = (flow: FlowNode[]): string => findNode(flow, "inject", "Start").id;

/**
 * The two-way example with the backfill beside it, wired as that example's own comment says: to the mapper that is there
 * already, and back from the batcher.
 */
export function proofFlow(): FlowNode[] {
  const twoWay = loadExample("3 two-way sync");
  const backfill = loadExample("4 backfill from a file");
  const loader = findNode(backfill, "user-sync-backfill");
  const start = findNode(backfill, "inject", "Start");
  const mapper = findNode(twoWay, "field-mapper", "To cidaas");
  const batcher = findNode(twoWay, "bulk-batcher");
  const [batches, accepted] = wiresOf(batcher);
  const tab = batcher.z ?? "";
  const flow = mergeFlows(twoWay, [
    { ...loader, z: tab, wires: [[mapper.id], [], []] },
    { ...start, z: tab },
  ]);
  return withProperties(flow, batcher.id, { wires: [batches ?? [], [...(accepted ?? []), loader.id]] });
}

function wiresOf({ wires }: FlowNode): string[][] {
  return Array.isArray(wires) ? wires.map((output) => (Array.isArray(output) ? output.map(String) : [])) : [];
}
