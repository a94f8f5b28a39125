import type { RecordProblem } from "../errors";
import type { JsonObject, Side } from "../sync/types";
import type { Path } from "./paths";

/** What the settings of a sync ask of records beside the rules. */
export interface RecordChecks {
  /** Whether a record says that its user is deleted. */
  isDeleted(side: Side, record: JsonObject): boolean;
  /** What is wrong with a record of that side before it is mapped. */
  source(side: Side, record: JsonObject): RecordProblem[];
  /** What is wrong with a record that would be written to that side. */
  target(side: Side, record: JsonObject): RecordProblem[];
  /** What is read of a record of that side beside the rules. */
  reads: Readonly<Record<Side, readonly Path[]>>;
}
