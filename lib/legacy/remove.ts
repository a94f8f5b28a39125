import type { SyncContext } from "../delivery/context";
import { extendLeases, latestStart } from "../delivery/extend";
import { lookUp } from "../delivery/look-up";
import type { Lease } from "../store/types";
import { traceSend } from "../trace";
import { type End, endByBrake, ended, endOfSettlement, parked } from "./ends";
import { idsOf, readerOf } from "./reading";
import type { LegacyTarget } from "./types";
import { unfinishedCreate } from "./unfinished";

/** Tries, the interrupted one among them, before a create of a deleted user is taken for one that never was. */
const CREATED_TRIES = 4;
const CREATED = {
  code: "CREATE_UNKNOWN",
  message: "The user was deleted while it was being created, and nobody can say yet whether it was.",
};

/** Deletes a user who was deleted in cidaas. May throw the `CallError` of the legacy system. */
export async function remove(
  context: SyncContext,
  target: LegacyTarget,
  leased: Lease,
  deletes: "delete" | "ignore",
): Promise<End> {
  const gone = { cidaas: false };
  if (deletes === "ignore") return ended("UNCHANGED", leased, { outcome: "skipped", present: gone });
  const created = unfinishedCreate(leased);
  const isUnknown = leased.person.legacyId === null && created !== undefined;
  const seen = isUnknown ? await lookUp(context, leased, readerOf(context, target, {}), created) : { lease: leased };
  // The user may have been made, and the legacy system has still to tell of it.
  const isAwaited = "settlement" in seen || seen.lease.person.legacyId === null;
  if (isUnknown && isAwaited && leased.attempt < CREATED_TRIES)
    return ended("RETRY", leased, { outcome: "retry", reason: CREATED });
  if ("settlement" in seen) return endOfSettlement(seen.settlement);
  const { lease } = seen;
  if (lease.person.legacyId === null) return ended("UNCHANGED", lease, { outcome: "unchanged", present: gone });
  if (!target.canDelete)
    return parked(
      lease,
      "LEGACY_CANNOT_DELETE",
      "The legacy system has no deletePath. Give one, or set deletes to ignore.",
    );
  const braked = await endByBrake(context, lease, ["delete"]);
  if (braked) return braked;
  const held = await extendLeases(context, [{ token: lease.token }]);
  if (held.size === 0) return ended("RETRY", lease, { outcome: "retry", counts: false });
  await traceSend("to-legacy", 1, () =>
    target.remove(idsOf(lease), latestStart(context, [lease.token], target.timeoutMs)),
  );
  return ended("DELETED", lease, { outcome: "delivered", present: { cidaas: false, legacy: false } });
}
