import type { Express, Request, Response } from "express";
import type { NodeAPI } from "node-red";
import { ConfigError, toSyncError } from "../../lib/errors";
import { type HttpSettings, type Middleware, parseHttpSettings } from "./http-settings";
import { readBody } from "./request-body";

export interface Receiver {
  /** Whom to name when a second node wants the path. */
  name: string;
  /** Whether the caller may send at all; runs before the body is looked at. */
  authenticate(request: Request): Promise<boolean>;
  /** Takes a parsed body and gives the answer. */
  receive(body: unknown): Promise<{ status: number; body: object }>;
}

/**
 * One handler for the webhooks of all nodes, mounted once and never removed: a route of its own for each node would
 * outlive the node, and the core http-in node removes every route of its path when it closes.
 */
class Dispatcher {
  readonly #settings: HttpSettings;
  readonly #receivers = new Map<string, Receiver>();
  /** The nodes that receive, or will, by id. */
  readonly #expected = new Map<string, { path: string; isThere(): boolean }>();

  constructor(settings: HttpSettings) {
    this.#settings = settings;
  }

  /**
   * On this path the sender is asked to repeat until the node is open, for as long as it is there; null for a node that
   * takes no webhooks.
   */
  expect(nodeId: string, path: unknown, isThere: () => boolean): void {
    if (typeof path === "string" && path.startsWith("/")) this.#expected.set(nodeId, { path, isThere });
    else this.#expected.delete(nodeId);
  }

  /** Opens a path. Returns the way to close it; throws `DUPLICATE_PATH`, which names the first node. */
  register(path: string, receiver: Receiver): () => void {
    const first = this.#receivers.get(path);
    if (first) {
      throw new ConfigError(
        "DUPLICATE_PATH",
        `path: ${path} is already served by the node ${first.name}. Choose another path.`,
      );
    }
    this.#receivers.set(path, receiver);
    return () => void this.#receivers.delete(path);
  }

  async handle(request: Request, response: Response, next: () => void): Promise<void> {
    const receiver = this.#receivers.get(request.path);
    if (!receiver) {
      if (this.#isExpected(request.path))
        response.status(503).json({ error: "The receiver is not open; please repeat." });
      else next();
      return;
    }
    for (const middleware of this.#settings.middleware) await pass(middleware, request, response);
    if (request.method !== "POST") {
      response.status(405).set("Allow", "POST").json({ error: "Only POST is taken here." });
      return;
    }
    if (!(await receiver.authenticate(request))) {
      response.status(401).json({ error: "The key, code or token is missing or wrong." });
      return;
    }
    const body = await readBody(request, this.#settings.bodyLimit);
    if (!body.ok) {
      response.status(body.status).json({ error: body.reason });
      return;
    }
    const answer = await receiver.receive(body.value);
    response.status(answer.status).json(answer.body);
  }

  /** Forgets nodes that were deleted: one that was disabled before is not told of it. */
  #isExpected(path: string): boolean {
    for (const [id, expected] of this.#expected) {
      if (expected.path !== path) continue;
      if (expected.isThere()) return true;
      this.#expected.delete(id);
    }
    return false;
  }
}

const dispatchers = new WeakMap<Express, Dispatcher>();

/** The dispatcher of this web application, mounted at the first call. */
export function dispatcherOf({ httpNode, settings }: NodeAPI): Dispatcher {
  const existing = dispatchers.get(httpNode);
  if (existing) return existing;
  const dispatcher = new Dispatcher(parseHttpSettings(settings));
  dispatchers.set(httpNode, dispatcher);
  httpNode.use((request, response, next) => {
    dispatcher.handle(request, response, next).catch((error: unknown) => {
      const { code } = toSyncError(error);
      if (!response.headersSent) response.status(503).json({ error: "Not accepted now; please repeat.", code });
    });
  });
  return dispatcher;
}

/** Resolves when the middleware lets the request go on; one that has answered it never does. */
function pass(middleware: Middleware, request: Request, response: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    middleware(request, response, (error) => (error ? reject(error) : resolve()));
  });
}
