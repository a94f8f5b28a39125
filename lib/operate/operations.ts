import type { SyncContext } from "../delivery/context";
import { SyncError } from "../errors";
import type { ConflictEntry, Page, Recovered, StoreStatus } from "../store/types";
import type { Lane } from "../sync/types";
import { Arguments } from "./arguments";
import { type Drained, drain } from "./drain";
import { forget, type NobodyForgotten, type Receipt } from "./forget";
import { type ShownEntry, shownPage } from "./parked";

/*
 * What a person, a flow or a program can do with a running sync. The node `user-sync-control` and the admin API are both
 * thin over this: one way to do each thing, with the same arguments and the same answers.
 */

/** The sync that is operated, as far as it is needed for that. */
export interface OperatedSync {
  context: Pick<SyncContext, "store" | "map" | "printer" | "now">;
  /** Null where no legacy system is picked. */
  legacy: { target: { readonly canRead: boolean } } | null;
  /** Resolves with the number of users marked. From a time on, ms, or else since the last run. */
  catchUp(since?: number): Promise<number>;
}

/** Why each lane is paused; false = it is not. */
export interface PausedLanes {
  paused: Record<Lane, false | string>;
}

/** How many parked users came back, and to which state of theirs they are brought. */
export interface Retried {
  count: number;
  /** Read again on the way: in cidaas, or in the legacy system. */
  present: number;
  /** Of a legacy system that cannot be read: what the change carries, and newer changes that wait. */
  newestKnown: number;
}

/** @param signal ends a long operation early, with the answer it has by then */
type Operation<Answer extends object> = (sync: OperatedSync, given: unknown, signal: AbortSignal) => Promise<Answer>;

const stats: Operation<StoreStatus> = ({ context }) => context.store.status();

const pause: Operation<PausedLanes> = async ({ context }, given) => {
  const { lanes, reason } = new Arguments("pause", given).pause();
  for (const lane of lanes) await context.store.pause(lane, reason);
  return pausedLanes(context);
};

/** Ends a pause whatever its reason, also that nobody answers. */
const resume: Operation<PausedLanes> = async ({ context }, given) => {
  for (const lane of new Arguments("resume", given).lanes()) await context.store.pause(lane, null);
  return pausedLanes(context);
};

/** A person decides on what the brake holds in one lane. Throws `BRAKE_RELEASED` where it holds nothing. */
const brake: Operation<PausedLanes> = async ({ context }, given) => {
  const { lane, decision } = new Arguments("brake", given).brake();
  if (await context.store.decideBrake(lane, decision)) return pausedLanes(context);
  throw new SyncError("BRAKE_RELEASED", `The brake does not hold the lane ${lane}; there is nothing to decide.`);
};

const parked: Operation<Page<ShownEntry>> = async ({ context }, given) =>
  shownPage(context, await context.store.parked(new Arguments("parked", given).parked()));

const conflicts: Operation<Page<ConflictEntry>> = ({ context }, given) =>
  context.store.conflicts(new Arguments("conflicts", given).page());

const retry: Operation<Retried> = async ({ context, legacy }, given) => {
  const moved = await context.store.retryParked(new Arguments("retry", given).selection());
  const canReadLegacy = legacy?.target.canRead === true;
  const present = moved["to-legacy"] + (canReadLegacy ? moved["to-cidaas"] : 0);
  return { count: total(moved), present, newestKnown: total(moved) - present };
};

const discard: Operation<{ count: number }> = async ({ context }, given) => ({
  count: total(await context.store.discardParked(new Arguments("discard", given).selection())),
});

const catchUp: Operation<{ marked: number }> = async (sync) => ({ marked: await sync.catchUp() });

const drainLanes: Operation<Drained> = ({ context }, given, signal) =>
  drain(context.store, { ...new Arguments("drain", given).drain(), signal, now: context.now });

const forgetPerson: Operation<Receipt | NobodyForgotten> = ({ context }, given) =>
  forget(context, new Arguments("forget", given).person());

/** The store was restored from an older backup. Everything but the catch-up is done even where that fails. */
const recover: Operation<Recovered & { marked: number }> = async (sync, given) => {
  const since = new Arguments("recover", given).since();
  const recovered = await sync.context.store.recover();
  return { ...recovered, marked: await sync.catchUp(since) };
};

export const OPERATIONS = {
  stats,
  pause,
  resume,
  brake,
  parked,
  conflicts,
  retry,
  discard,
  forget: forgetPerson,
  "catch-up": catchUp,
  recover,
  drain: drainLanes,
};

export type OperationName = keyof typeof OPERATIONS;

const NAMES: readonly string[] = Object.keys(OPERATIONS);

/** The operation that the topic of a message names. Throws `CONTROL_TOPIC`, which lists them all. */
export function operationNamed(topic: unknown): OperationName {
  const name = typeof topic === "string" ? topic.trim() : "";
  if (isOperation(name)) return name;
  throw new SyncError("CONTROL_TOPIC", `Set msg.topic to the operation: ${NAMES.join(", ")}.`);
}

function isOperation(name: string): name is OperationName {
  return NAMES.includes(name);
}

async function pausedLanes({ store }: OperatedSync["context"]): Promise<PausedLanes> {
  const { lanes } = await store.status();
  return { paused: { "to-legacy": lanes["to-legacy"].paused, "to-cidaas": lanes["to-cidaas"].paused } };
}

function total(moved: Record<Lane, number>): number {
  return moved["to-legacy"] + moved["to-cidaas"];
}
