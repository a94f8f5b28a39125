import { idOf } from "../../lib/delivery/mapping";
import { CallError, SyncError } from "../../lib/errors";
import type { LegacyIds, LegacyTarget } from "../../lib/legacy/types";
import { isJsonObject } from "../../lib/mapping/json";
import type { Json, JsonObject } from "../../lib/sync/types";

export type FlowOperation = "create" | "update" | "delete" | "read" | "find";

/** What the flow answers: the same message, fed back into the node. */
export interface Confirmation {
  payload: Json;
  outcome: "done" | "retry" | "park";
  legacyId: string | null;
  /** Sentence of `msg.error`, for retry and park. */
  reason: string | null;
}

/** Asks the flow to do one thing and resolves with its confirmation; rejects when the lease runs out before. */
export type AskFlow = (operation: FlowOperation, ids: LegacyIds, record: JsonObject) => Promise<Confirmation>;

/** A legacy system that the flow itself writes to and reads from, with whatever nodes it likes (mode `flow`). */
export function createFlowTarget(ask: AskFlow): LegacyTarget {
  const perform = async (operation: FlowOperation, ids: LegacyIds, record: JsonObject) => {
    const answer = await ask(operation, ids, record);
    if (answer.outcome === "done") return answer;
    const message = answer.reason ?? "The flow said so without a reason.";
    throw answer.outcome === "park"
      ? new CallError("FLOW_PARKED", message, { failure: "permanent" })
      : new CallError("FLOW_RETRY", message, { failure: "transient" });
  };
  return {
    canRead: true,
    canFind: true,
    canDelete: true,
    updates: "merge",
    timeoutMs: 0,
    create: async (ids, record) => ({ legacyId: (await perform("create", ids, record)).legacyId }),
    update: async (ids, record) => {
      await perform("update", ids, record);
      return "updated";
    },
    remove: async (ids) => {
      await perform("delete", ids, {});
    },
    read: async (ids) => recordOf((await perform("read", ids, {})).payload),
    find: async (ids, record) => {
      const answer = await perform("find", ids, record);
      const found = recordOf(answer.payload);
      const legacyId = answer.legacyId ?? idOf(found?.id);
      return found && legacyId !== null ? [{ legacyId, record: found }] : [];
    },
    close: () => {},
  };
}

function recordOf(payload: Json): JsonObject | null {
  if (payload === null) return null;
  if (isJsonObject(payload)) return payload;
  throw new SyncError("FLOW_ANSWER", "The answer to sync.op read or find must be the record in payload, or null.");
}
