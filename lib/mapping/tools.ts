import { SyncError } from "../errors";
import type { MapTools } from "./transforms/types";

/** For maps without computed rules: a rule that needs a tool is refused when it is compiled. */
export const NO_TOOLS: MapTools = {
  jsonata: () => {
    throw new SyncError("OPTION_INVALID", "JSONata is not available here");
  },
};
