import { type Json, type JsonObject, LANES } from "../../lib/sync/types";
import { at, isJsonObject } from "../../test/support/answers";
import type { NodeRed } from "../../test/support/node-red";

/** Somebody who waits for a decision of a person. */
export interface Parked {
  lane: string;
  sub: Json;
  legacyId: Json;
  code: string;
  message: string;
}

/** An edit that lost to one of the other side, as the sync recorded it. */
export interface Conflict {
  sub: Json;
  legacyId: Json;
  rule: string;
  winner: string;
  /** When it was decided, and the times of the two edits where they are known; ms since the epoch. */
  at: number;
  cidaasTime: number | null;
  legacyTime: number | null;
}

export async function readParked(nodeRed: NodeRed): Promise<Parked[]> {
  const items = await readAll(nodeRed, "parked");
  return items.map(({ lane, sub = null, legacyId = null, code, message }) => ({
    lane: String(lane),
    sub,
    legacyId,
    code: String(code),
    message: String(message),
  }));
}

export async function readConflicts(nodeRed: NodeRed): Promise<Conflict[]> {
  const items = await readAll(nodeRed, "conflicts");
  return items.map(({ sub = null, legacyId = null, rule, winner, at, cidaasTime, legacyTime }) => ({
    sub,
    legacyId,
    rule: String(rule),
    winner: String(winner),
    at: timeOf(at) ?? 0,
    cidaasTime: timeOf(cidaasTime),
    legacyTime: timeOf(legacyTime),
  }));
}

/** Presses "retry" for everybody who is parked with one of the codes; resolves with their number. */
export async function retryParked(nodeRed: NodeRed, codes: readonly string[]): Promise<number> {
  let count = 0;
  for (const lane of LANES) {
    for (const code of codes) {
      const answer = await nodeRed.request("POST", "/user-sync/users/parked/retry", { lane, code });
      count += isJsonObject(answer) ? Number(answer.count) : 0;
    }
  }
  return count;
}

function timeOf(value: Json | undefined): number | null {
  return typeof value === "number" ? value : null;
}

/** Every item of a list of the admin API, page by page. */
export async function readAll(nodeRed: NodeRed, list: string): Promise<JsonObject[]> {
  const all: JsonObject[] = [];
  let after = "";
  do {
    const page = await nodeRed.request("GET", `/user-sync/users/${list}?after=${encodeURIComponent(after)}`);
    if (!isJsonObject(page) || !Array.isArray(page.items)) throw new Error(`The admin API gave no page of ${list}`);
    all.push(...page.items.filter(isJsonObject));
    after = String(at(page, "next") ?? "");
  } while (after !== "");
  return all;
}
