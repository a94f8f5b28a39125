import type { Lease, Settlement } from "../store/types";
import { emptyChange, frozenPart } from "../sync/change";
import type { Settleable } from "../sync/plan";
import { type Change, type Lane, laneTo, type RuleId, targetOf } from "../sync/types";
import type { SyncContext } from "./context";

/** What a plan's settlement holds beside outcome and ledger. */
export function settledBy(
  lease: Lease,
  plan: Settleable,
): Pick<Settlement, "conflicts" | "marks" | "overtaken" | "aside"> {
  const { conflicts, overtaken, frozen } = plan;
  const aside = frozen.length > 0 ? { change: frozenPart(lease.change, frozen), reason: pingPong(frozen) } : undefined;
  const settled = { conflicts, overtaken, ...(aside ? { aside } : {}) };
  const { receivedAt, priority, thaw } = lease.change;
  const forced = (lane: Lane, force: RuleId[]): { lane: Lane; change: Change }[] => {
    const change = { ...emptyChange("upsert", receivedAt), priority, force, ...(thaw ? { thaw } : {}) };
    return force.length > 0 ? [{ lane, change }] : [];
  };
  const marks = [...forced(laneTo(plan.source), plan.heal), ...forced(lease.lane, plan.again)];
  return { ...settled, ...(marks.length > 0 ? { marks } : {}) };
}

/** Where nothing is left to write: the user of our interrupted create was found, and is there from now on. */
export function foundBy({ lane, intents }: Lease, plan: Settleable): Pick<Settlement, "present"> {
  const target = targetOf(lane);
  const isFound = !plan.create && intents.some(({ side, create }) => side === target && create);
  return isFound ? { present: { [target]: true } } : {};
}

/** A user was gone, and an update of ours has made it anew with no more than that: the rest has to follow. */
export function wholeUser({ policies, now }: SyncContext): { lane: Lane; change: Change } {
  const rules = policies.filter(({ direction }) => direction !== "to-legacy").map(({ id }) => id);
  return { lane: "to-cidaas", change: { ...emptyChange("upsert", now()), force: rules } };
}

function pingPong(rules: readonly RuleId[]): { code: string; message: string } {
  return {
    code: "PING_PONG",
    message: `Each side answers the other's value with one of its own. Make both keep one form of ${rules.join(", ")}, then retry.`,
  };
}
