import type { NodeMessage } from "node-red";
import { SyncError } from "../../lib/errors";
import { isRecord } from "../../lib/mapping/json";
import type { Lease } from "../../lib/store/types";
import type { Envelope, Item, Lane } from "../../lib/sync/types";
import { LANES } from "../../lib/sync/types";

/** The envelope of a message of ours; null for a message that has none. */
export function readEnvelope(msg: NodeMessage): Envelope | null {
  return isEnvelope(msg.sync) ? msg.sync : null;
}

/** The envelope of a message that must have leases. Throws `SYNC_NO_LEASE`, which names the node to put in front. */
export function requireLeased(msg: NodeMessage, lane: Lane, nodeInFront: string): Envelope {
  const envelope = readEnvelope(msg);
  const leased = envelope?.lane === lane && envelope.items.every((item) => item.lease !== null);
  if (envelope && leased && envelope.items.length > 0) return envelope;
  throw noLease(nodeInFront);
}

export function noLease(nodeInFront: string): SyncError {
  return new SyncError(
    "SYNC_NO_LEASE",
    `The message has no valid lease. Put ${nodeInFront} in front of this node, and send each message on only once.`,
  );
}

/** The item of a person that was just taken. */
export function itemOf(lease: Lease): Item {
  const { person, change } = lease;
  return {
    key: String(person.id),
    kind: change.kind,
    occurredAt: change.span?.last ?? null,
    version: lease.version,
    lease: lease.token,
    attempt: lease.attempt,
    sub: person.sub,
    legacyId: person.legacyId,
  };
}

function isEnvelope(value: unknown): value is Envelope {
  if (!isRecord(value) || value.v !== 1 || !Array.isArray(value.items)) return false;
  return LANES.some((lane) => lane === value.lane) && value.items.every(isItem);
}

function isItem(value: unknown): value is Item {
  return (
    isRecord(value) &&
    typeof value.key === "string" &&
    (value.kind === "upsert" || value.kind === "delete") &&
    (value.lease === null || typeof value.lease === "string")
  );
}
