import {
  type BrakeDecision,
  type BrakeLimit,
  type BrakeState,
  type BrakeVerdict,
  brakeStopOf,
  decideBrake,
  judgeLoss,
  RELEASED,
  reasonOf,
} from "../../sync/brake";
import type { Lane } from "../../sync/types";
import type { LeasedLoss } from "../types";
import type { Settings } from "./settings";
import type { Tables } from "./tables";

/** The brake of every lane. What it remembers of one is a single note. */
export class Braking {
  readonly #tables: Tables;
  readonly #settings: Settings;

  constructor(tables: Tables, settings: Settings) {
    this.#tables = tables;
    this.#settings = settings;
  }

  judge(sync: string, lane: Lane, losses: readonly LeasedLoss[], limit: BrakeLimit, now: number): BrakeVerdict[] {
    const circumstances = { limit, linked: this.#tables.effects.overall(sync, "linked"), now };
    let state = this.#stateOf(sync, lane);
    const verdicts = losses.map(({ token, kinds }): BrakeVerdict => {
      const lease = this.#tables.leases.byToken(sync, token);
      // Whose lease is lost is not written anyway.
      if (lease === null) return { do: "go" };
      const { passesBrake = [], receivedAt } = lease.change;
      const uncounted = kinds.filter((kind) => !passesBrake.includes(kind));
      if (uncounted.length === 0) return { do: "go" };
      const judged = judgeLoss(state, { kinds: uncounted, receivedAt }, circumstances);
      state = judged.state;
      if (judged.verdict.do === "go")
        this.#tables.leases.change(lease, { ...lease.change, passesBrake: [...passesBrake, ...uncounted] });
      return judged.verdict;
    });
    this.#put(sync, lane, state);
    return verdicts;
  }

  /** @returns whether there was anything to decide */
  decide(sync: string, lane: Lane, decision: BrakeDecision, now: number): boolean {
    const state = decideBrake(this.#stateOf(sync, lane), decision, now);
    if (state === null) return false;
    this.#put(sync, lane, state);
    const reason = this.#settings.pauseReason(sync, lane);
    if (reason !== null && brakeStopOf(reason)) {
      this.#settings.putPause(sync, lane, null);
      this.#tables.effects.announce(sync, lane);
    }
    return true;
  }

  #stateOf(sync: string, lane: Lane): BrakeState {
    const note = this.#settings.note(sync, noteOf(lane));
    return note === null ? RELEASED : JSON.parse(note);
  }

  /** A pause that is there already stays: whoever made it ends it, and the next loss stops the lane again. */
  #put(sync: string, lane: Lane, state: BrakeState): void {
    this.#settings.putNote(sync, noteOf(lane), JSON.stringify(state));
    if (state.stopped !== null && this.#settings.pauseReason(sync, lane) === null)
      this.#settings.putPause(sync, lane, reasonOf(state.stopped));
  }
}

function noteOf(lane: Lane): string {
  return `brake ${lane}`;
}
