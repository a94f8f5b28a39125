import type { SyncContext } from "../delivery/context";
import { writesTo } from "../mapping/rules";
import type { Lease } from "../store/types";
import type { News } from "../sync/decision";
import { NOTHING_TO_WRITE, type Settleable } from "../sync/plan";
import { NO_VALUE } from "../sync/prints";
import type { RuleId } from "../sync/types";

/** The status in cidaas of a user who was deleted in the legacy system. */
export const DECLINED = "DECLINED";

/**
 * What declining a user writes, for the intent and the ledger: as a write of ours the status is nobody's edit, and whoever
 * comes again gets the own one back.
 */
export function planOfDecline({ map, printer, activeStatus }: SyncContext, { change, ledger }: Lease): Settleable {
  const news: Record<RuleId, News> = {};
  const fingerprints: Record<RuleId, string> = {};
  for (const id of activeStatus.keys()) {
    const rule = map.rule(id);
    if (!rule || !writesTo(rule, "cidaas")) continue;
    const target = printer.value(id, "cidaas", map.canonical("cidaas", id, [DECLINED]));
    news[id] = { source: NO_VALUE, target, span: change.span };
    fingerprints[id] = rule.fingerprint;
  }
  return { ...NOTHING_TO_WRITE, write: Object.keys(news), previous: ledger, news, fingerprints };
}
