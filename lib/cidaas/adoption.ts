import { CallError } from "../errors";
import { isRecord } from "../mapping/json";
import type { SyncStore } from "../store/types";
import { trace } from "../trace";
import { caughtUpTo, OVERLAP_MS } from "./catch-up";
import { adoptNewcomers, type NewcomerOptions } from "./newcomers";
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
  store: Pick<SyncStore, "getNote" | "setNote"> & NewcomerOptions["store"];
  toAdopted: NewcomerOptions["toAdopted"];
  /** Milliseconds since the epoch. */
  now: () => number;
}

/**
 * Reads all users of the tenant into the ledger; goes on where an earlier run ended, and tries again after `forbidden`,
 * since the right may have been given. Once it is complete, every start reads who changed since: a restored backup does
 * not know whoever was born after it, and would make them again. Throws the `CallError`s of `Tenant.readAll` and `StoreError`s; the
 * note then says what it said before.
 */
export async function adoptUsers({ tenant, store, toAdopted, now }: AdoptionOptions): Promise<Adoption> {
  const earlier = await readAdoption(store);
  const isComplete = earlier?.state === "complete";
  let adoption: Adoption = {
    state: isComplete ? "complete" : "running",
    users: earlier?.users ?? 0,
    position: earlier?.position ?? null,
    at: now(),
  };
  const keep = async (change: Partial<Adoption>) => {
    adoption = { ...adoption, ...change, at: now() };
    await store.setNote(ADOPTION_NOTE, JSON.stringify(adoption));
    return adoption;
  };
  const since = earlier?.state === "complete" ? await seenUpTo(store, earlier) : adoption.position;
  const from = since === null ? {} : { updatedSince: since };
  try {
    for await (const page of tenant.readAll(from)) {
      const users = isComplete ? await adoptNewcomers({ store, toAdopted }, page) : page.length;
      if (!isComplete) await store.adopt(page.map(toAdopted));
      trace("page-adopted", { users });
      await keep({ users: adoption.users + users, position: positionAfter(page, adoption.position) });
    }
  } catch (thrown) {
    if (isForbidden(thrown)) return keep({ state: "forbidden" });
    throw thrown;
  }
  return keep({ state: "complete" });
}

/** From when on somebody may be unknown. */
async function seenUpTo(store: Pick<SyncStore, "getNote">, { position, at }: Adoption): Promise<number> {
  return Math.max(position ?? at, (await caughtUpTo(store)) ?? 0) - OVERLAP_MS;
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
