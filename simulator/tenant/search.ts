import { randomUUID } from "node:crypto";
import type { Json, JsonObject } from "../../lib/sync/types";
import { type Account, isJsonObject } from "./account";
import type { Directory } from "./directory";
import { renderProfile, valueAt } from "./profile";

/** One account of the index with the value it is sorted by. */
export interface Hit {
  account: Account;
  key: number | string;
}

export type SortKey = Hit["key"];

interface Snapshot {
  hits: Hit[];
  expiresAt: number;
}

/** Why a search is refused; the message is for the caller. */
export class SearchRefusal extends Error {}

const MAX_SNAPSHOTS = 20;
const TIMES = ["createdTime", "updatedTime", "lastLoggedInTime"] as const;

/** Sorted and filtered views of all accounts: as of now, or of a point in time that a client holds on to. */
export class SearchIndex {
  readonly #directory: Directory;
  readonly #snapshots = new Map<string, Snapshot>();
  /** The view last built, good until the next write. */
  #latest: { query: string; revision: number; hits: Hit[] } | null = null;

  constructor(directory: Directory) {
    this.#directory = directory;
  }

  /** All hits of a query in order. Throws `SearchRefusal`. */
  find(body: JsonObject): Hit[] {
    const { accounts, dials } = this.#directory;
    const lagMs = dials.dials.readLagMs;
    const { searchAfter, pit, from, size, ...rest } = body;
    const query = JSON.stringify(rest);
    if (lagMs === 0 && this.#latest?.query === query && this.#latest.revision === accounts.revision) {
      return this.#latest.hits;
    }
    const accepts = compileFilter(body);
    const sortField = typeof body.sortfield === "string" ? body.sortfield : "createdTime";
    const direction = body.descending === true ? -1 : 1;
    const hits = accounts
      .list(lagMs)
      .filter(accepts)
      .map((account) => ({ account, key: sortKey(account, sortField) }))
      .sort((left, right) => direction * compareHits(left, right));
    if (lagMs === 0) this.#latest = { query, revision: accounts.revision, hits };
    return hits;
  }

  /** Keeps a view under a new id. The oldest makes room. */
  hold(hits: Hit[], minutes: number): string {
    const [oldest] = this.#snapshots.keys();
    if (this.#snapshots.size >= MAX_SNAPSHOTS && oldest !== undefined) this.#snapshots.delete(oldest);
    const id = randomUUID();
    this.#snapshots.set(id, { hits, expiresAt: this.#directory.now() + minutes * 60_000 });
    return id;
  }

  /** The view held under an id, for so many minutes more; null when there is none any more. */
  held(id: string, minutes: number): Hit[] | null {
    const snapshot = this.#snapshots.get(id);
    const now = this.#directory.now();
    if (snapshot === undefined || snapshot.expiresAt < now) return null;
    snapshot.expiresAt = now + minutes * 60_000;
    return snapshot.hits;
  }
}

/** Where the hits after a cursor start. A cursor without the tie-breaker passes over all hits of its key. */
export function firstAfter(hits: readonly Hit[], cursor: { key: SortKey; sub?: string }, descending: boolean): number {
  let low = 0;
  let high = hits.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const hit = hits[middle];
    const order = hit === undefined ? 0 : compareKeys(hit.key, cursor.key) || compareSubs(hit.account.sub, cursor.sub);
    if ((descending ? -order : order) > 0) high = middle;
    else low = middle + 1;
  }
  return low;
}

function compareHits(left: Hit, right: Hit): number {
  return compareKeys(left.key, right.key) || compareSubs(left.account.sub, right.account.sub);
}

function compareKeys(left: SortKey, right: SortKey): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  const [first, second] = [`${left}`, `${right}`];
  return first < second ? -1 : Number(first > second);
}

function compareSubs(left: string, right: string | undefined): number {
  if (right === undefined || left === right) return 0;
  return left < right ? -1 : 1;
}

function sortKey(account: Account, field: string): SortKey {
  const value = indexValue(account, field);
  return typeof value === "number" || typeof value === "string" ? value : "";
}

/** Value by index path; the times are numbers there. */
function indexValue(account: Account, path: string): Json | undefined {
  const time = TIMES.find((name) => name === path);
  if (time !== undefined) return account[time];
  return valueAt(renderProfile(account, "flat"), path.replace(/^system\./, ""));
}

/** The range filter and the field filters of a search. Throws `SearchRefusal` for what is not understood. */
function compileFilter(body: JsonObject): (account: Account) => boolean {
  if (body.filters !== undefined) throw new SearchRefusal("generic filters are not simulated; use the older members");
  const conditions: ((account: Account) => boolean)[] = [];
  const range = body.rangefield ?? body.dateField;
  if (typeof range === "string") {
    const from = readBound(body.from_value, Number.NEGATIVE_INFINITY);
    const to = readBound(body.to_value, Number.POSITIVE_INFINITY);
    conditions.push((account) => {
      const value = indexValue(account, range);
      return typeof value === "number" && value >= from && value <= to;
    });
  }
  for (const filter of Array.isArray(body.fieldsFilter) ? body.fieldsFilter : []) conditions.push(fieldFilter(filter));
  return (account) => conditions.every((condition) => condition(account));
}

function readBound(value: Json | undefined, open: number): number {
  if (value === undefined || value === null || value === "") return open;
  const time = typeof value === "number" ? value : Date.parse(`${value}`);
  if (Number.isNaN(time)) throw new SearchRefusal("from_value or to_value is not a time");
  return time;
}

function fieldFilter(filter: Json): (account: Account) => boolean {
  if (!isJsonObject(filter) || typeof filter.field !== "string") throw new SearchRefusal("invalid fieldsFilter");
  const { field, value, exactMatch } = filter;
  const wanted = `${value}`.toLowerCase();
  return (account) => {
    const held = `${indexValue(account, field) ?? ""}`.toLowerCase();
    return exactMatch === false ? held.includes(wanted) : held === wanted;
  };
}
