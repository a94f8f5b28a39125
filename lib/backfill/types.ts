import type { JsonObject } from "../sync/types";
import type { FindEnd } from "./splitter";

/** Why a record of a file cannot be used; the sentence holds nothing of its content. */
export interface Unusable {
  code: string;
  message: string;
}

/** What becomes of one record of a file; null for an empty line. */
export type Parsed = { record: JsonObject } | { unusable: Unusable } | null;

/** How the records of a file are told apart and read. */
export interface Format {
  /** A finder for a reading that begins between two records. */
  boundaries(): FindEnd;
  parse(text: string): Parsed;
}
