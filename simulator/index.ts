import type { Dials } from "./kit/dials";
import { History } from "./kit/history";
import { DEFAULT_LEGACY_KEY, type EventReceiver, type RunningLegacy, startLegacy } from "./legacy/legacy";
import { type RunningTenant, startTenant, type TenantOptions } from "./tenant/tenant";
import { type RunningWeb, startWeb } from "./web/web";

export type { Dials } from "./kit/dials";
export type { History, HistoryEntry } from "./kit/history";
export type { EventReceiver, LegacyPatch, LegacyUser, RunningLegacy } from "./legacy/legacy";
export { DEFAULT_LEGACY_KEY, startPassword } from "./legacy/legacy";
export type { RunningTenant } from "./tenant/tenant";

export interface SimulatorOptions {
  /** Default 127.0.0.1. */
  host?: string;
  /** Ports: 0, the default, picks a free one. */
  tenantPort?: number;
  legacyPort?: number;
  /** Null, the default, serves no page. */
  webPort?: number | null;
  tenant?: Pick<TenantOptions, "clientId" | "clientSecret" | "migrationMode" | "webhook" | "users" | "verificationUrl">;
  legacy?: {
    /** Path of the SQLite file, or `:memory:`, the default. */
    database?: string;
    apiKey?: string;
    /** Users made up when the table is empty. */
    users?: number;
    events?: EventReceiver | null;
  };
  /** Dials of both systems to begin with; `setDials` of each changes them apart. */
  dials?: Partial<Dials>;
  /** Factor on the times between repetitions of webhooks and events; 1 = the real minutes. */
  timeScale?: number;
}

export interface RunningSimulator {
  tenant: RunningTenant;
  legacy: RunningLegacy;
  web: RunningWeb | null;
  /** What happened to users in both systems, in one order. */
  history: History;
  close(): Promise<void>;
}

/** Starts a cidaas tenant, a legacy user system, and the page over both. Rejects, with nothing left running, when one cannot start. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<RunningSimulator> {
  const history = new History();
  const started: { close(): Promise<void> }[] = [];
  const shared = {
    history,
    host: options.host ?? "127.0.0.1",
    dials: options.dials ?? {},
    timeScale: options.timeScale ?? 1,
  };

  function kept<T extends { close(): Promise<void> }>(part: T): T {
    started.push(part);
    return part;
  }

  async function close(): Promise<void> {
    for (const part of started.splice(0).reverse()) await part.close();
  }

  try {
    const tenant = kept(await startTenant({ ...shared, port: options.tenantPort ?? 0, ...options.tenant }));
    const legacy = kept(
      await startLegacy({ ...shared, port: options.legacyPort ?? 0, apiKey: DEFAULT_LEGACY_KEY, ...options.legacy }),
    );
    const port = options.webPort ?? null;
    const web = port === null ? null : kept(await startWeb({ host: shared.host, port, tenant, legacy, history }));
    return { tenant, legacy, web, history, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}
