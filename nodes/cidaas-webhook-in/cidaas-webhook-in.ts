import type { Node, NodeAPI, NodeMessage } from "node-red";
import type { WebhookEvent } from "../../lib/cidaas/types";
import { createWebhookAuthenticator } from "../../lib/cidaas/webhook-auth";
import { isAccountEvent, parseWebhook } from "../../lib/cidaas/webhook-event";
import { ConfigReader } from "../../lib/config";
import { ConfigError, StoreError, toSyncError } from "../../lib/errors";
import type { Lease, Mark } from "../../lib/store/types";
import { emptyChange } from "../../lib/sync/change";
import { opaqueTime } from "../../lib/sync/opaque";
import { ECHO, type Envelope } from "../../lib/sync/types";
import { itemOf } from "../shared/envelope";
import type { SharedSync } from "../shared/hub";
import { laneStatus } from "../shared/lane-status";
import { type Opening, SyncNode, type SyncNodeDef } from "../shared/sync-node";
import { keepTaking, takerOf } from "../shared/taking";
import { keepCatchingUp } from "./catching-up";
import { dispatcherOf } from "./dispatcher";

const LANE = "to-legacy";
const DEFAULT_PATH = "/cidaas/events";

interface WebhookInDef extends SyncNodeDef {
  path?: unknown;
  webhook?: unknown;
}

/** Receives the tenant's webhooks, commits them, and hands the users concerned to the flow, one message each. */
export = function register(RED: NodeAPI): void {
  function CidaasWebhookIn(this: Node, def: WebhookInDef): void {
    RED.nodes.createNode(this, def);
    expectWebhooks(RED, this, def);
    const node: SyncNode = new SyncNode(RED, this, def, async (opening) => {
      const config = parse(def, this.credentials);
      const { context } = opening.sync;
      opening.onClose(opening.hub.claimLane(LANE, this));
      if (config.webhook) receiveWebhooks(RED, this, config, opening);
      const taker = takerOf(node, opening, {
        lane: LANE,
        maxInFlight: config.maxInFlight,
        room: () => config.maxInFlight - context.registry.count(LANE),
        deliver: (leases) => {
          node.run(() => settleUnread(opening.sync, leases));
          this.send([leases.flatMap(messageOf)]);
        },
      });
      await keepTaking(RED, node, opening, taker);
      keepCatchingUp(node, opening, config.catchUpEvery);
      laneStatus(node.status, opening, LANE);
    });
  }

  RED.nodes.registerType("cidaas-webhook-in", CidaasWebhookIn, { credentials: { secret: { type: "password" } } });
};

type Config = ReturnType<typeof parse>;

function parse(def: SyncNodeDef, credentials: unknown) {
  const reader = new ConfigReader(`cidaas-webhook-in ${def.name ?? ""}`.trim(), def);
  const webhook = reader.flag("webhook", true);
  const auth = reader.choice("auth", ["apikey", "totp", "oauth2"], "apikey");
  const path = reader.text("path", DEFAULT_PATH);
  if (!path.startsWith("/")) reader.problem("path", "must begin with /");
  const secrets = reader.section("credentials", credentials);
  const config = {
    webhook,
    path,
    maxInFlight: reader.number("maxInFlight", { default: 16, min: 1, max: 1_000, whole: true }),
    catchUpEvery: reader.number("catchUpEvery", { default: 60, min: 0, max: 10_080 }),
    events: new Set(reader.texts("events")),
    auth:
      auth === "oauth2"
        ? {
            auth,
            oauthClientId: webhook ? reader.text("oauthClientId") : "",
            requiredScopes: reader.text("requiredScopes", "").split(/\s+/).filter(Boolean),
          }
        : {
            auth,
            placement: reader.choice("placement", ["header", "query"], "header"),
            placeholder: reader.text("placeholder", "x-api-key"),
            secret: webhook ? secrets.secret("secret") : "",
          },
  };
  reader.check("WEBHOOK_CONFIG");
  return config;
}

