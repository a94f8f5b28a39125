import { randomUUID } from "node:crypto";
import { SyncError } from "../../lib/errors";
import type { JsonObject } from "../../lib/sync/types";
import { isObject } from "./account";

export type WebhookAuthType = "APIKEY" | "TOTP" | "CIDAAS_OAUTH2";
export type Placement = "header" | "query";

/** One webhook as the registration interface takes it. */
export interface WebhookSetup {
  url: string;
  /** Default `APIKEY`. */
  auth_type?: WebhookAuthType;
  /** Names of the events to send; empty or missing: all. */
  events?: string[];
  apikeyDetails?: { apikey: string; apikey_placeholder: string; apikey_placement: Placement };
  totpDetails?: { totpkey: string; totp_placeholder: string; totp_placement: Placement };
  /** `scopes`: those of the access token sent along; the platform takes them from the app. */
  cidaasAuthDetails?: { client_id: string; scopes?: string[] };
  disable?: boolean;
}

export interface Webhook extends WebhookSetup {
  _id: string;
  auth_type: WebhookAuthType;
  createdTime: string;
  updatedTime: string;
}

const MAX_WEBHOOKS = 20;
const DEFAULT_KEY = {
  apikey: "simulator-webhook-key",
  apikey_placeholder: "x-api-key",
  apikey_placement: "header",
} as const;
const PLACEHOLDER = /^[a-z-]+$/;

/** The webhooks of the tenant: at most 20, and no two with one URL. */
export class WebhookRegistry {
  readonly #webhooks = new Map<string, Webhook>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Creates a webhook, or updates the one whose `_id` is given. Throws `WEBHOOK_REFUSED` with what is wrong. */
  save(setup: WebhookSetup, id?: string): { webhook: Webhook; created: boolean } {
    const existing = id === undefined ? undefined : this.#webhooks.get(id);
    if (existing === undefined && this.#webhooks.size >= MAX_WEBHOOKS) throw refusal("there are 20 webhooks already");
    const twin = [...this.#webhooks.values()].find((webhook) => webhook.url === setup.url);
    if (twin !== undefined && twin._id !== existing?._id) throw refusal("the URL is used by another webhook");
    const now = new Date(this.#now()).toISOString();
    const webhook: Webhook = {
      apikeyDetails: DEFAULT_KEY,
      ...setup,
      _id: existing?._id ?? id ?? randomUUID(),
      auth_type: setup.auth_type ?? "APIKEY",
      createdTime: existing?.createdTime ?? now,
      updatedTime: now,
    };
    this.#webhooks.set(webhook._id, webhook);
    return { webhook, created: existing === undefined };
  }

  get(id: string): Webhook | undefined {
    return this.#webhooks.get(id);
  }

  remove(id: string): boolean {
    return this.#webhooks.delete(id);
  }

  list(): Webhook[] {
    return [...this.#webhooks.values()];
  }

  /** The webhooks that want an event. */
  for(eventtype: string): Webhook[] {
    return this.list().filter(
      ({ disable, events = [] }) => disable !== true && (events.length === 0 || events.includes(eventtype)),
    );
  }
}

function refusal(reason: string): SyncError {
  return new SyncError("WEBHOOK_REFUSED", `Change the webhook: ${reason}.`);
}

/** Reads a webhook out of JSON. Throws `WEBHOOK_REFUSED` with what is wrong. */
export function parseWebhook(value: unknown): WebhookSetup {
  if (!isObject(value)) throw refusal("it has to be an object");
  const { url, auth_type: authType = "APIKEY", events = [], disable = false } = value;
  if (typeof url !== "string" || !/^https?:/.test(url) || !URL.canParse(url)) throw refusal("url is no http(s) URL");
  if (authType !== "APIKEY" && authType !== "TOTP" && authType !== "CIDAAS_OAUTH2") throw refusal("unknown auth_type");
  if (!isTexts(events)) throw refusal("events is no list of texts");
  if (typeof disable !== "boolean") throw refusal("disable is not true or false");
  const setup: WebhookSetup = { url, auth_type: authType, events, disable };
  if (isObject(value.apikeyDetails)) {
    const { apikey, apikey_placeholder, apikey_placement } = value.apikeyDetails;
    setup.apikeyDetails = {
      apikey: checkText(apikey),
      apikey_placeholder: checkPlaceholder(apikey_placeholder),
      apikey_placement: checkPlacement(apikey_placement),
    };
  }
  if (isObject(value.totpDetails)) {
    const { totpkey, totp_placeholder, totp_placement } = value.totpDetails;
    setup.totpDetails = {
      totpkey: checkText(totpkey),
      totp_placeholder: checkPlaceholder(totp_placeholder),
      totp_placement: checkPlacement(totp_placement),
    };
  }
  if (isObject(value.cidaasAuthDetails)) {
    const { client_id, scopes = [] } = value.cidaasAuthDetails;
    if (!isTexts(scopes)) throw refusal("scopes is no list of texts");
    setup.cidaasAuthDetails = { client_id: checkText(client_id), scopes };
  }
  if (authType === "TOTP" && setup.totpDetails === undefined) throw refusal("totpDetails is missing");
  if (authType === "CIDAAS_OAUTH2" && setup.cidaasAuthDetails === undefined) {
    throw refusal("cidaasAuthDetails is missing");
  }
  return setup;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function checkText(value: unknown): string {
  if (typeof value !== "string" || value === "") throw refusal("a key or client_id is missing");
  return value;
}

function checkPlaceholder(value: unknown): string {
  if (typeof value !== "string" || !PLACEHOLDER.test(value)) throw refusal("invalid placeholder");
  return value;
}

function checkPlacement(value: unknown): Placement {
  if (value !== "header" && value !== "query") throw refusal("placement is not header or query");
  return value;
}

/** A webhook as the registration interface answers it. */
export function renderWebhook(webhook: Webhook): JsonObject {
  const { apikeyDetails, totpDetails, cidaasAuthDetails } = webhook;
  return {
    _id: webhook._id,
    auth_type: webhook.auth_type,
    url: webhook.url,
    events: webhook.events ?? [],
    ...(apikeyDetails === undefined ? {} : { apikeyDetails: { ...apikeyDetails } }),
    ...(totpDetails === undefined ? {} : { totpDetails: { ...totpDetails } }),
    ...(cidaasAuthDetails === undefined ? {} : { cidaasAuthDetails: { client_id: cidaasAuthDetails.client_id } }),
    disable: webhook.disable ?? false,
    createdTime: webhook.createdTime,
    updatedTime: webhook.updatedTime,
  };
}
