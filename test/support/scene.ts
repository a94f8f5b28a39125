import type { Suite } from "mocha";
import type { Json, JsonObject, Lane } from "../../lib/sync/types";
import { readAll } from "../../scripts/chaos/admin";
import { compareSides } from "../../scripts/demo/compare";
import { type Demo, type DemoOptions, flowEnvironment, startDemo, WEBHOOK_KEY } from "../../scripts/demo/processes";
import { look } from "../../scripts/demo/quiet";
import type { HistoryEntry } from "../../simulator";
import { DEFAULT_DIALS } from "../../simulator/kit/dials";
import { at } from "./answers";
import { type FlowNode, findNode, loadExample, withProperties } from "./flows";
import { waitFor } from "./wait-for";

/** Clocks closer than this are taken for equal, seconds. */
export const TOLERANCE_S = 1;
/** Longer than that: what comes so much later is newer for sure, ms. */
export const APART_MS = TOLERANCE_S * 1000 + 300;
const EXAMPLE = loadExample("3 two-way sync");
const CALM_LOOKS = 4;
const LOOK_EVERY_MS = 30;
const WITHIN_MS = 20_000;
const SCENARIO_MS = 60_000;
const LANES: readonly Lane[] = ["to-legacy", "to-cidaas"];

/** A user whom both sides have, as one person. */
export interface Pair {
  legacyId: string;
  sub: string;
}

/** The two-way example as the scenarios need it: small waits, and a lease that a test can wait for. */
export function sceneFlow(properties: Record<string, Record<string, Json>> = {}): FlowNode[] {
  const own: Record<string, Record<string, Json>> = {
    "user-sync": { clockTolerance: TOLERANCE_S },
    "user-sync-store": { leaseSeconds: 5 },
    "bulk-batcher": { waitMs: 30 },
  };
  for (const [type, changed] of Object.entries(properties)) own[type] = { ...own[type], ...changed };
  return Object.entries(own).reduce(
    (flow, [type, changed]) => withProperties(flow, findNode(EXAMPLE, type).id, changed),
    EXAMPLE,
  );
}

/**
 * Gives the scenarios of a suite their scene, calm again for each of them: one for all, or one per scenario where it is
 * spoilt by what they do. Resolve it inside of a scenario only.
 */
export function withScene(suite: Suite, { each = false, ...options }: Partial<DemoOptions> & { each?: boolean } = {}) {
  let scene: Scene | undefined;
  const start = async () => {
    scene = await Scene.start(options);
  };
  const close = () => scene?.close();
  suite.timeout(SCENARIO_MS);
  if (each) {
    suite.beforeEach(start);
    suite.afterEach(close);
  } else {
    suite.beforeAll(start);
    suite.afterAll(close);
    suite.afterEach(() => scene?.calmDown());
  }
  return (): Scene => {
    if (!scene) throw new Error("The scene has not started.");
    return scene;
  };
}

/** The rules of the example, some of them with other properties. */
export function sceneRules(changes: Record<string, JsonObject>): JsonObject[] {
  const rules = at(findNode(EXAMPLE, "user-sync"), "rules");
  if (!Array.isArray(rules)) throw new Error("The example has no rules");
  return rules.map((rule) => ({ ...Object(rule), ...changes[String(at(rule, "id"))] }));
}

/**
 * Two simulated systems and a real Node-RED between them, for many scenarios one after the other. Each has its own users
 * and is judged by what the two systems hold and by what the admin API says of these users.
 */
export class Scene {
  readonly demo: Demo;
  #people = 0;

  private constructor(demo: Demo) {
    this.demo = demo;
  }

  static async start(options: Partial<DemoOptions> = {}): Promise<Scene> {
    const common = { users: 0, port: null, page: false, timeScale: 0.01, flow: sceneFlow() };
    return new Scene(await startDemo({ ...common, ...options }));
  }

  close(): Promise<void> {
    return this.demo.close();
  }

  get tenant() {
    return this.demo.simulator.tenant;
  }

