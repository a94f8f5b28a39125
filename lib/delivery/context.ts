import type { Path } from "../mapping/paths";
import type { SchemaCheck } from "../mapping/schema";
import type { CompiledMap, Sealer } from "../mapping/types";
import type { SyncStore } from "../store/types";
import type { BrakeLimit } from "../sync/brake";
import type { RulePolicy } from "../sync/decision";
import type { SubStrategy } from "../sync/identity";
import type { Printer } from "../sync/prints";
import type { Lane, Print, RuleId, Side } from "../sync/types";
import type { LaneGates } from "./lane-gates";
import type { LeaseRegistry } from "./registry";

/** The checked properties of `user-sync`, save the rules, which are compiled into the map. */
export interface SyncSettings {
  key: string;
  legacyKey: string;
  /** Path in cidaas that holds the legacy id; empty = not kept. */
  legacyKeyInCidaas: string;
  subStrategy: SubStrategy;
  subNamespace: string;
  legacyTime: string;
  legacyDeleted: { path: string; values: string[] } | null;
  legacyVerified: string;
  firstContact: "park" | "newest" | Side;
  clockToleranceMs: number;
  brake: BrakeLimit;
}

/** The paths of the settings, compiled once; null = not given. */
export interface SyncPaths {
  legacyKey: Path;
  keyInCidaas: Path | null;
  legacyTime: Path | null;
  legacyDeleted: Path | null;
  legacyVerified: Path | null;
}

/** Everything the nodes of one `user-sync` share. */
export interface SyncContext {
  readonly settings: SyncSettings;
  readonly store: SyncStore;
  readonly map: CompiledMap;
  readonly paths: SyncPaths;
  /** `legacySchema`, compiled; null = records for the legacy system are not checked. */
  readonly checkLegacy: SchemaCheck | null;
  /** What cidaas would refuse, or drop in silence, of a user that rules have mapped. */
  readonly checkCidaas: SchemaCheck;
  readonly policies: readonly RulePolicy[];
  /** By rule that maps the status of a cidaas user: the print of an active one. */
  readonly activeStatus: ReadonlyMap<RuleId, Print>;
  readonly printer: Printer;
  readonly sealer: Sealer;
  readonly registry: LeaseRegistry;
  readonly gates: LaneGates;
  /** How long a lease holds from its last extension. */
  readonly leaseMs: number;
  now(): number;
  /** Whether the flow has a node that takes from the lane; a one-way flow has none, and would only pile up marks there. */
  hasTaker(lane: Lane): boolean;
}
