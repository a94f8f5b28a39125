import { askBrake } from "../delivery/brake";
import type { SyncContext } from "../delivery/context";
import type { Delivered } from "../delivery/delivered";
import type { Lease, Settlement } from "../store/types";
import type { BrakeKind } from "../sync/types";

/** How the work on one person ended, before it is settled. */
export interface End {
  state: Delivered["state"];
  settlement: Settlement;
  /** What stopped the lane that holds the person. */
  held?: string;
  legacyId?: string | null;
}

/** Null where the brake lets the write go. */
export async function endByBrake(context: SyncContext, lease: Lease, kinds: BrakeKind[]): Promise<End | null> {
  return (await askBrake(context, "to-legacy", [{ lease, kinds }])).get(lease.token) ?? null;
}

export function endOfSettlement(settlement: Settlement): End {
  if (settlement.outcome === "parked") return { state: "PARKED", settlement };
  return { state: settlement.outcome === "retry" ? "RETRY" : "UNCHANGED", settlement };
}

export function ended(state: Delivered["state"], lease: Lease, settlement: Omit<Settlement, "token">): End {
  return { state, settlement: { token: lease.token, ...settlement } };
}

export function parked(lease: Lease, code: string, message: string): End {
  return ended("PARKED", lease, { outcome: "parked", reason: { code, message } });
}
