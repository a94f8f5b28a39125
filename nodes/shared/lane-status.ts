import { NOBODY_ANSWERS } from "../../lib/delivery/taker";
import { brakeStopOf } from "../../lib/sync/brake";
import type { Lane } from "../../lib/sync/types";
import { showStop } from "./braked";
import type { StatusLine } from "./status";
import type { Opening } from "./sync-node";

const INTERVAL_MS = 1_000;

/** Shows how a lane is doing on the node that takes from it, until the node closes. */
export function laneStatus(line: StatusLine, { sync, onClose }: Opening, lane: Lane): void {
  const { store, gates, now } = sync.context;
  let busy = false;
  const show = async () => {
    const status = (await store.status()).lanes[lane];
    const stop = brakeStopOf(status.paused);
    if (stop) showStop(line, stop);
    else if (status.paused === NOBODY_ANSWERS) line.show("bad", "nobodyAnswers");
    else if (status.paused !== false) line.show("waiting", "paused");
    else if (gates.closedFor(lane, now()) !== null) line.show("bad", "stopped");
    else if (status.waiting + status.inFlight > 0)
      line.show("busy", "working", { waiting: status.waiting, inFlight: status.inFlight });
    else line.show("good", "ready");
  };
  const refresh = () => {
    if (busy) return;
    busy = true;
    show()
      .catch(() => line.show("bad", "storeFailed"))
      .finally(() => {
        busy = false;
      });
  };
  const timer = setInterval(refresh, INTERVAL_MS);
  onClose(() => clearInterval(timer));
  refresh();
}
