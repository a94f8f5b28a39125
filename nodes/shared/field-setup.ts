import type { Node } from "node-red";
import type { CustomFields } from "../../lib/cidaas/custom-fields";
import { toSyncError } from "../../lib/errors";
import type { TenantPart } from "./parts";

type Log = Pick<Node, "warn" | "error">;

/** Reads the field setup for whoever asks first; never rejects, for without it all fields count as there. */
export function learnFieldsOnce(log: Log, part: TenantPart, fields: CustomFields): () => Promise<void> {
  let running: Promise<void> | null = null;
  return () => {
    running ??= learnFields(log, part, fields);
    return running;
  };
}

/** Says once in the log what nobody would see otherwise: cidaas drops in silence what its field setup does not enable. */
async function learnFields(log: Log, { tenant }: TenantPart, fields: CustomFields): Promise<void> {
  if (!fields.areWritten) return;
  try {
    const setup = await tenant.readFields();
    const refused = setup && fields.learn(setup);
    if (refused === null) {
      log.warn(
        "Custom fields are not checked: give our client the scope cidaas:field_setup_read. cidaas drops in silence what is not enabled there.",
      );
    } else if (refused.length > 0) {
      log.error(
        `The tenant does not have these custom fields, or has them disabled: ${refused.join(", ")}. Enable them and deploy again; till then whoever has a value there is parked.`,
      );
    }
  } catch (error) {
    log.warn(`Custom fields are not checked until the next deploy: ${toSyncError(error).message}`);
  }
}
