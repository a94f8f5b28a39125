import type { Node } from "node-red";
import type { TenantConfig } from "../../lib/cidaas/config";
import type { Tenant } from "../../lib/cidaas/types";
import type { HttpClient } from "../../lib/delivery/types";
import type { LegacyTarget } from "../../lib/legacy/types";
import type { SqliteOptions } from "../../lib/store/sqlite/engine";
import type { SyncHub } from "./hub";

/*
 * What config nodes offer to the nodes that pick them. Kept beside the node instead of on it, so that nothing of it can
 * be reached from a function node, and no cast is needed to find it.
 */

export interface TenantPart {
  config: TenantConfig;
  tenant: Tenant;
  http: HttpClient;
}

export interface LegacyPart {
  target: LegacyTarget;
}

/** A config node's offer. Throws its `ConfigError` as long as the node is not configured. */
interface Offer<T> {
  acquire(): { resource: T; release(): void };
}

export const tenantParts = new WeakMap<Node, Offer<TenantPart>>();
export const legacyParts = new WeakMap<Node, Offer<LegacyPart>>();
/** The store's checked options. Throws its `ConfigError`. */
export const storeOptions = new WeakMap<Node, () => SqliteOptions>();
export const hubs = new WeakMap<Node, SyncHub>();
