import type { Json } from "../../sync/types";
import { ONE_TO_ONE, single, type Transform } from "./types";

/** A transform that treats text alike in both directions and leaves everything else as it is. */
function textTransform(change: (text: string) => string): Transform {
  const apply = (value: Json) => (typeof value === "string" ? change(value) : value);
  return {
    options: {},
    direction: "both",
    paths: ONE_TO_ONE,
    compile: () => single({ fromCidaas: apply, fromLegacy: apply }),
  };
}

export const copy = textTransform((text) => text);
export const trim = textTransform((text) => text.trim());
export const lower = textTransform((text) => text.toLowerCase());
export const upper = textTransform((text) => text.toUpperCase());
