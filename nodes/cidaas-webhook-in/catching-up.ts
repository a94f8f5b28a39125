import type { Opening, SyncNode } from "../shared/sync-node";

/** Catches up with lost webhooks at once and then every so many minutes; 0 never. A failed run is tried at the next. */
export function keepCatchingUp(node: SyncNode, { sync, onClose }: Opening, everyMinutes: number): void {
  if (everyMinutes === 0) return;
  const run = () =>
    node.runAside(async () => {
      await sync.catchUp();
    });
  const timer = setInterval(run, everyMinutes * 60_000);
  onClose(() => clearInterval(timer));
  run();
}
