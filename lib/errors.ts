/**
 * Every error this package reports to a flow, a person or a log.
 *
 * `code` is stable and an own property, so that a Catch node can switch on it. `message` is one sentence that says what
 * to do and never holds a secret or personal data; for the same reason no HTTP client error is ever kept as `cause`.
 */
export class SyncError extends Error {
  override readonly name: string = "SyncError";
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The configuration is missing, wrong or contradictory: a person has to change it before anything can go on. */
export class ConfigError extends SyncError {
  override readonly name = "ConfigError";
  /** The property to look at first; null where it is not one. */
  readonly field: string | null;

  constructor(code: string, message: string, field: string | null = null) {
    super(code, message);
    this.field = field;
  }
}

/** One field of one record breaks its rule. */
export interface RecordProblem {
  readonly rule: string;
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

/** A record cannot be mapped; it is parked with these problems, and no other record is touched. */
export class RecordError extends SyncError {
  override readonly name = "RecordError";
  readonly problems: readonly RecordProblem[];

  constructor(problems: readonly RecordProblem[]) {
    super(
      "RECORD_INVALID",
      problems.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; "),
    );
    this.problems = problems;
  }
}

/**
 * What a failed call means for the work behind it:
 * - `transient`: the target may be well in a moment; the same call is repeated with back-off
 * - `throttled`: the target asks for less; repeated after `retryAfterMs`, counts as no attempt
 * - `permanent`: this record will never be taken; it is parked
 * - `configuration`: no record would be taken; the lane stops, nobody is parked
 * - `unknown`: the call may have taken effect; read back before anything is sent again
 */
export type FailureClass = "transient" | "throttled" | "permanent" | "configuration" | "unknown";

/** A call to the tenant or to the legacy system failed. */
export class CallError extends SyncError {
  override readonly name = "CallError";
  readonly failure: FailureClass;
  /** HTTP status, or null where no answer came. */
  readonly status: number | null;
  /** Wait at least this long before the next call, as the target asked; null where it did not say. */
  readonly retryAfterMs: number | null;

  constructor(
    code: string,
    message: string,
    details: { failure: FailureClass; status?: number | null; retryAfterMs?: number | null },
  ) {
    super(code, message);
    this.failure = details.failure;
    this.status = details.status ?? null;
    this.retryAfterMs = details.retryAfterMs ?? null;
  }
}

/** The store cannot take or give work now (full disk, locked file, wrong key, newer version). */
export class StoreError extends SyncError {
  override readonly name = "StoreError";
}

/** Anything thrown, as an error with a stable code; what is not ours keeps its message only. */
export function toSyncError(thrown: unknown): SyncError {
  if (thrown instanceof SyncError) return thrown;
  return new SyncError("INTERNAL", thrown instanceof Error ? thrown.message : String(thrown));
}
