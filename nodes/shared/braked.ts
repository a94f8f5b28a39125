import { SyncError } from "../../lib/errors";
import type { BrakeStop } from "../../lib/sync/brake";
import type { BrakeKind, Lane } from "../../lib/sync/types";
import type { StatusLine } from "./status";

const TEXTS: Record<BrakeKind, string> = {
  delete: "brakedDelete",
  deactivation: "brakedDeactivation",
  blanking: "brakedBlanking",
};

/** Shows that the brake holds the lane of a node. */
export function showStop(line: StatusLine, { kind, count }: BrakeStop): void {
  line.show("bad", TEXTS[kind], { count });
}

/** What Catch nodes are told when the brake holds somebody, once as long as it goes on. */
export function braked(lane: Lane, reason: string): SyncError {
  return new SyncError(
    "BRAKE",
    `The lane ${lane} stands still (${reason}). Look whether that is meant, then decide with the topic brake of user-sync-control: go-on or drop.`,
  );
}
