import type { OutgoingUser } from "../../lib/cidaas/gate";
import type { SyncContext } from "../../lib/delivery/context";
import type { Lease } from "../../lib/store/types";

/** What the gate prepared for each lease; it goes with the lease. */
const prepared = new WeakMap<Lease, OutgoingUser>();

/** Keeps what the gate prepared until the sender claims the lease; false when the lease is gone by now. */
export function keepOutgoing({ registry }: SyncContext, user: OutgoingUser): boolean {
  const lease = registry.get(user.lease.token);
  if (lease) prepared.set(lease, user);
  return lease !== null;
}

/** What was prepared for this lease, to the first who asks. */
export function claimOutgoing({ registry }: SyncContext, token: string | null): OutgoingUser | null {
  const lease = registry.claim(token);
  return (lease && prepared.get(lease)) ?? null;
}
