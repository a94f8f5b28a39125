import { CallError, toSyncError } from "../errors";
import type { Lease, Settlement } from "../store/types";
import { type Lane, targetOf } from "../sync/types";
import { THROTTLED_MS } from "./answers";
import type { SyncContext } from "./context";
import { LONGEST_PAUSE_MS } from "./limiter";

/** Configuration errors close the whole lane this long: nothing would be taken, and nobody is parked for it. */
const HOLD_MS = 30_000;

/** Calls that we did not send ourselves: they say nothing of the target, and are no attempt. */
const OUR_OWN_DOING: ReadonlySet<string> = new Set(["CALL_TOO_LATE", "CLIENT_CLOSED", "FLOW_CLOSED"]);

/** Failures before anything left this process. */
const NEVER_SENT: ReadonlySet<string> = new Set([
  ...OUR_OWN_DOING,
  "HOST_UNREACHABLE",
  "TENANT_UNREACHABLE",
  "LEGACY_TOKEN_UNREACHABLE",
]);

/** What of a sync the end of a call concerns. */
type GatedContext = Pick<SyncContext, "gates" | "now">;

/** How a lease ends whose call failed, by the class of the failure. */
export function settlementOfFailure(context: GatedContext, lease: Lease, failure: CallError): Settlement {
  const { token } = lease;
  const reason = { code: failure.code, message: failure.message };
  const keepIntent = isInDoubt(lease);
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
        counts: !OUR_OWN_DOING.has(failure.code) && !context.gates.isFailing(lease.lane),
      };
  }
}

/** How the lease of a user ends who was left out of a call: at its old place in the lane, and without an attempt. */
export function settlementOfUnsent(lease: Lease): Settlement {
  const { token, change } = lease;
  return { token, outcome: "retry", counts: false, notBefore: change.receivedAt, keepIntent: isInDoubt(lease) };
}

/** What was not taken leaves no doubt of its own, but a doubt of an earlier try remains. */
function isInDoubt(lease: Lease): boolean {
  return lease.intents.some((open) => open.side === targetOf(lease.lane));
}

function throttled(context: GatedContext, retryAfterMs: number | null): Pick<Settlement, "counts" | "notBefore"> {
  return { counts: false, notBefore: context.now() + (retryAfterMs ?? THROTTLED_MS) };
}

/**
 * Tells the lane's gate how the calls of one message ended; throws what a Catch node should see.
 *
 * @param suspect the person whose calls failed before, if it was alone in the message
 */
export function report(
  context: GatedContext,
  lane: Lane,
  failures: readonly CallError[],
  suspect: number | null = null,
): void {
  const failure = failures.find((one) => one.failure !== "permanent");
  if (!failure) {
    context.gates.succeeded(lane, context.now());
    return;
  }
  tellGate(context, lane, failure, suspect);
  throw failure;
}

function tellGate({ gates, now }: GatedContext, lane: Lane, failure: CallError, suspect: number | null): void {
  const { code, message, retryAfterMs } = failure;
  if (failure.failure === "configuration") gates.close(lane, message, now() + HOLD_MS);
  else if (failure.failure === "throttled") {
    // A shorter pause is waited out by the calls themselves.
    if (retryAfterMs !== null && retryAfterMs > LONGEST_PAUSE_MS) gates.close(lane, message, now() + retryAfterMs);
  } else if (!OUR_OWN_DOING.has(code)) {
    // Only a target that was reached can have failed because of this person.
    gates.failed(lane, message, now(), NEVER_SENT.has(code) ? null : suspect);
  }
}

/** A failure that no call explains (the store, a bug) is worth another try. */
export function asCallError(error: unknown): CallError {
  if (error instanceof CallError) return error;
  const known = toSyncError(error);
  return new CallError(known.code, known.message, { failure: "transient" });
}
