import type { Json } from "../../sync/types";
import { type CompileTransform, single, unchanged } from "./types";

/** A transform that treats text alike in both directions and leaves everything else as it is. */
function textTransform(change: (text: string) => string): CompileTransform {
  const apply = (value: Json) => (typeof value === "string" ? change(value) : value);
  return () => single({ fromCidaas: apply, fromLegacy: apply });
}

export const compileCopy: CompileTransform = () => single({ fromCidaas: unchanged, fromLegacy: unchanged });
export const compileTrim = textTransform((text) => text.trim());
export const compileLower = textTransform((text) => text.toLowerCase());
export const compileUpper = textTransform((text) => text.toUpperCase());
