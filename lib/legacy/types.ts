import type { JsonObject } from "../sync/types";

/** What the path templates of `user-sync-legacy` may use, besides the fields of the mapped record. */
export interface LegacyIds {
  legacyId: string | null;
  sub: string | null;
}

export interface FoundUser {
  legacyId: string;
  record: JsonObject;
}

/** The legacy system over HTTP. Every method may throw a `CallError`. */
export interface LegacyTarget {
  readonly canRead: boolean;
  readonly canFind: boolean;
  readonly canDelete: boolean;
  readonly updates: "merge" | "complete";
  /** How long one call may take; 0 where that is not ours to limit. */
  readonly timeoutMs: number;

  /**
   * Creates a user. `legacyId` is what `idPath` gives in the answer, or null when it is not there.
   * 409 throws a `CallError` with code `LEGACY_CONFLICT` (permanent): ask `find`.
   *
   * @param startBefore the call does not leave after it, ms since the epoch; the same for the other writes
   */
  create(ids: LegacyIds, record: JsonObject, startBefore: number): Promise<{ legacyId: string | null }>;

  /** `missing` on 404 or 410. */
  update(ids: LegacyIds, record: JsonObject, startBefore: number): Promise<"updated" | "missing">;

  /** A user already gone counts as success. */
  remove(ids: LegacyIds, startBefore: number): Promise<void>;

  /** Null on 404, 204, 410 or an empty body. Needs `readPath`. */
  read(ids: LegacyIds): Promise<JsonObject | null>;

  /** Users that match the record's fields in `findPath`. Needs `findPath`. */
  find(ids: LegacyIds, record: JsonObject): Promise<FoundUser[]>;

  close(): void;
}
