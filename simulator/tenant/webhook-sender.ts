import type { JsonObject } from "../../lib/sync/types";
import type { FaultyDials } from "../kit/faults";
import type { History } from "../kit/history";
import { totpCode } from "./totp";
import type { Webhook, WebhookRegistry } from "./webhooks";

/** A failed call is repeated after these times, in milliseconds; then the event is lost. */
const REPEAT_AFTER_MS = [60_000, 300_000, 600_000];
/** Calls under way at once. */
const MAX_CONCURRENT = 16;
/** A receiver that takes longer has failed; the real limit is not documented. */
const CALL_TIMEOUT_MS = 10_000;
/** With the dial `reorderEvents` an event leaves up to so much later. */
const REORDER_SPREAD_MS = 200;

interface Delivery {
  webhookId: string;
  eventtype: string;
  sub: string;
  body: JsonObject;
  failures: number;
}

interface SenderParts {
  registry: WebhookRegistry;
  dials: FaultyDials;
  history: History;
  now: () => number;
  /** Factor on the times of repetition. */
  timeScale: number;
  /** An access token for the app of a webhook with `CIDAAS_OAUTH2`. */
  accessToken: (clientId: string, scopes: string[]) => Promise<string>;
}

/**
 * Sends one event per call. First attempts for one user leave in the order of the edits unless the dial `reorderEvents`
 * says otherwise; repetitions overtake nothing and hold nothing up. Only the status 200 counts as delivered.
 */
export class WebhookSender {
  readonly #parts: SenderParts;
  readonly #ready = new Set<Delivery>();
  readonly #busy = new Set<string>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #closing = new AbortController();
  #underWay = 0;

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  /** Deliveries that are neither done nor lost. */
  get pending(): number {
    return this.#ready.size + this.#underWay + this.#timers.size;
  }

  /** Queues an event for every webhook that wants it. */
  emit(body: JsonObject): void {
    const { registry, dials } = this.#parts;
    const eventtype = `${body.eventtype}`;
    const sub = `${body.objectId}`;
    this.#record(sub, { ...body });
    for (const { _id: webhookId } of registry.for(eventtype)) {
      if (dials.random.chance(dials.dials.rateLostEvent)) {
        this.#record(sub, { eventtype, lost: "never sent" });
        continue;
      }
      const copies = dials.random.chance(dials.dials.rateDuplicateEvent) ? 2 : 1;
      for (let copy = 0; copy < copies; copy++) this.#queue({ webhookId, eventtype, sub, body, failures: 0 });
    }
  }

  /** Drops what is pending and breaks off the calls under way. */
  close(): void {
    this.#closing.abort();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#ready.clear();
  }

  #queue(delivery: Delivery): void {
    const { eventDelayMs, reorderEvents } = this.#parts.dials.dials;
    const spread = reorderEvents ? this.#parts.dials.random.next() * REORDER_SPREAD_MS : 0;
    this.#later(delivery, eventDelayMs + spread);
  }

  #later(delivery: Delivery, delayMs: number): void {
    if (this.#closing.signal.aborted) return;
    if (delayMs === 0) {
      this.#ready.add(delivery);
      // After the answer to the edit, which a receiver may depend on, and all events of one edit at once.
      setImmediate(() => this.#pump());
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#ready.add(delivery);
      this.#pump();
    }, delayMs);
    this.#timers.add(timer);
  }

  #pump(): void {
    for (const delivery of this.#ready) {
      if (this.#underWay >= MAX_CONCURRENT) return;
      const key = this.#parts.dials.dials.reorderEvents ? null : `${delivery.webhookId} ${delivery.sub}`;
      if (key !== null && this.#busy.has(key)) continue;
      this.#ready.delete(delivery);
      if (key !== null) this.#busy.add(key);
      this.#underWay++;
      void this.#deliver(delivery).finally(() => {
        this.#underWay--;
        if (key !== null) this.#busy.delete(key);
        this.#pump();
      });
    }
  }

  async #deliver(delivery: Delivery): Promise<void> {
    const webhook = this.#parts.registry.get(delivery.webhookId);
    if (webhook === undefined) return;
    if ((await this.#call(webhook, delivery.body)) || this.#closing.signal.aborted) return;
    const repeatAfter = REPEAT_AFTER_MS[delivery.failures];
    if (repeatAfter === undefined) {
      this.#record(delivery.sub, { eventtype: delivery.eventtype, lost: "no repetition left" });
    } else {
      this.#later({ ...delivery, failures: delivery.failures + 1 }, repeatAfter * this.#parts.timeScale);
    }
  }

  /** Whether the receiver answered 200. */
  async #call(webhook: Webhook, body: JsonObject): Promise<boolean> {
    try {
      const { url, headers } = await this.#authenticate(webhook);
      const response = await fetch(url, {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: JSON.stringify(body),
        redirect: "manual",
        signal: AbortSignal.any([this.#closing.signal, AbortSignal.timeout(CALL_TIMEOUT_MS)]),
      });
      await response.arrayBuffer();
      return response.status === 200;
    } catch {
      return false;
    }
  }

  async #authenticate(webhook: Webhook): Promise<{ url: URL; headers: Record<string, string> }> {
    const url = new URL(webhook.url);
    const headers: Record<string, string> = {};
    const { apikeyDetails, totpDetails, cidaasAuthDetails } = webhook;
    if (webhook.auth_type === "APIKEY" && apikeyDetails !== undefined) {
      const { apikey, apikey_placeholder: name, apikey_placement: placement } = apikeyDetails;
      if (placement === "header") headers[name] = apikey;
      else url.searchParams.set(name, apikey);
    }
    if (webhook.auth_type === "TOTP" && totpDetails !== undefined) {
      const { totpkey, totp_placeholder: name, totp_placement: placement } = totpDetails;
      const code = totpCode(totpkey, this.#parts.now());
      if (placement === "header") headers[name] = code;
      else url.searchParams.set(name, code);
    }
    if (webhook.auth_type === "CIDAAS_OAUTH2" && cidaasAuthDetails !== undefined) {
      const { client_id: clientId, scopes = [] } = cidaasAuthDetails;
      headers.authorization = `Bearer ${await this.#parts.accessToken(clientId, scopes)}`;
    }
    return { url, headers };
  }

  #record(sub: string, fields: JsonObject): void {
    this.#parts.history.append({
      at: this.#parts.now(),
      system: "cidaas",
      id: sub,
      kind: "event",
      by: "system",
      fields,
    });
  }
}
