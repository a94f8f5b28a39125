import type { TargetReader } from "../delivery/bring";
import type { SyncContext } from "../delivery/context";
import { overlay } from "../delivery/secrets";
import { toTime } from "../mapping/time";
import type { Lease } from "../store/types";
import { spanOfRead } from "../sync/times";
import type { JsonObject, Span } from "../sync/types";
import type { LegacyIds, LegacyTarget } from "./types";

/** The legacy system as far as `prepare` reads it. */
export function readerOf(context: SyncContext, target: LegacyTarget, record: JsonObject): TargetReader {
  return {
    read: async (lease) => (target.canRead ? target.read(idsOf(lease)) : "unreadable"),
    find: async (lease, sent) => {
      if (!target.canFind) return "unreadable";
      // A flow may add what the legacy system is searched by.
      const found = await target.find(idsOf(lease), overlay(record, sent));
      return found.map((user) => ({ id: user.legacyId, record: user.record }));
    },
    editAt: (found) => toTime(context.paths.legacyTime?.get(found)),
    missing: "create",
    needsRecord: (write) => write.length > 0 && target.updates === "complete",
    verifyAlways: false,
  };
}

/** Both ids of a leased person. */
export function idsOf(lease: Lease): LegacyIds {
  return { legacyId: lease.person.legacyId, sub: lease.person.sub };
}

/** When the values that were read from cidaas were edited, as far as events and the user's own time tell. */
export function spanOfUser(
  { leaseMs }: SyncContext,
  { change, ledger, intents }: Lease,
  updatedAt: number | null,
): Span | null {
  const flights = Object.values(ledger).flatMap(({ cidaas }) => cidaas.writes);
  const open = intents.filter(({ side }) => side === "cidaas").map(({ at }) => ({ at, until: at + leaseMs }));
  return spanOfRead(change.span, updatedAt, [...flights, ...open]);
}