  get legacy() {
    return this.demo.simulator.legacy;
  }

  /** An e-mail that no other scenario has. */
  email(): string {
    this.#people += 1;
    return `person${this.#people}@example.org`;
  }

  /** A person born in the legacy system whom cidaas has too, at rest. */
  async pair(fields: JsonObject = {}): Promise<Pair> {
    const email = this.email();
    const legacyId = this.createLegacy(email, fields);
    const sub = await this.until(() => this.subOf(legacyId), "the user to be in cidaas");
    await this.quiet();
    return { legacyId, sub };
  }

  createLegacy(email: string, fields: JsonObject = {}): string {
    return this.legacy.create({
      email,
      email_verified: 1,
      first_name: "Lea",
      last_name: "Lang",
      city: "Ulm",
      ...fields,
    });
  }

  registerCidaas(email: string, fields: JsonObject = {}): string {
    const usual = { email_verified: true, given_name: "Lea", family_name: "Lang" };
    return this.tenant.register({ email, ...usual, ...fields });
  }

  subOf(legacyId: string): string | null {
    const user = this.tenant.snapshot().find((one) => at(one, "customFields.legacy_id") === legacyId);
    return typeof user?.sub === "string" ? user.sub : null;
  }

  /** The user of cidaas, empty when there is none. */
  inCidaas(sub: string): JsonObject {
    return this.tenant.snapshot().find((one) => one.sub === sub) ?? {};
  }

  /** The record of the legacy system, empty when there is none. */
  inLegacy(legacyId: string): JsonObject {
    return { ...this.legacy.snapshot().find(({ id }) => String(id) === legacyId) };
  }

  /** The city of a person on both sides: cidaas, then legacy. */
  cities({ sub, legacyId }: Pair): Json[] {
    return [at(this.inCidaas(sub), "address.locality"), at(this.inLegacy(legacyId), "city")];
  }

  /** In what the two sides of these people differ, as sentences. */
  differences(...pairs: Pair[]): string[] {
    const users = pairs.map(({ sub }) => this.inCidaas(sub));
    const records = pairs.map(({ legacyId }) => this.inLegacy(legacyId));
    const found = compareSides(users, records);
    return found.map(({ field, cidaas, legacy }) => `${field}: "${cidaas}" in cidaas, "${legacy}" in legacy`);
  }

  /** Now, in the history of both systems, for `writesSince`. */
  get moment(): number {
    return this.demo.simulator.history.entries().length;
  }

  /** What the sync wrote to either side of a person since a moment: the system, and what happened. */
  writesSince(moment: number, pair: Partial<Pair>): string[] {
    const own = ({ by, kind, id }: HistoryEntry) =>
      by === "sync" && kind !== "event" && (id === pair.sub || id === pair.legacyId);
    return this.demo.simulator.history
      .since(moment)
      .filter(own)
      .map(({ system, kind, fields }) => `${system} ${kind} ${Object.keys(fields).sort().join(" ")}`.trim());
  }

  /** The conflicts recorded of a person. */
  async conflicts(pair: Partial<Pair>): Promise<JsonObject[]> {
    return (await readAll(this.demo.nodeRed, "conflicts")).filter((one) => isAbout(one, pair));
  }

  /** Codes with which somebody is parked. */
  async parked(pair: Partial<Pair>): Promise<string[]> {
    const items = (await readAll(this.demo.nodeRed, "parked")).filter((one) => isAbout(one, pair));
    return items.map(({ lane, code }) => `${lane} ${code}`).sort();
  }

  /** Holds both lanes while something happens; they go on in the order given. */
  async hold(happens: () => unknown, lanes: readonly Lane[] = LANES): Promise<void> {
    for (const lane of lanes) await this.#operate("pause", { lane, reason: "for the test" });
    await happens();
    await this.until(() => this.#unsent() === 0, "all events to be taken");
    for (const lane of lanes) await this.#operate("resume", { lane });
  }

  #operate(call: string, body: JsonObject): Promise<unknown> {
    return this.demo.nodeRed.request("POST", `/user-sync/users/${call}`, body);
  }

