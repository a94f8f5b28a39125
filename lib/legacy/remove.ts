import type { SyncContext } from "../delivery/context";
import { extendLeases, latestStart } from "../delivery/extend";
import { linkedByCreate } from "../delivery/look-up";
import type { Lease } from "../store/types";
import { traceSend } from "../trace";
import { type End, endByBrake, ended, parked } from "./ends";
import { idsOf } from "./reading";
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
  const lease = (isUnknown && (await linkedByCreate(context, leased, created))) || leased;
  if (lease.person.legacyId === null) {
    // The user may have been made, and the legacy system has still to tell of it.
    if (isUnknown && lease.attempt < CREATED_TRIES) return ended("RETRY", lease, { outcome: "retry", reason: CREATED });
    return ended("UNCHANGED", lease, { outcome: "unchanged", present: gone });
  }
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
