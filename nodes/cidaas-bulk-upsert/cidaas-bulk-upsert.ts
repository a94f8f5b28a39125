import type { Node, NodeAPI, NodeMessage, NodeMessageInFlow } from "node-red";
import { deliverBatch } from "../../lib/cidaas/deliver";
import type { OutgoingUser } from "../../lib/cidaas/gate";
import { ConfigReader } from "../../lib/config";
import type { Delivered } from "../../lib/delivery/delivered";
import { recordsOf } from "../../lib/delivery/source";
import type { JsonObject } from "../../lib/sync/types";
import { braked } from "../shared/braked";
import { noLease, requireLeased } from "../shared/envelope";
import type { SharedSync } from "../shared/hub";
import { claimOutgoing } from "../shared/outgoing";
import { SenderStatus } from "../shared/sender-status";
import { type Send, SyncNode, type SyncNodeDef } from "../shared/sync-node";

const LANE = "to-cidaas";

/** Sends batches to the tenant's bulk API and settles every user of them by its own result. */
export = function register(RED: NodeAPI): void {
  function CidaasBulkUpsert(this: Node, def: SyncNodeDef): void {
    RED.nodes.createNode(this, def);
    const node: SyncNode<Sender> = new SyncNode(RED, this, def, (opening) => {
      const config = parse(def);
      return { config, status: new SenderStatus(node.status, opening, LANE) };
    });
    node.onInput(async ({ sync, config: { config, status } }, msg, send) => {
      try {
        const { done, held } = await deliver(sync, config, msg, send);
        status.done(done);
        if (held === null) return;
        status.held();
        node.report(braked(LANE, held));
      } catch (error) {
        status.failed(error);
        throw error;
      }
    });
  }

  RED.nodes.registerType("cidaas-bulk-upsert", CidaasBulkUpsert);
};

type Config = ReturnType<typeof parse>;

interface Sender {
  config: Config;
  status: SenderStatus;
}

function parse(def: SyncNodeDef) {
  const reader = new ConfigReader(`cidaas-bulk-upsert ${def.name ?? ""}`.trim(), def);
  const config = {
    deletes: reader.choice("deletes", ["decline", "purge", "ignore"], "decline"),
    dryRun: reader.flag("dryRun", false),
  };
  reader.check("UPSERT_CONFIG");
  return config;
}

interface Done {
  /** Number of users. */
  done: number;
  /** What stopped the lane, if the brake holds some of them. */
  held: string | null;
}

/** Delivers one batch. */
async function deliver(sync: SharedSync, config: Config, msg: NodeMessageInFlow, send: Send): Promise<Done> {
  const { context, tenant } = sync;
  const envelope = requireLeased(msg, LANE, "bulk-batcher");
  const bodies = recordsOf(msg.payload, envelope);
  const batch: OutgoingUser[] = [];
  const kept: JsonObject[] = [];
  envelope.items.forEach((item, index) => {
    const user = claimOutgoing(context, item.lease);
    const body = bodies[index];
    if (!user || !body) return;
    batch.push(user);
    kept.push(body);
  });
  if (batch.length === 0) throw noLease("bulk-batcher");
  if (envelope.skip !== undefined) {
    const tokens = batch.map((user) => user.lease.token);
    await context.store.settle(tokens.map((token) => ({ token, outcome: "skipped" })));
    context.registry.drop(tokens);
    return { done: 0, held: null };
  }
  const delivered = await deliverBatch(context, tenant.tenant, batch, kept, config);
  const users = delivered.filter(({ state }) => state !== "PARKED" && state !== "RETRY" && state !== "HELD");
  msg.payload = users;
  send([users.length > 0 ? msg : null, delivered.flatMap((one) => parkedMessage(msg, one))]);
  const held = delivered.find((one) => one.state === "HELD");
  return { done: users.length, held: held?.message ?? null };
}

function parkedMessage(msg: NodeMessageInFlow, one: Delivered): NodeMessage[] {
  if (one.state !== "PARKED") return [];
  const { sub, legacyId, code, message } = one;
  return [{ ...msg, payload: { sub, legacyId }, error: { code, message } }];
}
