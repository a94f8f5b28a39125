import { isRecord } from "../mapping/json";
import type { SyncStore } from "../store/types";
import { emptyChange } from "../sync/change";
import { ECHO } from "../sync/types";
import { adoptNewcomers, type NewcomerOptions } from "./newcomers";
import { updatedAt } from "./search";
import type { Tenant } from "./types";

const NOTE = "catch-up";

/** The tenant answers from an index that may lag; how far is not documented (cidaas-api.md, section 5.3). */
export const OVERLAP_MS = 10 * 60_000;

export interface CatchUpOptions {
  tenant: Pick<Tenant, "readAll">;
  store: Pick<SyncStore, "mark" | "getNote" | "setNote"> & NewcomerOptions["store"];
  toAdopted: NewcomerOptions["toAdopted"];
  /** Milliseconds since the epoch. */
  now: () => number;
}

/**
 * Marks every user that changed in the tenant since the last run, for lost webhooks: they are read and compared like
 * any other. The position is kept page by page, so that an interrupted run goes on. The first run has nothing to catch
 * up with and only notes when it was. Resolves with the number of users marked; throws as `Tenant.readAll`.
 */
export async function catchUp({ tenant, store, toAdopted, now }: CatchUpOptions): Promise<number> {
  const startedAt = now();
  const position = await caughtUpTo(store);
  const keep = (time: number) => store.setNote(NOTE, JSON.stringify({ position: time }));
  let marked = 0;
  if (position !== null) {
    let reached = position;
    for await (const page of tenant.readAll({ updatedSince: position - OVERLAP_MS })) {
      await adoptNewcomers({ store, toAdopted }, page);
      // An index read only says where to look: the user itself tells the time of its edit.
      const change = { ...emptyChange("upsert", now()), priority: ECHO };
      await store.mark(
        "to-legacy",
        page.map(({ sub }) => ({ sub, change })),
      );
      reached = page.reduce((latest, user) => updatedAt(user, latest), reached);
      await keep(reached);
      marked += page.length;
    }
  }
  await keep(startedAt);
  return marked;
}

/** Lets the next run begin at this time, ms, unless it begins earlier anyway. None may be on its way. */
export async function rewindCatchUp(store: Pick<SyncStore, "getNote" | "setNote">, since: number): Promise<void> {
  const position = await caughtUpTo(store);
  if (position === null || since < position) await store.setNote(NOTE, JSON.stringify({ position: since }));
}

/** Up to which time of the tenant everybody was seen, ms; null before the first run. */
export async function caughtUpTo(store: Pick<SyncStore, "getNote">): Promise<number | null> {
  return positionOf(JSON.parse((await store.getNote(NOTE)) ?? "null"));
}

function positionOf(note: unknown): number | null {
  return isRecord(note) && typeof note.position === "number" ? note.position : null;
}
