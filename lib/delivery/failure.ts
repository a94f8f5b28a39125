import { CallError, toSyncError } from "../errors";
import type { Lease, Settlement } from "../store/types";
import { type Lane, targetOf } from "../sync/types";
import type { SyncContext } from "./context";

/** Configuration errors close the whole lane this long: nothing would be taken, and nobody is parked for it. */
const HOLD_MS = 30_000;

/** Pause after a 429 that does not say how long. */
const THROTTLED_MS = 2_000;

/** Failures before anything left this process. */
const NEVER_SENT: ReadonlySet<string> = new Set([
  "HOST_UNREACHABLE",
  "CLIENT_CLOSED",
  "TENANT_UNREACHABLE",
  "LEGACY_TOKEN_UNREACHABLE",
  "FLOW_CLOSED",
]);

/** How a lease ends whose call failed, by the class of the failure. */
export function settlementOfFailure(context: SyncContext, lease: Lease, failure: CallError): Settlement {
  const { token } = lease;
  const reason = { code: failure.code, message: failure.message };
  // What was not taken leaves no doubt of its own, but a doubt of an earlier try remains.
  const keepIntent = lease.intents.some((open) => open.side === targetOf(lease.lane));
  switch (failure.failure) {
    case "permanent":
      return { token, outcome: "parked", reason };
    case "throttled":
      return { token, outcome: "retry", reason, keepIntent, ...throttled(context, failure.retryAfterMs) };
    case "configuration":
      return { token, outcome: "retry", reason, keepIntent, counts: false, notBefore: context.now() + HOLD_MS };
    case "transient":
    case "unknown":
      return {
        token,
        outcome: "retry",
        reason,
        // What never left cannot have been taken; everything else may have, and is read back before it is sent again.
        keepIntent: keepIntent || !NEVER_SENT.has(failure.code),
        counts: !context.gates.isFailing(lease.lane),
      };
  }
}

function throttled(context: SyncContext, retryAfterMs: number | null): Pick<Settlement, "counts" | "notBefore"> {
  return { counts: false, notBefore: context.now() + (retryAfterMs ?? THROTTLED_MS) };
}

/** Tells the lane's gate how the calls of one message ended; throws what a Catch node should see. */
export function report(context: SyncContext, lane: Lane, failures: readonly CallError[]): void {
  const failure = failures.find((one) => one.failure !== "permanent");
  if (!failure) {
    context.gates.succeeded(lane);
    return;
  }
  if (failure.failure === "configuration") context.gates.misconfigured(lane, failure.message, context.now() + HOLD_MS);
  else if (failure.failure !== "throttled") context.gates.failed(lane, failure.message, context.now());
  throw failure;
}

/** A failure that no call explains (the store, a bug) is worth another try. */
export function asCallError(error: unknown): CallError {
  if (error instanceof CallError) return error;
  const known = toSyncError(error);
  return new CallError(known.code, known.message, { failure: "transient" });
}
