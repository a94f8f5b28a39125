import { holdsPassword } from "../mapping/rules";
import type { Rule } from "../mapping/types";
import type { Lease, Settlement } from "../store/types";
import type { RulePolicy } from "../sync/decision";
import { type OpaqueEdits, opaqueEdits } from "../sync/opaque";
import type { Change, Ledger } from "../sync/types";
import type { SyncContext } from "./context";

/** What the sync has to know of a rule to decide about it. */
export function policyOf(rule: Rule): RulePolicy {
  const { id, fingerprint, direction, conflict, write, secret, timePath } = rule;
  const policy = { id, fingerprint, direction, conflict, write, secret };
  return holdsPassword(rule.cidaas) ? { ...policy, opaque: { ownTime: timePath !== null } } : policy;
}

/** What the passwords that somebody set in cidaas, as a change to the legacy system tells, mean for the person's rules. */
export function opaqueEditsOf(context: SyncContext, lease: Lease, change: Change, ledger: Ledger): OpaqueEdits {
  return opaqueEdits({
    policies: context.policies,
    times: change.opaque ?? [],
    ledger,
    intent: lease.intents.find(({ side }) => side === "cidaas") ?? null,
    flightMs: context.leaseMs,
    now: context.now(),
    clockTolerance: context.settings.clockToleranceMs,
  });
}

/** Passwords that a write of ours has replaced unseen are on record once the change that tells of them is settled. */
export function withReplacedPasswords(context: SyncContext, lease: Lease, settlement: Settlement): Settlement {
  const { conflicts } = opaqueEditsOf(context, lease, lease.change, lease.ledger);
  if (conflicts.length === 0 || settlement.outcome === "retry" || settlement.outcome === "parked") return settlement;
  return { ...settlement, conflicts: [...conflicts, ...(settlement.conflicts ?? [])] };
}
