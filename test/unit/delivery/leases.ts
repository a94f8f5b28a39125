import type { Lease } from "../../../lib/store/types";
import { emptyChange } from "../../../lib/sync/change";

/** A lease on the way to cidaas with nothing special about it. */
export function leaseOf(details: Partial<Lease> & { token: string }): Lease {
  return {
    lane: "to-cidaas",
    until: 0,
    person: { id: 1, sub: "s1", legacyId: "1", inCidaas: false, inLegacy: true, deletedAt: null },
    change: emptyChange("upsert", 1_000),
    version: 1,
    attempt: 1,
    ledger: {},
    intents: [],
    other: null,
    ...details,
  };
}
