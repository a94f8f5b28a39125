import type { NodeMessageInFlow } from "node-red";
import { CallError, toSyncError } from "../../lib/errors";
import { isRecord } from "../../lib/mapping/json";
import { toJson } from "../shared/json";
import type { Confirmation } from "./flow-target";

interface Waiting {
  resolve(answer: Confirmation): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

/** The questions this node has put to its flow and not had answered. One a lease, since a person is in flight once. */
export class Confirmations {
  readonly #waiting = new Map<string, Waiting>();
  #closed = false;

  /** Resolves with the flow's answer; rejects with a `CallError` of unknown outcome when the lease runs out before. Throws `FLOW_CLOSED`. */
  wait(token: string, limitMs: number): Promise<Confirmation> {
    if (this.#closed) throw closed();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#expire(token), Math.max(0, limitMs));
      this.#waiting.set(token, { resolve, reject, timer });
    });
  }

  /** Takes a message that came back; false when nobody waits for it (a second or late confirmation). */
  take(token: string, msg: NodeMessageInFlow): boolean {
    const waiting = this.#waiting.get(token);
    if (!waiting) return false;
    this.#forget(token, waiting);
    try {
      waiting.resolve(confirmationOf(msg));
    } catch (error) {
      waiting.reject(toSyncError(error));
    }
    return true;
  }

  /** The node closes: whatever the flow still does is of unknown outcome. */
  close(): void {
    this.#closed = true;
    for (const token of [...this.#waiting.keys()]) this.#expire(token);
  }

  #expire(token: string): void {
    const waiting = this.#waiting.get(token);
    if (!waiting) return;
    this.#forget(token, waiting);
    waiting.reject(
      new CallError("FLOW_SILENT", "The flow did not send the message back into legacy-out.", { failure: "unknown" }),
    );
  }

  #forget(token: string, waiting: Waiting): void {
    clearTimeout(waiting.timer);
    this.#waiting.delete(token);
  }
}

function closed(): CallError {
  return new CallError("FLOW_CLOSED", "The node was closed before it could ask the flow.", { failure: "transient" });
}

/** A message that carries `error` and no `outcome` means retry; without either the write is done. */
function confirmationOf(msg: NodeMessageInFlow): Confirmation {
  const { outcome, error, legacyId } = msg;
  const known = outcome === "done" || outcome === "retry" || outcome === "park" ? outcome : null;
  const id = typeof legacyId === "number" ? String(legacyId) : legacyId;
  return {
    payload: toJson(msg.payload),
    outcome: known ?? (error ? "retry" : "done"),
    legacyId: typeof id === "string" && id.trim() !== "" ? id.trim() : null,
    reason: isRecord(error) && typeof error.message === "string" ? error.message : null,
  };
}
