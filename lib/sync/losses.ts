import type { Settleable } from "./plan";
import { NO_VALUE } from "./prints";
import { type BrakeKind, type LedgerEntry, otherSide, type Print, type RuleId } from "./types";

/**
 * What the write of a plan loses. A new user loses nothing.
 *
 * @param active by rule that maps the status: the print of the active one in cidaas
 */
export function lossesOf(plan: Settleable, active: ReadonlyMap<RuleId, Print>): BrakeKind[] {
  if (plan.create) return [];
  const kinds: BrakeKind[] = [];
  if (plan.write.some((rule) => deactivates(plan, rule, active.get(rule)))) kinds.push("deactivation");
  if (plan.write.some((rule) => blanks(plan, rule))) kinds.push("blanking");
  return kinds;
}

function deactivates(plan: Settleable, rule: RuleId, active: Print | undefined): boolean {
  const news = plan.news[rule];
  if (!news || active === undefined) return false;
  const status = plan.source === "cidaas" ? news.source : news.target;
  const before = baseOf(plan, rule)?.cidaas.print ?? NO_VALUE;
  return status !== NO_VALUE && status !== active && (before === NO_VALUE || before === active);
}

/** Of a rule without a base the target was read, and held something else. */
function blanks(plan: Settleable, rule: RuleId): boolean {
  const before = baseOf(plan, rule)?.[otherSide(plan.source)].print;
  return plan.news[rule]?.target === NO_VALUE && before !== NO_VALUE;
}

function baseOf({ previous, fingerprints }: Settleable, rule: RuleId): LedgerEntry | undefined {
  const entry = previous[rule];
  return entry?.fingerprint === fingerprints[rule] ? entry : undefined;
}
