import { isJsonObject } from "../../lib/mapping/json";
import type { JsonObject } from "../../lib/sync/types";
import { watchWire } from "../../scripts/chaos/wire";
import { findNode, loadExample } from "../support/flows";
import { crashAmongCuts } from "./crashes";
import { editAtRandom, FIELDS } from "./edits";
import { runs, World } from "./harness";
import { judgeEdits } from "./judge-edits";

const SPARSE: typeof FIELDS = [
  {
    cidaas: (n) => ({ mobile_number: n % 2 === 0 ? null : `+491511${2_000_000 + n}` }),
    legacy: (n) => ({ phone: n % 2 === 0 ? "" : `01512 ${3_000_000 + n}` }),
  },
  {
    cidaas: (n) => ({ customFields: { tier: n % 2 === 0 ? null : "gold" } }),
    legacy: (n) => ({ tier: n % 2 === 0 ? null : "silver" }),
  },
  {
    cidaas: (n) => ({ address: { locality: n % 2 === 0 ? null : `Bonn ${n}` } }),
    legacy: (n) => ({ city: n % 2 === 0 ? "" : `Ulm ${n}` }),
  },
];
/** Given names are never empty: a write that also empties a field then takes two calls with a part each. */
const FILLED = FIELDS.slice(0, 2);
const CLEARED = ["mobile_number", "tier", "city"];
const LEASE_S = 5;
const CALL_TIMEOUT_S = 2;
const CALM = { rate5xx: 0, rateReset: 0.05, faultPaths: [] };
const NODES: Record<string, JsonObject> = {
  sync: { rules: rulesThatClear() },
  store: { leaseSeconds: LEASE_S, maxAttempts: 100 },
  tenant: { timeout: CALL_TIMEOUT_S },
  legacy: { timeout: CALL_TIMEOUT_S },
};

/** The rules of the example, some of which empty a field of the other side. */
function rulesThatClear(): JsonObject[] {
  const { rules } = findNode(loadExample("3 two-way sync"), "user-sync");
  const list = Array.isArray(rules) ? rules.filter(isJsonObject) : [];
  return list.map((rule) => (CLEARED.includes(String(rule.id)) ? { ...rule, whenEmpty: "clear" } : rule));
}

describe("Fields that are emptied and filled on both sides", function () {
  this.timeout(120_000);

  for (const seed of runs()) {
    for (const leftOut of ["merge", "replace"] as const)
      it(`lose no edit on the way, with a tenant that ${leftOut}s (seed ${seed})`, async () => {
        await World.with(worldOf(seed, leftOut), async (world) => {
          await load(world);
          const wire = watchWire(world.simulator);
          await edit(world);
          await world.quiet();
          wire.close();
          await world.judge();
          await judgeEdits(world, wire.looks, { readLagMs: 0, mostBetweenS: LEASE_S + CALL_TIMEOUT_S });
        });
      });

    // Whether an interrupted write emptied a field or a person did at that moment, nobody can tell: only the end is judged.
    it(`end in the same values through crashes and faults (seed ${seed})`, async () => {
      await World.with(worldOf(seed, "merge"), async (world) => {
        await load(world);
        const edits = edit(world);
        await crashAmongCuts(world, { count: 6, dials: CALM, mostMs: 700 });
        await edits;
        world.clearFaults();
        await world.quiet();
        await world.judge();
      });
    });
  }
});

function worldOf(seed: number, leftOut: "merge" | "replace") {
  return { seed, users: 4, nodes: NODES, dials: { leftOut, statusUpdate: false } };
}

function edit(world: World): Promise<void> {
  const fields = [...SPARSE, ...FILLED];
  return editAtRandom(world, { count: 100, among: world.legacyIds(), spacingMs: 30, fields });
}

async function load(world: World): Promise<void> {
  await world.load();
  await world.quiet();
}
