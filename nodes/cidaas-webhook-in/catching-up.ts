import { catchUp } from "../../lib/cidaas/catch-up";
import type { Opening, SyncNode } from "../shared/sync-node";

/** Catches up with lost webhooks at once and then every so many minutes; 0 never. A failed run is tried at the next. */
export function keepCatchingUp(node: SyncNode, { sync, onClose }: Opening, everyMinutes: number): void {
  if (everyMinutes === 0) return;
  const { store, now } = sync.context;
  let running = false;
  const run = () =>
    node.run(async () => {
      if (running) return;
      running = true;
      try {
        await catchUp({ tenant: sync.tenant.tenant, store, now });
      } finally {
        running = false;
      }
    });
  const timer = setInterval(run, everyMinutes * 60_000);
  onClose(() => clearInterval(timer));
  run();
}
