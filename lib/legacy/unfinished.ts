import type { SyncContext } from "../delivery/context";
import { keyWriteBack } from "../delivery/legacy-key";
import { lostRules } from "../delivery/proof";
import { wholeUser } from "../delivery/settled";
import type { Lease, Settlement } from "../store/types";
import { emptied } from "../sync/ledger";
import type { Settleable } from "../sync/plan";
import type { Intent, RuleId } from "../sync/types";
import { type End, ended } from "./ends";

/* What a write of ours that was interrupted has left for the next one to see to. */

export function isUnfinishedCreate(lease: Lease): boolean {
  return unfinishedCreate(lease) !== undefined;
}

/** The intent of a create in the legacy system of which no outcome is known. */
export function unfinishedCreate({ intents }: Lease): Intent | undefined {
  return intents.find(({ side, create }) => side === "legacy" && create);
}

/** An interrupted create turned out to have succeeded: cidaas has still to learn the legacy id. */
export function withKeyWriteBack(context: SyncContext, lease: Lease, settlement: Settlement): Settlement {
  const isOpen = settlement.outcome === "retry" || settlement.outcome === "parked";
  if (isOpen || !isUnfinishedCreate(lease)) return settlement;
  return { ...settlement, marks: [...(settlement.marks ?? []), ...keyWriteBack(context)] };
}

/** The create is settled first; the user then comes again at once, to be updated. */
export function settleFound(context: SyncContext, lease: Lease, { proven }: Settleable): End {
  return ended("RETRY", lease, {
    outcome: "retry",
    counts: false,
    notBefore: context.now(),
    keepIntent: false,
    ledger: proven,
    present: { legacy: true, cidaas: true },
    marks: keyWriteBack(context),
  });
}

/** Null for whoever was not made anew by an update of ours; see `lostRules`. */
export function endIfMadeAnew(context: SyncContext, lease: Lease, held: readonly RuleId[]): End | null {
  const intent = lease.intents.find(({ side }) => side === "cidaas") ?? null;
  const lost = lostRules(lease, intent, held);
  if (lost.length === 0) return null;
  const now = context.now();
  const ledger = emptied(lease.ledger, "cidaas", lost, { at: intent?.at ?? now, until: now });
  return ended("RETRY", lease, {
    outcome: "retry",
    counts: false,
    notBefore: now,
    ledger,
    marks: [wholeUser(context)],
  });
}
