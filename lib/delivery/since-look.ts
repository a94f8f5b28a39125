import type { Lease, Settlement } from "../store/types";
import { coveredSinceLook } from "../sync/since-look";
import type { SyncContext } from "./context";
import { rulesNamed } from "./set-again";

/**
 * Edits in cidaas that a call of ours has covered are on record once the change that tells of them is settled, as far as
 * the user holds nothing else: what is news explains the events.
 *
 * @param updatedAt when the user was last edited by its own word
 */
export function withCoveredEdits(
  context: SyncContext,
  { change, ledger }: Lease,
  updatedAt: number | null,
  settlement: Settlement,
): Settlement {
  const { span, events } = change;
  if (settlement.outcome !== "unchanged" || updatedAt === null || span === null) return settlement;
  const known = { ...ledger, ...settlement.ledger };
  const user = { updatedAt, events: span, named: rulesNamed(context.map, events), ledger: known };
  const conflicts = coveredSinceLook(user, context.policies, context.now());
  if (conflicts.length === 0) return settlement;
  return { ...settlement, conflicts: [...conflicts, ...(settlement.conflicts ?? [])] };
}
