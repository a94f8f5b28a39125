import type { Node, NodeAPI } from "node-red";
import { CallError, StoreError } from "../../lib/errors";
import { OPERATIONS, type OperationName, operationNamed } from "../../lib/operate/operations";
import { SyncNode, type SyncNodeDef } from "../shared/sync-node";

/** The operations that take longer than a moment, each with the text of the status meanwhile. */
const LONG: Partial<Record<OperationName, string>> = {
  "catch-up": "catchingUp",
  recover: "catchingUp",
  drain: "draining",
};

/** Operates a running sync by messages: the topic names the operation, the payload holds its arguments. */
export = function register(RED: NodeAPI): void {
  function UserSyncControl(this: Node, def: SyncNodeDef): void {
    RED.nodes.createNode(this, def);
    const closing = new AbortController();
    this.on("close", () => closing.abort());
    const running: string[] = [];
    const node: SyncNode = new SyncNode(RED, this, def, () => node.status.show("good", "ready"));
    const show = (problem: unknown) => {
      const [long] = running;
      if (problem instanceof StoreError) node.status.show("bad", "storeFailed");
      else if (problem instanceof CallError)
        node.status.show("bad", problem.failure === "configuration" ? "refusedClient" : "unreachable");
      else if (long !== undefined) node.status.show("busy", long);
      else node.status.show("good", "ready");
    };
    node.onInput(async ({ sync }, msg, send) => {
      const topic = operationNamed(msg.topic);
      const text = LONG[topic];
      if (text !== undefined) running.push(text);
      show(null);
      let problem: unknown = null;
      try {
        msg.payload = await OPERATIONS[topic](sync, msg.payload, closing.signal);
        msg.topic = topic;
        send(msg);
      } catch (error) {
        problem = error;
        throw error;
      } finally {
        if (text !== undefined) running.splice(running.indexOf(text), 1);
        show(problem);
      }
    });
  }

  RED.nodes.registerType("user-sync-control", UserSyncControl);
};
