import type { Node, NodeAPI, NodeMessage, NodeMessageInFlow } from "node-red";
import { ConfigReader } from "../../lib/config";
import { recordsOf } from "../../lib/delivery/source";
import { ConfigError } from "../../lib/errors";
import { deliverToLegacy } from "../../lib/legacy/deliver";
import type { LegacyTarget } from "../../lib/legacy/types";
import type { Lease } from "../../lib/store/types";
import { braked } from "../shared/braked";
import { noLease, requireLeased } from "../shared/envelope";
import type { SharedSync } from "../shared/hub";
import { SenderStatus } from "../shared/sender-status";
import { type Send, SyncNode, type SyncNodeDef } from "../shared/sync-node";
import { Confirmations } from "./confirmations";
import { createFlowTarget } from "./flow-target";

const LANE = "to-legacy";
const IN_FRONT = "cidaas-webhook-in, cidaas-user-fetch and field-mapper";

/** Brings users read from cidaas to the legacy system: decides what to write, writes it, and settles it. */
export = function register(RED: NodeAPI): void {
  function LegacyOut(this: Node, def: SyncNodeDef): void {
    RED.nodes.createNode(this, def);
    const confirmations = new Confirmations();
    this.on("close", () => confirmations.close());
    const node: SyncNode<Sender> = new SyncNode(RED, this, def, (opening) => {
      const config = parse(def);
      if (config.mode === "http" && !opening.sync.legacy) {
        throw new ConfigError(
          "LEGACY_CONFIG",
          "legacy: is missing in the user-sync. Pick a legacy system there, or set mode to flow.",
        );
      }
      return { config, status: new SenderStatus(node.status, opening, LANE) };
    });
    node.onInput(async ({ sync, config: { config, status } }, msg, send) => {
      try {
        if (await takeConfirmation(sync, confirmations, msg)) return;
        const { done, held } = await deliver(sync, config, confirmations, msg, send);
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

  RED.nodes.registerType("legacy-out", LegacyOut);
};

type Config = ReturnType<typeof parse>;

interface Sender {
  config: Config;
  status: SenderStatus;
}

function parse(def: SyncNodeDef) {
  const reader = new ConfigReader(`legacy-out ${def.name ?? ""}`.trim(), def);
  const config = {
    mode: reader.choice("mode", ["http", "flow"], "http"),
    deletes: reader.choice("deletes", ["delete", "ignore"], "delete"),
    dryRun: reader.flag("dryRun", false),
  };
  reader.check("LEGACY_OUT_CONFIG");
  return config;
}

/** A message with `sync.op` went out through output 2 and is back; a second or late one is counted, and ends here. */
async function takeConfirmation(
  sync: SharedSync,
  confirmations: Confirmations,
  msg: NodeMessageInFlow,
): Promise<boolean> {
  const envelope = requireLeased(msg, LANE, IN_FRONT);
  if (envelope.op === undefined) return false;
  const [item] = envelope.items;
  if (!item?.lease || !confirmations.take(item.lease, msg)) await sync.context.store.countLateConfirmation(LANE);
  return true;
}

interface Done {
  /** 1 where the person was delivered. */
  done: number;
  /** What stopped the lane, if the brake holds the person. */
  held: string | null;
}

const NOT_DELIVERED: Done = { done: 0, held: null };

/** Delivers one person. */
async function deliver(
  sync: SharedSync,
  config: Config,
  confirmations: Confirmations,
  msg: NodeMessageInFlow,
  send: Send,
): Promise<Done> {
  const { context } = sync;
  const envelope = requireLeased(msg, LANE, IN_FRONT);
  const [item] = envelope.items;
  const [record] = recordsOf(msg.payload, envelope);
  const lease = context.registry.claim(item?.lease ?? null);
  if (!item || !record || !lease) throw noLease(IN_FRONT);
  if (envelope.skip !== undefined) {
    await context.store.settle([{ token: lease.token, outcome: "skipped" }]);
    context.registry.drop([lease.token]);
    return NOT_DELIVERED;
  }
  const target = config.mode === "flow" ? flowTarget(sync, confirmations, lease, msg, send) : sync.legacy?.target;
  if (!target) throw new ConfigError("LEGACY_CONFIG", "legacy: is missing in the user-sync.");
  const end = await deliverToLegacy(context, target, lease, item, record, config);
  const { sub, legacyId } = end;
  if (end.state === "HELD") return { done: 0, held: end.message };
  if (end.state === "RETRY") return NOT_DELIVERED;
  if (end.state === "PARKED") {
    send([null, null, { ...msg, payload: { sub, legacyId }, error: { code: end.code, message: end.message } }]);
    return NOT_DELIVERED;
  }
  send([{ ...msg, payload: { sub, legacyId, state: end.state } }, null, null]);
  return { done: 1, held: null };
}

function flowTarget(
  { context }: SharedSync,
  confirmations: Confirmations,
  lease: Lease,
  msg: NodeMessageInFlow,
  send: Send,
): LegacyTarget {
  return createFlowTarget(async (op, ids, record) => {
    const answer = confirmations.wait(lease.token, context.registry.until(lease.token) - context.now());
    const question: NodeMessage = { ...msg, payload: record, sync: { ...toRecord(msg.sync), op } };
    if (ids.legacyId !== null) question.legacyId = ids.legacyId;
    send([null, question, null]);
    return answer;
  });
}

function toRecord(value: unknown): object {
  return typeof value === "object" && value !== null ? value : {};
}
