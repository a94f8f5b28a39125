import type { Settlement } from "../store/types";
import { emptyChange } from "../sync/change";
import type { SyncContext } from "./context";

/** Pseudo rule of a forced mark that only brings the legacy id into cidaas. */
export const LEGACY_KEY_RULE = "legacyKeyInCidaas";

/** The wish to bring the legacy id into cidaas, where the configuration keeps it there. */
export function keyWriteBack(context: SyncContext): NonNullable<Settlement["marks"]> {
  if (context.paths.keyInCidaas === null || !context.hasTaker("to-cidaas")) return [];
  return [{ lane: "to-cidaas", change: { ...emptyChange("upsert", context.now()), force: [LEGACY_KEY_RULE] } }];
}
