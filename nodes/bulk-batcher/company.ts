import type { Lease } from "../../lib/store/types";

/** At the second attempt a batch has this part of the size; from the third on each user travels alone. */
const SECOND_PART = 8;

/**
 * The batches in which users just taken leave. Whoever failed before travels in smaller company, so that one with whom
 * every call fails is alone in the end, and nobody is parked for having been in the same call.
 */
export function companies(leases: readonly Lease[], size: number): Lease[][] {
  const [fresh, second, others]: [Lease[], Lease[], Lease[]] = [[], [], []];
  for (const lease of leases) (lease.attempt === 1 ? fresh : lease.attempt === 2 ? second : others).push(lease);
  return [...cut(fresh, size), ...cut(second, Math.ceil(size / SECOND_PART)), ...cut(others, 1)];
}

function cut(leases: readonly Lease[], size: number): Lease[][] {
  const parts: Lease[][] = [];
  for (let start = 0; start < leases.length; start += size) parts.push(leases.slice(start, start + size));
  return parts;
}
