import type { AdoptedUser, SyncStore } from "../store/types";
import type { Person } from "../sync/types";
import type { CidaasUser } from "./types";

export interface NewcomerOptions {
  store: Pick<SyncStore, "adopt" | "findPerson">;
  /** Makes prints of a user, for the ledger keeps nothing else. */
  toAdopted: (user: CidaasUser) => AdoptedUser;
}

/**
 * Takes those of a page into the ledger whom it does not know, or not as the legacy user that they are: born or linked while
 * nobody looked, or after the backup that was restored. Of all others the ledger knows more than the tenant's index, which
 * lags. Resolves with how many they were.
 */
export async function adoptNewcomers(
  { store, toAdopted }: NewcomerOptions,
  page: readonly CidaasUser[],
): Promise<number> {
  const known = await Promise.all(page.map(({ sub }) => store.findPerson({ sub })));
  const newcomers = page.flatMap((user, index) => newcomer(known[index] ?? null, () => toAdopted(user)));
  if (newcomers.length > 0) await store.adopt(newcomers);
  return newcomers.length;
}

function newcomer(known: Person | null, adopted: () => AdoptedUser): AdoptedUser[] {
  if (known !== null && known.legacyId !== null) return [];
  const user = adopted();
  return known === null || user.legacyId !== null ? [user] : [];
}
