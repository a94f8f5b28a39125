import type { Node, NodeAPI, NodeMessageInFlow } from "node-red";
import type { CidaasUser } from "../../lib/cidaas/types";
import { isBuried, showsOlder } from "../../lib/delivery/bring";
import { extendLeases, whileHeld } from "../../lib/delivery/extend";
import { report, settlementOfFailure } from "../../lib/delivery/failure";
import { opaqueEditsOf } from "../../lib/delivery/opaque";
import { CallError } from "../../lib/errors";
import { toTime } from "../../lib/mapping/time";
import { MISSING_CODE } from "../../lib/store/codes";
import type { Lease, Settlement } from "../../lib/store/types";
import type { OpaqueEdits } from "../../lib/sync/opaque";
import type { Item } from "../../lib/sync/types";
import { noLease, requireLeased } from "../shared/envelope";
import type { SharedSync } from "../shared/hub";
import { type Send, SyncNode, type SyncNodeDef } from "../shared/sync-node";

const LAG_PAUSE_MS = 2_000;
/** Reads before a user that no event called deleted counts as missing. */
const MISSING_READS = 3;

/** Reads the present state of the user an event named: the state is delivered, never the event. */
export = function register(RED: NodeAPI): void {
  function CidaasUserFetch(this: Node, def: SyncNodeDef): void {
    RED.nodes.createNode(this, def);
    const node: SyncNode = new SyncNode(RED, this, def, ({ sync }) => {
      node.status.show("good", "ready");
      // A wrong address or client shows at the deploy, and not only with the first event.
      node.run(async () => {
        try {
          await sync.tenant.tenant.connect();
        } catch (error) {
          showFailure(node, error);
          throw error;
        }
      });
    });
    node.onInput(async ({ sync }, msg, send) => {
      const envelope = requireLeased(msg, "to-legacy", "cidaas-webhook-in");
      const [item] = envelope.items;
      const lease = sync.context.registry.get(item?.lease ?? null);
      if (!item || !lease) throw noLease("cidaas-webhook-in");
      try {
        // Recorded before the flow is told, and told again with every new try until the change is settled.
        const opaque = opaqueEditsOf(sync.context, lease, lease.change, lease.ledger);
        if (opaque.told.length > 0) envelope.opaque = opaque.told;
        await fetchUser(sync, lease, item, opaque, msg, send);
        node.status.show("good", "ready");
      } catch (error) {
        showFailure(node, error);
        throw error;
      }
    });
  }

  RED.nodes.registerType("cidaas-user-fetch", CidaasUserFetch);
};

function showFailure(node: SyncNode, error: unknown): void {
  if (!(error instanceof CallError)) return;
  node.status.show("bad", error.failure === "configuration" ? "refusedClient" : "unreachable");
}

async function fetchUser(
  sync: SharedSync,
  lease: Lease,
  item: Item,
  { told, ledger }: OpaqueEdits,
  msg: NodeMessageInFlow,
  send: Send,
): Promise<void> {
  const { context, tenant } = sync;
  const { sub } = lease.person;
  const held = await extendLeases(context, [{ token: lease.token, ...(told.length > 0 ? { ledger } : {}) }]);
  if (held.size === 0 || sub === null) throw noLease("cidaas-webhook-in");
  if (isBuried(context, lease)) {
    await settle(sync, { token: lease.token, outcome: "refused" });
    return;
  }
  let user: CidaasUser | null;
  const readAt = context.now();
  try {
    user = await whileHeld(context, [lease.token], () => tenant.tenant.readUser(sub));
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    await settle(sync, settlementOfFailure(context, lease, error));
    report(context, "to-legacy", [error]);
    return;
  }
  const early = user === null ? endOfMissing(lease, context.now()) : endOfLag(lease, user, readAt);
  if (early) {
    await settle(sync, early);
    return;
  }
  if (user === null) {
    msg.payload = { sub };
    item.kind = "delete";
    send([null, msg]);
    return;
  }
  msg.payload = user;
  item.readAt = readAt;
  // The deletion that the event announced has not happened, or was taken back: the user as it is goes on.
  item.kind = "upsert";
  send([msg, null]);
}

/**
 * Absence alone is no evidence of a deletion; with the event it is, and after one it is nothing new. A new user may not be
 * readable at once.
 */
function endOfMissing(lease: Lease, now: number): Settlement | null {
  if (lease.change.kind === "delete") return null;
  if (lease.person.deletedAt !== null) return { token: lease.token, outcome: "unchanged" };
  const reason = {
    code: MISSING_CODE,
    message: "The tenant has no such user, and no event said that it was deleted.",
  };
  if (lease.attempt < MISSING_READS)
    return { token: lease.token, outcome: "retry", notBefore: now + LAG_PAUSE_MS, reason };
  return { token: lease.token, outcome: "parked", reason };
}

/** A read may lag behind its event, and two merged accounts are never brought over by themselves. */
function endOfLag(lease: Lease, user: CidaasUser, readAt: number): Settlement | null {
  const { token, change } = lease;
  if (user.userStatus === "COMBINED") {
    const reason = {
      code: "USER_COMBINED",
      message: "The account was merged into another one. Decide which legacy user remains.",
    };
    return { token, outcome: "parked", reason };
  }
  const known = change.span?.last ?? 0;
  if (!showsOlder(toTime(user.updatedTime), known, readAt)) return null;
  const reason = { code: "READ_LAGS", message: "The tenant still shows the user as it was before the event." };
  return { token, outcome: "retry", notBefore: readAt + LAG_PAUSE_MS, counts: false, reason };
}

async function settle({ context }: SharedSync, settlement: Settlement): Promise<void> {
  await context.store.settle([{ ...settlement, beforeSender: true }]);
  context.registry.drop([settlement.token]);
}
