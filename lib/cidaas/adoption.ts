import { CallError } from "../errors";
import { isRecord } from "../mapping/json";
import type { AdoptedUser, SyncStore } from "../store/types";
import { trace } from "../trace";
import { updatedAt } from "./search";
import type { CidaasUser, Tenant } from "./types";

/** Name of the store's note that holds an `Adoption`. */
export const ADOPTION_NOTE = "adoption";

/**
 * How far the tenant's users are in the ledger:
 * - `running`: read up to `position` (`updatedTime`, ms), oldest change first; a restart goes on from there
 * - `complete`: a person without a row does not exist in cidaas
 * - `forbidden`: our client may not read them; each first contact has to ask for existence
 */
export interface Adoption {
  state: "running" | "complete" | "forbidden";
  /** Users read so far; those at the seam of a restart count twice. */
  users: number;
  position: number | null;
  /** When the note was written, ms. */
  at: number;
}

export interface AdoptionOptions {
  tenant: Pick<Tenant, "readAll">;
  store: Pick<SyncStore, "adopt" | "getNote" | "setNote">;
  /** Makes prints of a user, for the ledger keeps nothing else. */
  toAdopted: (user: CidaasUser) => AdoptedUser;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/**
 * Reads all users of the tenant into the ledger, once; goes on where an earlier run ended, and tries again after
 * `forbidden`, since the right may have been given. Throws the `CallError`s of `Tenant.readAll` and `StoreError`s; the
 * note then still says `running`.
 */
export async function adoptUsers({ tenant, store, toAdopted, now }: AdoptionOptions): Promise<Adoption> {
  const earlier = await readAdoption(store);
  if (earlier?.state === "complete") return earlier;
  let adoption: Adoption = {
    state: "running",
    users: earlier?.users ?? 0,
    position: earlier?.position ?? null,
    at: now(),
  };
  const keep = async (change: Partial<Adoption>) => {
    adoption = { ...adoption, ...change, at: now() };
    await store.setNote(ADOPTION_NOTE, JSON.stringify(adoption));
    return adoption;
  };
  const from = adoption.position === null ? {} : { updatedSince: adoption.position };
  try {
    for await (const page of tenant.readAll(from)) {
      await store.adopt(page.map(toAdopted));
      trace("page-adopted", { users: page.length });
      await keep({ users: adoption.users + page.length, position: positionAfter(page, adoption.position) });
    }
  } catch (thrown) {
    if (isForbidden(thrown)) return keep({ state: "forbidden" });
    throw thrown;
  }
  return keep({ state: "complete" });
}

/** What the note says; null before the first page. */
export async function readAdoption(store: Pick<SyncStore, "getNote">): Promise<Adoption | null> {
  const note: unknown = JSON.parse((await store.getNote(ADOPTION_NOTE)) ?? "null");
  return isAdoption(note) ? note : null;
}

/**
 * Pages come oldest change first, so all users up to the last one's time have been read. Its time itself is read again,
 * since others may share it.
 */
function positionAfter(page: readonly CidaasUser[], position: number | null): number | null {
  const last = page.at(-1);
  const time = last === undefined ? Number.NaN : updatedAt(last, Number.NaN);
  return Number.isNaN(time) ? position : time;
}

function isForbidden(thrown: unknown): boolean {
  return thrown instanceof CallError && (thrown.code === "TENANT_FORBIDDEN" || thrown.code === "TENANT_UNAUTHORIZED");
}

function isAdoption(note: unknown): note is Adoption {
  if (!isRecord(note)) return false;
  const { state, users, position, at } = note;
  const known = state === "running" || state === "complete" || state === "forbidden";
  return (
    known && typeof users === "number" && (position === null || typeof position === "number") && typeof at === "number"
  );
}
