import type { CompiledMap } from "../mapping/types";
import type { Lease, Settlement } from "../store/types";
import { BRAKED_CODE, type BrakeVerdict } from "../sync/brake";
import type { Printer } from "../sync/prints";
import type { BrakeKind, Lane, Print, RuleId } from "../sync/types";
import type { SyncContext } from "./context";
import { settlementOfUnsent } from "./failure";

/** How a lease ends that the brake did not let go. */
export interface Braked {
  state: "HELD" | "PARKED";
  settlement: Settlement;
  /** What stopped the lane that holds the person. */
  held?: string;
}

/** A leased person, and what its write is about to lose. */
export interface Loss {
  lease: Lease;
  kinds: BrakeKind[];
}

const STATUS = "userStatus";
const ACTIVE = "VERIFIED";

/** Prints of the active status, per rule that maps the status and nothing else. Once per deploy. */
export function activeStatusOf(map: CompiledMap, printer: Printer): ReadonlyMap<RuleId, Print> {
  const rules = map.rules.filter(({ cidaas }) => cidaas.length === 1 && cidaas[0] === STATUS);
  return new Map(rules.map(({ id }) => [id, printer.value(id, "cidaas", map.canonical("cidaas", id, [ACTIVE]))]));
}

/**
 * Asks the brake for writes that are about to leave, before they are committed as intents. Whoever may not go waits in the
 * lane without an attempt, or is parked for a person who has said so. Resolves with those alone, by token.
 */
export async function askBrake(
  context: SyncContext,
  lane: Lane,
  losses: readonly Loss[],
): Promise<ReadonlyMap<string, Braked>> {
  const asked = losses.filter(({ kinds }) => kinds.length > 0);
  if (asked.length === 0) return new Map();
  const leased = asked.map(({ lease, kinds }) => ({ token: lease.token, kinds }));
  const verdicts = await context.store.brake(lane, leased, context.settings.brake);
  const braked = new Map<string, Braked>();
  asked.forEach(({ lease }, index) => {
    const verdict = verdicts[index];
    if (verdict && verdict.do !== "go") braked.set(lease.token, brakedBy(verdict, lease));
  });
  return braked;
}

function brakedBy(verdict: Exclude<BrakeVerdict, { do: "go" }>, lease: Lease): Braked {
  if (verdict.do === "wait") return { state: "HELD", settlement: settlementOfUnsent(lease), held: verdict.reason };
  const reason = {
    code: BRAKED_CODE,
    message: "A person dropped what the brake held; look whether the user is really to lose this, then retry.",
  };
  return { state: "PARKED", settlement: { token: lease.token, outcome: "parked", reason } };
}
