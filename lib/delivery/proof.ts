import type { Lease } from "../store/types";
import { tellsDeletion } from "../sync/change";
import type { Plan } from "../sync/plan";
import { NO_VALUE } from "../sync/prints";
import type { ConflictRecord, Intent, Ledger, Print, RuleId, SideEntry } from "../sync/types";
import { isProven, withEcho } from "../sync/writes";

/* What a look at the target tells of an open intent: which of its rules were written, and when. */

/** The entries that are new in the ledger, with the time of the record in which they were found. */
export function echoedIn(
  ledger: Ledger,
  before: Ledger,
  prints: Record<RuleId, Print>,
  recordAt: number | null,
  tolerance: number,
): Ledger {
  if (recordAt === null) return ledger;
  const found = Object.entries(ledger).flatMap(([rule, entry]) => {
    const print = prints[rule];
    if (entry === before[rule] || print === undefined) return [];
    return [
      [rule, { ...entry, legacy: withEcho(leftLate(entry.legacy, print, recordAt), print, recordAt, tolerance) }],
    ];
  });
  return { ...ledger, ...Object.fromEntries(found) };
}

/** What was found in a record of after the flight may have got there that late: whatever is older than the record is gone. */
function leftLate(own: SideEntry, print: Print, recordAt: number): SideEntry {
  const [last, ...others] = own.writes;
  if (!last || last.print !== print || recordAt <= last.until) return own;
  return { ...own, writes: [{ ...last, until: recordAt }, ...others] };
}

/**
 * Rules that a user of cidaas has lost who was deleted and is there: an update of ours came after the deletion, and has made the
 * user anew with no more than it carried. It is open still, or was only found there.
 *
 * @param held rules of which the user holds a value
 */
export function lostRules({ change, ledger }: Lease, intent: Intent | null, held: readonly RuleId[]): RuleId[] {
  if (!tellsDeletion(change)) return [];
  const deletedAt = change.span?.last ?? Number.POSITIVE_INFINITY;
  const isFound = Object.values(ledger).some(
    ({ cidaas: { writes } }) => writes[0]?.found && writes[0].until >= deletedAt,
  );
  if (!isFound && (!intent || intent.create)) return [];
  return Object.keys(ledger).filter((rule) => !held.includes(rule) && ledger[rule]?.cidaas.print !== NO_VALUE);
}

/** Rules of the intent of which nobody can say whether they were written. */
export function unprovenRules(intent: Intent, ledger: Ledger, before: Ledger): RuleId[] {
  return Object.keys(intent.rules).filter((rule) => ledger[rule] === before[rule] && !isKnown(before, intent, rule));
}

function isKnown(ledger: Ledger, intent: Intent, rule: RuleId): boolean {
  const entry = ledger[rule];
  return entry !== undefined && isProven(entry[intent.side], intent);
}

/** What an open intent is proven to have written and decided is kept even where the change brings nothing new. */
export function withProof(plan: Plan, intent: Intent, ledger: Ledger, before: Ledger): Plan {
  if (plan.do !== "settle") return plan;
  const proven = Object.fromEntries(Object.entries(ledger).filter(([rule, entry]) => before[rule] !== entry));
  // Of rules that it was not to write it carries what was decided before. Who decides anew on the same edits records anew.
  const isDecided = (rule: RuleId) => rule in proven || isKnown(before, intent, rule) || !(rule in intent.rules);
  const isAnew = ({ rule, cidaasTime, legacyTime }: ConflictRecord) =>
    plan.conflicts.some((one) => one.rule === rule && one.cidaasTime === cidaasTime && one.legacyTime === legacyTime);
  return {
    ...plan,
    ledger: { ...proven, ...plan.ledger },
    proven: { ...proven, ...plan.proven },
    conflicts: [
      ...intent.conflicts.filter((conflict) => isDecided(conflict.rule) && !isAnew(conflict)),
      ...plan.conflicts,
    ],
    heal: [...new Set([...intent.heal.filter(isDecided), ...plan.heal])],
  };
}
