import type { Json, JsonObject } from "../../lib/sync/types";
import { isJsonObject } from "../support/answers";
import { findNode, loadExample } from "../support/flows";

export const TAB = "tab";
export const WEBHOOK_KEY = "webhook-key";
export const EVENTS_PATH = "/cidaas/events";

/** The first run would take every user of the tenant, those of earlier tests too. */
export const NO_CATCH_UP = { path: EVENTS_PATH, catchUpEvery: 0 };

export interface FlowItem {
  id: string;
  type: string;
  wires?: string[][];
  [property: string]: unknown;
}

export type Properties = Record<string, Json>;

/** Says that all users are active, for maps without a status of their own. */
export const ALL_ACTIVE = {
  id: "status",
  cidaas: "userStatus",
  transform: "constant",
  options: { toCidaas: "VERIFIED" },
  direction: "to-cidaas",
  write: "create",
};

/** What tells a node on the tab from a configuration node. */
export function at(id: string) {
  return { id, z: TAB, x: 100, y: 100 };
}

/** A node of the tab that belongs to the `user-sync` of the fixture. */
export function node(id: string, type: string, wires: string[][], properties: Properties = {}): FlowItem {
  return { ...at(id), type, sync: "sync", configVersion: 1, ...properties, wires };
}

/** A node that keeps every message it receives; see `Bench.messages`. */
export function probe(id: string): FlowItem {
  return { ...at(id), type: "probe", wires: [] };
}

/** A receiver of webhooks with nothing but a probe behind it. */
export function receiver(properties: Properties = {}, id = "webhook"): FlowItem[] {
  return [node(id, "cidaas-webhook-in", [[`${id}-taken`]], { ...NO_CATCH_UP, ...properties }), probe(`${id}-taken`)];
}

/** The nodes on the way to the legacy system, with a probe on each output. */
export function toLegacy(
  properties: Partial<Record<"webhook" | "fetch" | "mapper" | "out", Properties>> = {},
): FlowItem[] {
  return [
    node("webhook", "cidaas-webhook-in", [["fetch", "taken"]], { ...NO_CATCH_UP, ...properties.webhook }),
    node(
      "fetch",
      "cidaas-user-fetch",
      [
        ["mapper", "read"],
        ["out", "gone"],
      ],
      { ...properties.fetch },
    ),
    node("mapper", "field-mapper", [["out", "mapped"], ["invalid"]], { direction: "to-legacy", ...properties.mapper }),
    node("out", "legacy-out", [["delivered"], ["asked"], ["parked"]], { ...properties.out }),
    ...["taken", "read", "gone", "mapped", "invalid", "delivered", "asked", "parked"].map(probe),
  ];
}

/** The nodes on the way to cidaas, with a probe on each output. */
export function toCidaas(properties: Partial<Record<"mapper" | "batcher" | "upsert", Properties>> = {}): FlowItem[] {
  return [
    node("to-cidaas", "field-mapper", [["batcher", "mapped-back"], ["invalid-back"]], {
      direction: "to-cidaas",
      ...properties.mapper,
    }),
    node("batcher", "bulk-batcher", [["upsert", "batch"], ["safe"]], { waitMs: 0, ...properties.batcher }),
    node("upsert", "cidaas-bulk-upsert", [["written"], ["refused"]], { ...properties.upsert }),
    ...["mapped-back", "invalid-back", "batch", "safe", "written", "refused"].map(probe),
  ];
}

let people = 0;

/** A user as it registers in cidaas, different from all others. */
export function cidaasUser(members: JsonObject = {}): JsonObject {
  people += 1;
  return {
    email: `person${people}@example.org`,
    given_name: "Ada",
    family_name: `Number${people}`,
    email_verified: true,
    ...members,
  };
}

export interface LegacyRecord extends JsonObject {
  id: number;
  email: string;
}

/** A record as the legacy system exports it, different from all others. */
export function legacyRecord(members: JsonObject = {}): LegacyRecord {
  people += 1;
  const record: JsonObject = {
    email_verified: 1,
    first_name: "Ada",
    last_name: `Number${people}`,
    newsletter: "J",
    tier: "gold",
    status: "active",
    updated_at: new Date().toISOString(),
    ...members,
  };
  return { ...record, id: 10_000 + people, email: `person${people}@example.org` };
}

/** An event as the tenant posts it. */
export function event(sub: string, eventtype = "ACCOUNT_MODIFIED", time = Date.now()): JsonObject {
  return {
    eventtype,
    createTime: new Date(time).toISOString(),
    objectType: "users",
    objectId: sub,
    sub,
    client_id: "",
  };
}

/** The rules of the example, with other pairs in one of them. */
export function rulesWithPairs(id: string, pairs: Json[]): { sync: { rules: Json[] } } {
  const { rules } = findNode(loadExample("3 two-way sync"), "user-sync");
  const changed = (rule: Json) => (isJsonObject(rule) && rule.id === id ? { ...rule, options: { pairs } } : rule);
  return { sync: { rules: Array.isArray(rules) ? rules.map(changed) : [] } };
}
