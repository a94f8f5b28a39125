import { type Dials, type RunningSimulator, type SimulatorOptions, startSimulator } from "../../simulator";
import { type FlowNode, findNode, loadExample } from "../../test/support/flows";
import { freePort, NodeRed, type NodeRedOptions } from "../../test/support/node-red";
import { connectSystems, type Systems } from "./systems";

const CLIENT_ID = "simulator-client";
const CLIENT_SECRET = "simulator-secret";
export const WEBHOOK_KEY = "simulator-webhook-key";
const LEGACY_KEY = "simulator-legacy-key";
const EVENTS_KEY = "demo-events-key";

export interface DemoOptions extends Pick<NodeRedOptions, "line" | "userDirectory"> {
  users: number;
  /** Port of Node-RED; null picks a free one. */
  port: number | null;
  /** Whether to serve the page that shows both sides. */
  page: boolean;
  /** Users whom the tenant has already. */
  cidaasUsers?: NonNullable<SimulatorOptions["tenant"]>["users"];
  /** How both systems behave from the start. */
  dials?: Partial<Dials>;
  /** 1 = the real times between repetitions of events. */
  timeScale?: number;
  /** What to deploy instead of the two-way example as it is. */
  flow?: FlowNode[];
  /** Environment variables of the flow besides those of `flowEnvironment`. */
  environment?: Record<string, string>;
}

/** The two simulated systems and, between them, a Node-RED that runs the two-way example. */
export interface Demo {
  simulator: RunningSimulator;
  nodeRed: NodeRed;
  systems: Systems;
  /** Presses "Load all legacy users". */
  load(): Promise<void>;
  /** Ends everything; nothing stays behind. */
  close(): Promise<void>;
}

export async function startDemo(options: DemoOptions): Promise<Demo> {
  const port = await freePort(options.port ?? 0);
  const nodeRedUrl = `http://127.0.0.1:${port}`;
  const simulator = await startSimulator({
    webPort: options.page ? 0 : null,
    tenant: { webhook: webhookSetup(`${nodeRedUrl}/cidaas/events`), users: options.cidaasUsers ?? [] },
    legacy: { users: options.users, events: { url: `${nodeRedUrl}/legacy/events`, key: EVENTS_KEY } },
    dials: options.dials ?? {},
    timeScale: options.timeScale ?? 1,
  });
  const flow = options.flow ?? loadExample("3 two-way sync");
  const nodeRed = await startNodeRed(simulator, port, flow, options).catch(async (error: unknown) => {
    await simulator.close();
    throw error;
  });
  const systems = connectSystems({
    tenantUrl: simulator.tenant.url,
    legacyUrl: simulator.legacy.url,
    legacyKey: LEGACY_KEY,
  });
  return {
    simulator,
    nodeRed,
    systems,
    load: () => nodeRed.inject(findNode(flow, "inject").id),
    async close() {
      await nodeRed.close();
      await simulator.close();
    },
  };
}

/** The environment variables of the examples, pointing to the simulated systems. */
export function flowEnvironment(simulator: RunningSimulator): Record<string, string> {
  return {
    CIDAAS_URL: simulator.tenant.url,
    CIDAAS_CLIENT_ID: CLIENT_ID,
    CIDAAS_CLIENT_SECRET: CLIENT_SECRET,
    CIDAAS_WEBHOOK_SECRET: WEBHOOK_KEY,
    LEGACY_URL: simulator.legacy.url,
    LEGACY_API_KEY: LEGACY_KEY,
    LEGACY_EVENTS_KEY: EVENTS_KEY,
  };
}

async function startNodeRed(
  simulator: RunningSimulator,
  port: number,
  flow: FlowNode[],
  options: DemoOptions,
): Promise<NodeRed> {
  const { line = "5.0", userDirectory } = options;
  const environment = { ...flowEnvironment(simulator), ...options.environment };
  const nodeRed = await NodeRed.start({
    line,
    port,
    environment,
    ...(userDirectory === undefined ? {} : { userDirectory }),
  });
  try {
    await nodeRed.deployFlows(flow);
    return nodeRed;
  } catch (error) {
    await nodeRed.close();
    throw error;
  }
}

function webhookSetup(url: string) {
  return {
    url,
    auth_type: "APIKEY" as const,
    apikeyDetails: { apikey: WEBHOOK_KEY, apikey_placeholder: "x-api-key", apikey_placement: "header" as const },
  };
}
