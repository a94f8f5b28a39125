import type { SyncError } from "../errors";
import type { Json, JsonObject, Lane, RuleId, Side } from "../sync/types";

export type Direction = "both" | Lane;
export type ConflictWinner = "newest" | Side;

/** One row of the field map, checked and completed with its defaults. */
export interface Rule {
  id: RuleId;
  /** Paths with dots; several for split and join. */
  cidaas: string[];
  legacy: string[];
  direction: Direction;
  transform: string;
  options: JsonObject;
  conflict: ConflictWinner;
  /** `create`: written when the user is created on the target, and never after. */
  write: "always" | "create";
  compare: "value" | "set";
  required: boolean;
  secret: boolean;
  whenEmpty: "skip" | "clear" | "default";
  default: Json;
  /** Path of this field's own edit time in the legacy record; null = the record's `legacyTime`. */
  timePath: string | null;
  /** Hash of all that decides what a print of this rule means. */
  fingerprint: string;
}

/** What is wrong with one rule of a map, or with the map as a whole. */
export interface MapProblem {
  /** Place of the rule in the list, from 0; null: the list itself. */
  position: number | null;
  /** The id of the rule, as far as it has one. */
  rule: string;
  path: string;
  message: string;
}

/** One rule's part of a mapped record. */
export interface MappedRule {
  /** Canonical text of the source's value, to be printed; empty when it has none. */
  source: string;
  /** One entry per target path, in the clear. */
  values: Json[];
  /** The field's own edit time (`timePath`), ms; null when the rule or the record has none. */
  at: number | null;
}

/** Per computed rule of a lane: the values for its target, or why there are none; rules without a source value are absent. */
export type Computed = ReadonlyMap<RuleId, Json[] | SyncError>;

/** The rules compiled into two functions. Pure: no I/O, no clock. */
export interface CompiledMap {
  readonly rules: readonly Rule[];
  rule(id: RuleId): Rule | undefined;

  /** The keys of the rule's paths on that side, in their order. */
  keys(side: Side, id: RuleId): readonly (readonly string[])[];

  /**
   * Maps a record of the lane's source side. A rule is present in the result only if all its source paths are in the
   * record and its direction admits the lane. Throws `RecordError` with all problems of the record at once.
   * Needs what `compute` gives for the record; `mapRecord` does both.
   */
  map(lane: Lane, record: JsonObject, computed?: Computed): Record<RuleId, MappedRule>;

  /** Evaluates the computed rules of the lane; null when it has none. Never rejects. */
  compute(lane: Lane, record: JsonObject): Promise<Computed> | null;

  /** Puts rule values together as a record of that side. */
  build(side: Side, values: Record<RuleId, Json[]>): JsonObject;

  /** Puts a mapped record together as a record of the lane's target. */
  buildMapped(lane: Lane, mapped: Record<RuleId, MappedRule>): JsonObject;

  /** Takes the rules' values out of a record of that side; a rule with a missing path is left out. */
  extract(side: Side, record: JsonObject): Record<RuleId, Json[]>;

  /** Canonical text of a rule's value on that side (e-mail lower-cased, E.164, ISO date); empty when it has none. */
  canonical(side: Side, id: RuleId, values: Json[]): string;
}

/** Seals values of secret rules under a random key of this process: opaque text wherever a message is shown or stored. */
export interface Sealer {
  seal(value: Json): string;
  isSealed(value: unknown): value is string;
  /** Throws `SyncError` `SEAL_BROKEN` for what this process did not seal. */
  open(value: string): Json;
}