/**
 * Lets the dispatcher answer 503 on the path of this node from now on, for as long as it is part of the flows: while the
 * store opens, while a deploy goes on, and while the node is disabled or not configured.
 */
function expectWebhooks(RED: NodeAPI, { id }: Node, { path, webhook }: WebhookInDef): void {
  if (!RED.httpNode) return;
  dispatcherOf(RED).expect(id, webhook === false ? null : (path ?? DEFAULT_PATH), () => {
    let found = false;
    RED.nodes.eachNode((def) => {
      found ||= def.id === id;
    });
    return found;
  });
}

function receiveWebhooks(RED: NodeAPI, node: Node, config: Config, { sync, onClose }: Opening): void {
  // The setting `httpNodeRoot: false` leaves no application, whatever the type says.
  if (!RED.httpNode) {
    throw new ConfigError(
      "HTTP_NODES_OFF",
      "Node-RED serves no HTTP nodes (httpNodeRoot is false). Switch them on, or switch off webhook in this node.",
    );
  }
  const { config: tenant, http } = sync.tenant;
  const authenticator = createWebhookAuthenticator(config.auth, {
    baseUrl: tenant.baseUrl,
    http,
    now: sync.context.now,
  });
  const unregister = dispatcherOf(RED).register(config.path, {
    name: node.name || node.id,
    authenticate: async ({ headers, query }) => (await authenticator.verify({ headers, query })).ok,
    receive: (body) => accept(sync, config, body),
  });
  onClose(unregister);
}

async function accept(
  { context, tenant, trouble }: SharedSync,
  config: Config,
  body: unknown,
): Promise<{ status: number; body: object }> {
  const parsed = parseWebhook(body);
  if (!parsed.ok) return { status: 400, body: { error: parsed.reason } };
  const { event } = parsed;
  const wanted = config.events.size > 0 ? config.events.has(event.eventtype) : isAccountEvent(event.eventtype);
  if (event.sub === null || !wanted) return { status: 200, body: { accepted: 0, ignored: 1 } };
  try {
    await context.store.mark(LANE, [markOf(event, event.sub, tenant.config.clientId, context.now())]);
    return { status: 200, body: { accepted: 1, ignored: 0 } };
  } catch (error) {
    trouble.note(error);
    const problem = toSyncError(error);
    // 503 makes the tenant repeat; nothing was committed.
    return {
      status: problem instanceof StoreError ? 503 : 500,
      body: { error: "Not accepted now; please repeat.", code: problem.code },
    };
  }
}

function markOf(event: WebhookEvent, sub: string, ownClient: string, now: number): Mark {
  const { createTime, eventtype, clientId } = event;
  const kind = eventtype === "ACCOUNT_DELETED" ? "delete" : "upsert";
  const span = createTime === null ? null : { first: createTime, last: createTime };
  const change = { ...emptyChange(kind, now), span, events: [eventtype] };
  // Our own client brings hashes; nobody changes a password through it. What it did is known, so that it lets edits of
  // people go first.
  if (clientId === ownClient) return { sub, change: { ...change, priority: ECHO } };
  return { sub, change: { ...change, ...opaqueTime(eventtype, createTime, now) } };
}

/** Ends the leases of persons unknown to cidaas: there is nothing to be read. */
async function settleUnread({ context }: SharedSync, leases: readonly Lease[]): Promise<void> {
  const tokens = leases.filter(({ person }) => person.sub === null).map(({ token }) => token);
  if (tokens.length === 0) return;
  await context.store.settle(tokens.map((token) => ({ token, outcome: "unchanged", beforeSender: true })));
  context.registry.drop(tokens);
}

/** The message of one taken person; none for one unknown to cidaas. */
function messageOf(lease: Lease): NodeMessage[] {
  const { person, change } = lease;
  if (person.sub === null) return [];
  const envelope: Envelope = { v: 1, lane: LANE, items: [itemOf(lease)] };
  const payload = { sub: person.sub, events: change.events, lastEventAt: change.span?.last ?? null };
  return [{ topic: change.events.at(-1) ?? "", payload, sync: envelope }];
}
