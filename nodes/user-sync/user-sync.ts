import type { Node, NodeAPI } from "node-red";
import { mountAdminRoutes } from "../../admin/routes";
import { SyncHub, type UserSyncDef } from "../shared/hub";
import { hubs } from "../shared/parts";

/** One pair of systems kept equal: systems, identity, field map and policy, shared by all its nodes. */
export = function register(RED: NodeAPI): void {
  function UserSync(this: Node, def: UserSyncDef): void {
    RED.nodes.createNode(this, def);
    hubs.set(this, new SyncHub(RED, this, def));
  }

  RED.nodes.registerType("user-sync", UserSync);
  mountAdminRoutes(RED);
};
