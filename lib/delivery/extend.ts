import type { Extension } from "../store/types";
import type { SyncContext } from "./context";

/**
 * The latest moment, ms since the epoch, at which a call for these leases may leave. One that may take `timeoutMs` has to be
 * over before the first of them ends. With a timeout of more than half a lease there would be no time left to start in, so
 * half a lease has to do: a call that then uses all of its time outlives its lease, which its fenced settle notices.
 */
export function latestStart(
  { registry, leaseMs }: Pick<SyncContext, "registry" | "leaseMs">,
  tokens: readonly string[],
  timeoutMs: number,
): number {
  return Math.min(...tokens.map((token) => registry.until(token))) - Math.min(timeoutMs, leaseMs / 2);
}

/**
 * Renews leases before a call, and commits what it is about to write. Resolves with the tokens still held; whoever is
 * not among them has been given to somebody else, and must not be worked on.
 */
export async function extendLeases(context: SyncContext, extensions: readonly Extension[]): Promise<Set<string>> {
  const { store, registry, leaseMs, now } = context;
  const until = now() + leaseMs;
  // A process that stood still beyond its lease looked at its users too long ago to write.
  const current = extensions.filter(({ token }) => registry.until(token) > now());
  const held = current.length === 0 ? [] : await store.extend(current);
  registry.extended(held, until);
  const kept = new Set(held);
  registry.drop(extensions.map(({ token }) => token).filter((token) => !kept.has(token)));
  return kept;
}

/**
 * Keeps the leases while work on them goes on that may have to wait long for its turn, such as reading users from a system
 * that throttles us: else the leases would run out, and the same reads would begin anew for ever.
 */
export async function whileHeld<T>(
  context: SyncContext,
  tokens: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  const renew = () =>
    extendLeases(
      context,
      tokens.map((token) => ({ token })),
    );
  // A store that cannot renew tells its own trouble; the leases then run out as they would have.
  const timer = setInterval(() => void renew().catch(() => {}), context.leaseMs / 3);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
