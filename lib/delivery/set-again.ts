import type { CompiledMap } from "../mapping/types";
import type { News } from "../sync/decision";
import type { Change, Intent, Ledger, RuleId } from "../sync/types";

/*
 * After a write to cidaas of which no outcome is known, a user may hold what it held before it: because the write never
 * took effect, or because somebody has set the value again since. The value cannot tell; an event that names it can.
 */

/** Events of the tenant that say which member of a user was edited, by its path; most only say that something was. */
const EVENTS_BY_PATH: Readonly<Record<string, readonly string[]>> = {
  email: ["EMAIL_CHANGED"],
  userStatus: ["ACCOUNT_ACTIVATED", "ACCOUNT_DEACTIVATED", "ACCOUNT_LOCKED"],
};

/** The event that only says that something was edited. */
const ANY_MEMBER = "ACCOUNT_MODIFIED";

/** Rules of an open update of a cidaas user which an event can name. */
export function nameableRules(map: CompiledMap, { side, create, rules }: Intent): RuleId[] {
  if (side !== "cidaas" || create) return [];
  return Object.keys(rules).filter((rule) => eventsNaming(map, rule).length > 0);
}

/** Those of them which the events of a change name, where it is newer than the update. */
export function namedRules(map: CompiledMap, change: Change | null, intent: Intent): RuleId[] {
  if (!change?.span || change.span.last <= intent.at) return [];
  return nameableRules(map, intent).filter((rule) =>
    eventsNaming(map, rule).some((event) => change.events.includes(event)),
  );
}

/** The news of a user read from cidaas, with what was set again marked as such. */
export function withSetAgain(
  map: CompiledMap,
  news: Record<RuleId, News>,
  change: Change,
  ledger: Ledger,
  intent: Intent,
): Record<RuleId, News> {
  const marked = { ...news };
  for (const rule of namedRules(map, change, intent)) {
    const own = news[rule];
    if (own && own.source === ledger[rule]?.cidaas.print) marked[rule] = { ...own, state: "restored" };
  }
  return marked;
}

/** Rules that events may be about; those of other events are no members that a rule could name. */
export function rulesNamed(map: CompiledMap, events: readonly string[]): RuleId[] {
  const isAny = events.includes(ANY_MEMBER);
  return map.rules
    .filter(({ id }) => isAny || eventsNaming(map, id).some((event) => events.includes(event)))
    .map(({ id }) => id);
}

function eventsNaming(map: CompiledMap, rule: RuleId): string[] {
  return map.rule(rule)?.cidaas.flatMap((path) => EVENTS_BY_PATH[path] ?? []) ?? [];
}
