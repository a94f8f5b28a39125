import type { Node, NodeAPI, NodeMessage, NodeMessageInFlow } from "node-red";
import { ConfigReader } from "../../lib/config";
import { idOf, mapLegacyRecord, mapTaken, type SourceFacts } from "../../lib/delivery/mapping";
import { RecordError, type RecordProblem, SyncError } from "../../lib/errors";
import { isTooDeep, RECORD_DEPTH } from "../../lib/mapping/depth";
import { isRecord } from "../../lib/mapping/json";
import { maskSecrets } from "../../lib/mapping/mask";
import { toTime } from "../../lib/mapping/time";
import { emptyChange } from "../../lib/sync/change";
import type { Envelope, Item, JsonObject, Lane } from "../../lib/sync/types";
import { otherSide, targetOf } from "../../lib/sync/types";
import { noLease, readEnvelope, requireLeased } from "../shared/envelope";
import type { SharedSync } from "../shared/hub";
import { type Send, SyncNode, type SyncNodeDef } from "../shared/sync-node";

/** Maps records from one side's form into the other's, and notes what the gates have to know of the source. */
export = function register(RED: NodeAPI): void {
  function FieldMapper(this: Node, def: SyncNodeDef): void {
    RED.nodes.createNode(this, def);
    const node: SyncNode<Lane> = new SyncNode(RED, this, def, () => {
      const lane = parse(def);
      node.status.show("good", "ready");
      return lane;
    });
    node.onInput(async ({ sync, config: lane }, msg, send) => {
      if (lane === "to-legacy") await mapFromCidaas(sync, msg, send);
      else await mapFromLegacy(sync, msg, send);
    });
  }

  RED.nodes.registerType("field-mapper", FieldMapper);
};

function parse(def: SyncNodeDef): Lane {
  const reader = new ConfigReader(`field-mapper ${def.name ?? ""}`.trim(), def);
  const lane = reader.choice("direction", ["to-legacy", "to-cidaas"], "to-legacy");
  reader.check("MAPPER_CONFIG");
  return lane;
}

async function mapFromCidaas(sync: SharedSync, msg: NodeMessageInFlow, send: Send): Promise<void> {
  const { context } = sync;
  const envelope = requireLeased(msg, "to-legacy", "cidaas-webhook-in and cidaas-user-fetch");
  const [item] = envelope.items;
  const lease = context.registry.get(item?.lease ?? null);
  if (!item || !lease) throw noLease("cidaas-webhook-in and cidaas-user-fetch");
  try {
    const mapped = await mapTaken(context, recordOf(msg.payload));
    item.source = mapped.source;
    item.legacyId ??= mapped.legacyId;
    msg.payload = mapped.record;
    send([msg, null]);
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    const reason = { code: error.code, message: error.message };
    await context.store.settle([{ token: lease.token, outcome: "parked", reason, beforeSender: true }]);
    context.registry.drop([lease.token]);
    send([null, invalid(sync, "to-legacy", msg, isFit(msg.payload) ? msg.payload : null, error.problems)]);
  }
}

async function mapFromLegacy(sync: SharedSync, msg: NodeMessageInFlow, send: Send): Promise<void> {
  if (readEnvelope(msg))
    throw new SyncError(
      "SYNC_ENVELOPE",
      "The message comes from cidaas already. Set the direction of field-mapper to to-legacy.",
    );
  if (!Array.isArray(msg.payload) && !isFit(msg.payload)) {
    throw new SyncError(
      "RECORD_INVALID",
      "The payload must be a record or an array of records. Put what reads the legacy system in front.",
    );
  }
  const facts = factsOf(msg.sync);
  const isArray = Array.isArray(msg.payload);
  const list: unknown[] = Array.isArray(msg.payload) ? msg.payload : [msg.payload];
  const items: Item[] = [];
  const records: JsonObject[] = [];
  const refused: NodeMessage[] = [];
  for (const entry of list) {
    try {
      const mapped = await mapLegacyRecord(sync.context, recordOf(entry), facts);
      items.push(mapped.item);
      records.push(mapped.record);
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      const record = isFit(entry) ? entry : null;
      await park(sync, record, error);
      refused.push(invalid(sync, "to-cidaas", msg, record, error.problems));
    }
  }
  const skip = isRecord(msg.sync) && typeof msg.sync.skip === "string" ? { skip: msg.sync.skip } : {};
  const envelope: Envelope = { v: 1, lane: "to-cidaas", items, ...skip };
  const [first] = records;
  const passes = isArray || first !== undefined;
  msg.payload = isArray ? records : first;
  msg.sync = envelope;
  send([passes ? msg : null, refused]);
}

/** What the source put into `msg.sync` for the whole message. */
function factsOf(sync: unknown): SourceFacts {
  if (!isRecord(sync)) return { kind: null, occurredAt: null, backfill: null };
  const { kind, occurredAt, backfill } = sync;
  return {
    kind: kind === "delete" || kind === "upsert" ? kind : null,
    occurredAt: timeOf(occurredAt),
    backfill: timeOf(backfill),
  };
}

function timeOf(value: unknown): number | null {
  if (value instanceof Date) return value.getTime();
  return typeof value === "string" || typeof value === "number" ? toTime(value) : null;
}

/** A record that cannot be mapped never reaches its lane; it is parked under its legacy id, without its values. */
async function park({ context }: SharedSync, record: JsonObject | null, error: RecordError): Promise<void> {
  const legacyId = record && idOf(context.paths.legacyKey.get(record));
  const mark = { legacyId, change: emptyChange("upsert", context.now()) };
  await context.store.park("to-cidaas", mark, { code: error.code, message: error.message });
}

/** The message of one invalid record: what is wrong with it, and the record with its secret values masked. */
function invalid(
  { context }: SharedSync,
  lane: Lane,
  msg: NodeMessageInFlow,
  record: JsonObject | null,
  errors: readonly RecordProblem[],
): NodeMessage {
  // What is no record has no known places for secrets, and is not shown at all.
  const payload = record && maskSecrets(context.map.rules, otherSide(targetOf(lane)), record);
  return { ...msg, payload, errors };
}

function recordOf(value: unknown): JsonObject {
  if (isFit(value)) return value;
  const message = `a record must be an object, nested at most ${RECORD_DEPTH} levels deep`;
  throw new RecordError([{ rule: "", path: "", code: "RECORD_NO_OBJECT", message }]);
}

/** Its values are admitted one by one where a rule reads them; see `admitValue`. */
function isFit(value: unknown): value is JsonObject {
  if (!isRecord(value) || isTooDeep(value, RECORD_DEPTH)) return false;
  return Object.values(value).every((member) => typeof member !== "function" && typeof member !== "symbol");
}
