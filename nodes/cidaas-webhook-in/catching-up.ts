import { catchUp } from "../../lib/cidaas/catch-up";
import { adoptedFrom } from "../../lib/cidaas/gate";
import type { CidaasUser } from "../../lib/cidaas/types";
import { untilClosed } from "../shared/closable-pages";
import type { Opening, SyncNode } from "../shared/sync-node";

/** Catches up with lost webhooks at once and then every so many minutes; 0 never. A failed run is tried at the next. */
export function keepCatchingUp(node: SyncNode, { sync, closing, onClose }: Opening, everyMinutes: number): void {
  if (everyMinutes === 0) return;
  const { store, now } = sync.context;
  const { tenant } = sync.tenant;
  const pages: typeof tenant.readAll = (options) => untilClosed(tenant.readAll(options), closing);
  let running = false;
  const run = () =>
    node.runAside(async () => {
      if (running) return;
      running = true;
      try {
        const toAdopted = (user: CidaasUser) => adoptedFrom(sync.context, user);
        await catchUp({ tenant: { readAll: pages }, store, toAdopted, now });
      } finally {
        running = false;
      }
    });
  const timer = setInterval(run, everyMinutes * 60_000);
  onClose(() => clearInterval(timer));
  run();
}
