import type { SyncContext } from "../delivery/context";
import { maskAll } from "../mapping/mask";
import type { Page, ParkedEntry } from "../store/types";
import type { Json, JsonObject } from "../sync/types";

/** A parked user as people may see it: which fields its record has, and none of their values. */
export interface ShownEntry extends Omit<ParkedEntry, "change"> {
  record: Json;
}

/** A page of parked users for the eyes of people. */
export function shownPage(context: Pick<SyncContext, "map">, { items, next }: Page<ParkedEntry>): Page<ShownEntry> {
  return { items: items.map((entry) => shown(context, entry)), next };
}

/** A change for the legacy system carries no values: the user is read when it goes on. */
function shown({ map }: Pick<SyncContext, "map">, { change, ...entry }: ParkedEntry): ShownEntry {
  const values = Object.fromEntries(Object.entries(change.rules).map(([rule, carried]) => [rule, carried.values]));
  const record: JsonObject = entry.lane === "to-cidaas" ? map.build("cidaas", values) : {};
  return { ...entry, record: maskAll(record) };
}
