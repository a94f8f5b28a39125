import type { Node, NodeAPI, NodeMessage } from "node-red";
import { type CidaasGate, type OutgoingUser, prepareForCidaas } from "../../lib/cidaas/gate";
import { ConfigReader } from "../../lib/config";
import { whileHeld } from "../../lib/delivery/extend";
import { asCallError, report, settlementOfFailure } from "../../lib/delivery/failure";
import { marksOf, recordsOf } from "../../lib/delivery/source";
import { CallError, SyncError } from "../../lib/errors";
import type { Lease, Settlement } from "../../lib/store/types";
import type { Envelope } from "../../lib/sync/types";
import { itemOf, readEnvelope } from "../shared/envelope";
import type { SharedSync } from "../shared/hub";
import { laneStatus } from "../shared/lane-status";
import { keepOutgoing } from "../shared/outgoing";
import { type Opening, SyncNode, type SyncNodeDef } from "../shared/sync-node";
import { keepTaking, takerOf } from "../shared/taking";
import { companies } from "./company";
import { Pace } from "./pace";
import { inWaves } from "./waves";

const LANE = "to-cidaas";
/** So long the users of a batch wait for one who takes longer to be read: what was seen of them gets old. */
const STRAGGLER_MS = 500;
const ADOPTION_RETRY_MS = 5_000;

/** Commits mapped users, merges what belongs to the same one, and gives out batches of those that need a write. */
export = function register(RED: NodeAPI): void {
  function BulkBatcher(this: Node, def: SyncNodeDef): void {
    RED.nodes.createNode(this, def);
    const node: SyncNode = new SyncNode(RED, this, def, (opening) => {
      const config = parse(def);
      opening.onClose(opening.hub.claimLane(LANE, this));
      whenAdopted(node, opening, async (adopted) => {
        await startTaking(RED, node, this, opening, config, adopted);
        laneStatus(node.status, opening, LANE);
      });
    });
    node.onInput(async ({ sync: { context } }, msg, send) => {
      const envelope = readEnvelope(msg);
      if (envelope?.lane !== LANE) {
        throw new SyncError(
          "SYNC_ENVELOPE",
          "The message was not mapped. Put field-mapper (direction to-cidaas) in front of bulk-batcher.",
        );
      }
      if (envelope.skip === undefined) {
        await context.store.mark(LANE, marksOf(context, envelope, recordsOf(msg.payload, envelope)));
      }
      send([null, msg]);
    });
  }

  RED.nodes.registerType("bulk-batcher", BulkBatcher);
};

type Config = ReturnType<typeof parse>;

function parse(def: SyncNodeDef) {
  const reader = new ConfigReader(`bulk-batcher ${def.name ?? ""}`.trim(), def);
  const config = {
    size: reader.number("size", { default: 50, min: 1, max: 1_000, whole: true }),
    waitMs: reader.number("waitMs", { default: 1_000, min: 0, max: 600_000 }),
    maxInFlight: reader.number("maxInFlight", { default: 4, min: 1, max: 100, whole: true }),
    verify: reader.choice("verify", ["pending", "always"], "pending"),
  };
  reader.check("BATCHER_CONFIG");
  return config;
}

/** Takes nothing before the tenant's users are known: a person without a row would look like one to be created. */
function whenAdopted(
  node: SyncNode,
  { sync, closing, onClose }: Opening,
  go: (adopted: boolean) => Promise<void>,
): void {
  let timer: NodeJS.Timeout | null = null;
  onClose(() => {
    if (timer) clearTimeout(timer);
  });
  const attempt = () =>
    node.runAside(async () => {
      node.status.show("busy", "adopting");
      try {
        await sync.tenant.tenant.connect();
        const adopted = await sync.adopted();
        await sync.fieldsKnown();
        if (!closing.aborted) await go(adopted);
      } catch (error) {
        const refused = error instanceof CallError && error.failure === "configuration";
        node.status.show("bad", refused ? "refusedClient" : "unreachable");
        if (!closing.aborted) timer = setTimeout(attempt, ADOPTION_RETRY_MS);
        throw error;
      }
    });
  attempt();
}

async function startTaking(
  RED: NodeAPI,
  node: SyncNode,
  red: Node,
  opening: Opening,
  config: Config,
  adopted: boolean,
): Promise<void> {
  const { sync, onClose } = opening;
  const { context } = sync;
  const inFlight = config.maxInFlight * config.size;
  const gate = gateOf(sync, config.verify, adopted);
  const pace = new Pace(config.size, config.waitMs, () => taker.wake());
  onClose(() => pace.close());
  const taker = takerOf(node, opening, {
    lane: LANE,
    maxInFlight: inFlight,
    room: () => pace.allowed(inFlight - context.registry.count(LANE), context.now()),
    deliver: (leases) => {
      pace.took(leases.length, context.now());
      for (const company of companies(leases, config.size)) {
        node.run(async () => {
          const failures: CallError[] = [];
          const work = company.map((lease) => prepareOne(sync, gate, lease, failures));
          for await (const prepared of inWaves(work, STRAGGLER_MS)) {
            const batch = await settleOrKeep(sync, prepared);
            if (batch.length > 0) red.send([batchMessage(batch), null]);
          }
          if (failures.length > 0) report(context, LANE, failures);
        });
      }
    },
  });
  await keepTaking(RED, node, opening, taker);
}

function gateOf({ tenant, legacy }: SharedSync, verify: Config["verify"], adopted: boolean): CidaasGate {
  return {
    tenant: tenant.tenant,
    bulkUpdates: tenant.config.bulkUpdates,
    verify,
    adopted,
    readLegacy: async ({ person }) => {
      if (!legacy?.target.canRead || person.legacyId === null) return "unreadable";
      return legacy.target.read({ legacyId: person.legacyId, sub: person.sub });
    },
  };
}

type PreparedOne = OutgoingUser | { settlement: Settlement };

/** Each person ends for itself, so that one failure blocks nobody. */
async function prepareOne(
  { context }: SharedSync,
  gate: CidaasGate,
  lease: Lease,
  failures: CallError[],
): Promise<PreparedOne> {
  try {
    return await whileHeld(context, [lease.token], () => prepareForCidaas(context, gate, lease));
  } catch (error) {
    const failure = asCallError(error);
    failures.push(failure);
    return { settlement: settlementOfFailure(context, lease, failure) };
  }
}

/** Settles at once whoever needs no write, and resolves with the others. */
async function settleOrKeep({ context }: SharedSync, prepared: readonly PreparedOne[]): Promise<OutgoingUser[]> {
  const settlements = prepared.flatMap((one) => ("settlement" in one ? [one.settlement] : []));
  if (settlements.length > 0) {
    await context.store.settle(settlements.map((settlement) => ({ ...settlement, beforeSender: true })));
    context.registry.drop(settlements.map((settlement) => settlement.token));
  }
  return prepared.flatMap((one) => ("body" in one && keepOutgoing(context, one) ? [one] : []));
}

function batchMessage(batch: readonly OutgoingUser[]): NodeMessage {
  const items = batch.map((user) => ({ ...itemOf(user.lease), kind: user.kind }));
  const envelope: Envelope = { v: 1, lane: LANE, items };
  return { payload: batch.map((user) => user.body), sync: envelope };
}