  /** An event of the legacy system that the test makes up or repeats; it is taken when this resolves. */
  async legacyEvent(user: JsonObject, event: JsonObject = {}): Promise<void> {
    const key = String(flowEnvironment(this.demo.simulator).LEGACY_EVENTS_KEY);
    await this.#post("/legacy/events", key, { event: "user.updated", ...event, user });
  }

  /** A webhook that the test makes up or repeats; it is taken when this resolves. */
  async webhook(sub: string, time: number, eventtype = "ACCOUNT_MODIFIED"): Promise<void> {
    const createTime = new Date(time).toISOString();
    const body = { eventtype, createTime, objectType: "users", objectId: sub, client_id: "" };
    await this.#post("/cidaas/events", WEBHOOK_KEY, body);
  }

  async #post(path: string, key: string, body: JsonObject): Promise<void> {
    const headers = { "content-type": "application/json", "x-api-key": key };
    const answer = await fetch(this.demo.nodeRed.url + path, { method: "POST", headers, body: JSON.stringify(body) });
    await answer.arrayBuffer();
    if (answer.status !== 200) throw new Error(`${path} was answered ${answer.status}`);
  }

  /** What happens in here is told to nobody: its events are lost. */
  silently<T>(happens: () => T): T {
    for (const system of [this.tenant, this.legacy]) system.setDials({ rateLostEvent: 1 });
    try {
      return happens();
    } finally {
      for (const system of [this.tenant, this.legacy]) system.setDials({ rateLostEvent: 0 });
    }
  }

  /** Sets the dials of both systems back. */
  calmDown(): void {
    for (const system of [this.tenant, this.legacy]) system.setDials(DEFAULT_DIALS);
  }

  /** The number of requests that a system had for an endpoint, such as `PATCH /users/:id`. */
  calls(system: "tenant" | "legacy", endpoint: string): number {
    return this.demo.simulator[system].calls()[endpoint] ?? 0;
  }

  /** Waits for the next request that a system gets for an endpoint. */
  async nextCall(system: "tenant" | "legacy", endpoint: string): Promise<void> {
    const before = this.calls(system, endpoint);
    await this.until(() => this.calls(system, endpoint) > before, `a call of ${endpoint}`);
  }

  /** Lets so much time pass on the clocks of both systems. */
  async pass(ms: number): Promise<void> {
    const end = Date.now() + ms;
    await this.until(() => Date.now() >= end, "time to pass");
  }

  until<T>(condition: () => T | false | null | Promise<T | false | null>, what: string): Promise<T> {
    return waitFor(condition, {
      timeoutMs: WITHIN_MS,
      what,
      everyMs: 5,
      seen: () => this.demo.nodeRed.logs.slice(-2000),
    });
  }

  /** Waits until nothing waits, nothing is in flight and no system has anything to send, several times in a row. */
  async quiet(): Promise<void> {
    let calm = 0;
    let last: unknown = null;
    let happened = -1;
    const isQuiet = async () => {
      const view = await look(this.demo);
      const busy = LANES.some((lane) => view.status.lanes[lane].waiting + view.status.lanes[lane].inFlight > 0);
      calm = !busy && view.unsent === 0 && view.happened === happened ? calm + 1 : 0;
      happened = view.happened;
      last = view;
      return calm >= CALM_LOOKS;
    };
    await waitFor(isQuiet, {
      timeoutMs: WITHIN_MS,
      what: "both sides to be quiet",
      everyMs: LOOK_EVERY_MS,
      seen: () => last,
    });
  }

  #unsent(): number {
    return this.tenant.pendingWebhooks() + this.legacy.pendingEvents();
  }
}

function isAbout(item: JsonObject, { sub, legacyId }: Partial<Pair>): boolean {
  return (sub !== undefined && item.sub === sub) || (legacyId !== undefined && item.legacyId === legacyId);
}
