import type { JsonObject } from "../../lib/sync/types";
import type { RunningSimulator } from "../../simulator";
import { type FlowNode, findNode, loadExample } from "../support/flows";

export const WEBHOOK_KEY = "simulator-webhook-key";

/** Random edits lock, delete and empty at will. */
const RELEASED = { count: 1_000_000, share: 100 };

/** The nodes of the two-way example, without those of the core. */
export function flowBetween(simulator: RunningSimulator, overrides: Record<string, JsonObject>): FlowNode[] {
  const example = loadExample("3 two-way sync");
  const config = (type: string, id: string, properties: JsonObject): FlowNode => ({
    ...findNode(example, type),
    ...properties,
    ...overrides[id],
    id,
    type,
  });
  const node = (id: string, type: string, wires: string[][], properties: JsonObject = {}): FlowNode => ({
    sync: "sync",
    ...properties,
    ...overrides[id],
    id,
    type,
    wires,
  });
  const client = { clientId: "simulator-client", clientSecret: "simulator-secret" };
  return [
    config("user-sync", "sync", {
      tenant: "tenant",
      legacy: "legacy",
      store: "store",
      clockTolerance: 1,
      brake: RELEASED,
    }),
    config("cidaas-tenant", "tenant", { baseUrl: simulator.tenant.url, credentials: client }),
    config("user-sync-legacy", "legacy", {
      baseUrl: simulator.legacy.url,
      credentials: { token: "simulator-legacy-key" },
    }),
    config("user-sync-store", "store", { leaseSeconds: 60, maxAttempts: 30 }),
    node("webhook", "cidaas-webhook-in", [["fetch"]], { credentials: { secret: WEBHOOK_KEY } }),
    node("fetch", "cidaas-user-fetch", [["to-legacy"], ["out"]]),
    node("to-legacy", "field-mapper", [["out"], []], { direction: "to-legacy" }),
    node("out", "legacy-out", [[], [], []]),
    node("to-cidaas", "field-mapper", [["batcher"], ["answer"]], { direction: "to-cidaas" }),
    node("batcher", "bulk-batcher", [["upsert"], ["answer"]], { size: 20, waitMs: 100 }),
    node("upsert", "cidaas-bulk-upsert", [[], []]),
    { id: "answer", type: "answer" },
  ];
}
