import { SyncError } from "../../lib/errors";
import { isJson } from "../../lib/mapping/json";
import type { Json } from "../../lib/sync/types";

/** A value of a message as JSON; nothing becomes null. Throws `VALUE_NOT_JSON`. */
export function toJson(value: unknown): Json {
  if (value === undefined) return null;
  if (isJson(value)) return value;
  throw new SyncError("VALUE_NOT_JSON", "The message's payload is not JSON, or nested too deep.");
}
