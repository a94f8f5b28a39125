import type { JsonObject } from "../../lib/sync/types";
import { DEFAULT_DIALS, type Dials } from "../kit/dials";
import { FaultyDials } from "../kit/faults";
import type { History } from "../kit/history";
import { startServer } from "../kit/http";
import type { TenantContext } from "./answers";
import { bulkRoutes } from "./bulk-routes";
import { Directory } from "./directory";
import { fieldRoutes } from "./field-routes";
import { oauthRoutes } from "./oauth-routes";
import { type CidaasSeed, People } from "./people";
import { renderSnapshot } from "./profile";
import { searchRoutes } from "./search-routes";
import { simulatorRoutes } from "./simulator-routes";
import { TokenIssuer } from "./tokens";
import { userRoutes } from "./user-routes";
import { webhookRoutes } from "./webhook-routes";
import { WebhookSender } from "./webhook-sender";
import { parseWebhook, WebhookRegistry, type WebhookSetup } from "./webhooks";

export type { CidaasSeed } from "./people";
export type { WebhookSetup } from "./webhooks";

/** A webhook's tokens of `CIDAAS_OAUTH2` live so long, in seconds. */
const WEBHOOK_TOKEN_LIFETIME = 3600;

export interface TenantOptions {
  /** Default `127.0.0.1`. */
  host?: string;
  /** 0, the default, picks a free port. */
  port?: number;
  history: History;
  clientId?: string;
  clientSecret?: string;
  /** Sets the dial of that name. */
  migrationMode?: boolean;
  /** The webhook to start with; more can be registered. */
  webhook?: WebhookSetup | null;
  users?: CidaasSeed[];
  /** Service that verifies passwords of `CUSTOM…` algorithms; without one they open nothing. */
  verificationUrl?: string | null;
  dials?: Partial<Dials>;
  /** Factor on the 1, 5 and 10 minutes of webhook repetition; default 1. */
  timeScale?: number;
  now?: () => number;
}

export interface RunningTenant {
  url: string;
  dials(): Readonly<Dials>;
  setDials(dials: Partial<Dials>): void;
  /** Registers one more webhook, or changes the one of this id. Returns its id. */
  setWebhook(setup: WebhookSetup, id?: string): string;
  /** All users in the normal form of `lib/cidaas`; not to be changed. */
  snapshot(): JsonObject[];
  userCount(): number;
  /** A user's own edit in flat form: what is left out stays, null clears. Fires events. */
  edit(sub: string, patch: JsonObject): void;
  /** Self registration; `password` in the clear is allowed. Returns the sub. */
  register(user: CidaasSeed): string;
  changePassword(sub: string, password: string): void;
  /** Deletes a user, as the user asked for. */
  remove(sub: string): void;
  /** The sub of the user whose password this is; null when the login fails, and for `CUSTOM…`, which `POST /simulator/login` knows. */
  login(identifier: string, password: string): string | null;
  /** Makes all access tokens invalid, so that the next call is answered 401. */
  revokeTokens(): void;
  /** Webhook calls that are neither delivered nor lost. */
  pendingWebhooks(): number;
  /** Requests so far per `METHOD /path`, paths as routes name them. */
  calls(): Record<string, number>;
  close(): Promise<void>;
}

/** Starts a simulated cidaas tenant. Rejects when it cannot listen, or with `EDIT_REFUSED` for an invalid user. */
export async function startTenant(options: TenantOptions): Promise<RunningTenant> {
  const { history, now = Date.now, timeScale = 1 } = options;
  const migrationMode = options.migrationMode ?? options.dials?.migrationMode ?? DEFAULT_DIALS.migrationMode;
  const dials = new FaultyDials({ ...DEFAULT_DIALS, ...options.dials, migrationMode });
  const tokens = await TokenIssuer.create(now);
  const registry = new WebhookRegistry(now);
  let issuer = "";

  const sender = new WebhookSender({
    registry,
    dials,
    history,
    now,
    timeScale,
    accessToken: (clientId, scopes) => tokens.issue({ issuer, clientId, scopes, lifetime: WEBHOOK_TOKEN_LIFETIME }),
  });
  const directory = new Directory({ dials, history, sender, now });
  const people = new People(directory, options.verificationUrl ?? null);
  const context: TenantContext = {
    directory,
    tokens,
    client: { id: options.clientId ?? "simulator-client", secret: options.clientSecret ?? "simulator-secret" },
    issuer: () => issuer,
  };
  for (const user of options.users ?? []) people.seed(user);
  if (options.webhook) registry.save(parseWebhook(options.webhook));

  const server = await startServer({
    host: options.host ?? "127.0.0.1",
    port: options.port ?? 0,
    routes: [
      ...oauthRoutes(context),
      ...bulkRoutes(context),
      ...userRoutes(context),
      ...searchRoutes(context),
      ...fieldRoutes(context),
      ...webhookRoutes(context, registry),
      ...simulatorRoutes(directory, people, history),
    ],
    before: (request) => dials.meet(request),
    after: (request) => dials.holdAnswer(request),
  });
  issuer = server.url;

  return {
    url: server.url,
    dials: () => dials.dials,
    setDials: (partial) => dials.set(partial),
    setWebhook: (setup, id) => registry.save(parseWebhook(setup), id).webhook._id,
    snapshot: () => directory.accounts.list().map(renderSnapshot),
    userCount: () => directory.accounts.count(),
    edit: (sub, patch) => people.edit(sub, patch),
    register: (user) => people.register(user),
    changePassword: (sub, password) => people.changePassword(sub, password),
    remove: (sub) => people.remove(sub),
    login: (identifier, password) => people.login(identifier, password),
    revokeTokens: () => tokens.revokeAll(),
    pendingWebhooks: () => sender.pending,
    calls: () => server.calls(),
    async close() {
      sender.close();
      await server.close();
    },
  };
}
