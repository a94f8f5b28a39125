import type { NodeAPI } from "node-red";
import { Taker, type TakerOptions } from "../../lib/delivery/taker";
import type { Opening, SyncNode } from "./sync-node";

/** The taker of a node, which takes nothing more once the node has begun to close. */
export function takerOf(node: SyncNode, { sync, closing }: Opening, options: Omit<TakerOptions, "onProblem">): Taker {
  return new Taker(sync.context, {
    ...options,
    room: () => (closing.aborted ? 0 : options.room()),
    onProblem: (error) => node.report(error),
  });
}

/**
 * Lets the taker work until the node closes. A lane that nobody answered is tried again after every deploy, since one of
 * other nodes may have completed the flow.
 */
export async function keepTaking(RED: NodeAPI, node: SyncNode, { onClose }: Opening, taker: Taker): Promise<void> {
  await taker.start();
  onClose(() => taker.stop());
  const resume = () => node.run(() => taker.resume());
  RED.events.on("flows:started", resume);
  onClose(() => void RED.events.off("flows:started", resume));
}
