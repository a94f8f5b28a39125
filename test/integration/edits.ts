import { SyncError } from "../../lib/errors";
import type { JsonObject } from "../../lib/sync/types";
import type { Random } from "../../simulator/kit/random";
import { at } from "../support/answers";
import { pause, type World } from "./harness";

/** A field as a person edits it on either side, and values to choose from by number. */
interface Field {
  cidaas(number: number): JsonObject;
  legacy(number: number): JsonObject;
}

const CITIES = ["Bonn", "Ulm", "Kiel", "Jena", "Köln", "Trier"];
const TIERS = ["basic", "silver", "gold"];

const two = (number: number) => String(1 + (number % 28)).padStart(2, "0");

export const FIELDS: readonly Field[] = [
  { cidaas: (n) => ({ given_name: `Anna ${n}` }), legacy: (n) => ({ first_name: `Bert ${n}` }) },
  { cidaas: (n) => ({ family_name: `Meier ${n}` }), legacy: (n) => ({ last_name: `Huber ${n}` }) },
  {
    cidaas: (n) => ({ address: { locality: `${CITIES[n % 6]} ${n}` } }),
    legacy: (n) => ({ city: `${CITIES[n % 6]}-${n}` }),
  },
  {
    cidaas: (n) => ({ customFields: { tier: TIERS[n % 3] ?? "gold" } }),
    legacy: (n) => ({ tier: TIERS[n % 3] ?? "gold" }),
  },
  {
    cidaas: (n) => ({ customFields: { newsletter: n % 2 === 0 } }),
    legacy: (n) => ({ newsletter: n % 2 === 0 ? "J" : "N" }),
  },
  {
    cidaas: (n) => ({ mobile_number: `+491511${2_000_000 + n}` }),
    legacy: (n) => ({ phone: `01512 ${3_000_000 + n}` }),
  },
  { cidaas: (n) => ({ birthdate: `1980-05-${two(n)}` }), legacy: (n) => ({ birth_date: `${two(n)}.06.1981` }) },
  {
    cidaas: (n) => ({ userStatus: n % 2 === 0 ? "VERIFIED" : "LOCKED" }),
    legacy: (n) => ({ status: n % 2 === 0 ? "active" : "locked" }),
  },
  { cidaas: (n) => ({ email: `c${n}@example.org` }), legacy: (n) => ({ email: `l${n}@example.org` }) },
];

export interface EditOptions {
  count: number;
  /** Users to edit, by legacy id; a few make for many conflicts. */
  among: readonly string[];
  /** Real ms between two edits, at most. */
  spacingMs?: number;
  fields?: readonly Field[];
}

/** Edits made at random on both sides, each of a random field of a random user; two at once now and then. */
export async function editAtRandom(
  world: World,
  { count, among, spacingMs = 4, fields = FIELDS }: EditOptions,
): Promise<void> {
  const { random } = world;
  for (let number = 1; number <= count; number += 1) {
    const legacyId = pick(random, among);
    const field = pick(random, fields);
    const side = random.integer(5);
    if (side < 3) editLegacy(world, legacyId, field.legacy(number));
    // The fifth kind of edit is one of the same field on both sides at the same time.
    if (side > 1) editCidaas(world, legacyId, field.cidaas(number + 1000));
    await pause(random.integer(spacingMs + 1));
  }
}

export function editLegacy(world: World, legacyId: string, patch: JsonObject): void {
  ignoreRefusal(() => world.simulator.legacy.edit(legacyId, patch));
}

export function editCidaas(world: World, legacyId: string, patch: JsonObject): void {
  const sub = subOf(world, legacyId);
  if (sub !== null) ignoreRefusal(() => world.simulator.tenant.edit(sub, patch));
}

export function subOf(world: World, legacyId: string): string | null {
  const user = world.simulator.tenant.snapshot().find((one) => at(one, "customFields.legacy_id") === legacyId);
  return typeof user?.sub === "string" ? user.sub : null;
}

/** A system refuses an e-mail that is taken; a person would see the error and go. */
function ignoreRefusal(edit: () => void): void {
  try {
    edit();
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
  }
}

function pick<T>(random: Random, list: readonly T[]): T {
  const chosen = list[random.integer(list.length)];
  if (chosen === undefined) throw new Error("There is nothing to choose from");
  return chosen;
}
