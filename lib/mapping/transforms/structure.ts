import { SyncError } from "../../errors";
import type { Json } from "../../sync/types";
import { isEmpty, stableJson } from "../json";
import { type CompileTransform, isScalar, optionError, scalarText } from "./types";

/** A fixed value for the target, whatever the source holds. */
export const compileConstant: CompileTransform = ({ toCidaas = null, toLegacy = null }, { direction }) => {
  if (direction !== "to-legacy" && isEmpty(toCidaas)) throw optionError('the option "toCidaas" is missing');
  if (direction !== "to-cidaas" && isEmpty(toLegacy)) throw optionError('the option "toLegacy" is missing');
  const first = ([value]: Json[]) => value ?? null;
  return { from: { cidaas: first, legacy: first }, to: { cidaas: () => [toCidaas], legacy: () => [toLegacy] } };
};

/** An array in cidaas, delimited text in the legacy system. */
export const compileList: CompileTransform = (options) => {
  const delimiter = scalarText(options.delimiter);
  const read = ([value = null]: Json[]): Json => {
    const items = Array.isArray(value) ? value : scalarText(value).split(delimiter);
    if (!(Array.isArray(value) || isScalar(value)) || !items.every(isScalar))
      throw new SyncError("LIST_INVALID", "the value is neither a list of plain values nor delimited text");
    return items.map((item) => String(item).trim()).filter((item) => item !== "");
  };
  const join = (canonical: Json): Json[] => {
    const text = Array.isArray(canonical) ? canonical.join(delimiter) : "";
    if (stableJson(read([text])) !== stableJson(canonical))
      throw new SyncError("LIST_DELIMITER", "an entry of the list holds the delimiter; choose another delimiter");
    return [text];
  };
  return { from: { cidaas: read, legacy: read }, to: { cidaas: (canonical) => [canonical], legacy: join } };
};
