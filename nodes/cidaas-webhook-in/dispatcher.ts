import type { Express, Request, Response } from "express";
import type { NodeAPI } from "node-red";
import { ConfigError, toSyncError } from "../../lib/errors";
import { isTooDeep } from "../../lib/mapping/depth";

/** An event is a handful of short members; the rest of the size is somebody's mistake or attack. */
const BODY_LIMIT = 256 * 1024;
const BODY_DEPTH = 16;

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
  readonly #receivers = new Map<string, Receiver>();
  /** The nodes that receive, or will, by id. */
  readonly #expected = new Map<string, { path: string; isThere(): boolean }>();

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
    if (request.method !== "POST") {
      response.status(405).set("Allow", "POST").json({ error: "Only POST is taken here." });
      return;
    }
    if (!(await receiver.authenticate(request))) {
      response.status(401).json({ error: "The key, code or token is missing or wrong." });
      return;
    }
    const body = await readBody(request);
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
export function dispatcherOf({ httpNode }: NodeAPI): Dispatcher {
  const existing = dispatchers.get(httpNode);
  if (existing) return existing;
  const dispatcher = new Dispatcher();
  dispatchers.set(httpNode, dispatcher);
  httpNode.use((request, response, next) => {
    dispatcher.handle(request, response, next).catch((error: unknown) => {
      const { code } = toSyncError(error);
      if (!response.headersSent) response.status(503).json({ error: "Not accepted now; please repeat.", code });
    });
  });
  return dispatcher;
}

type Body = { ok: true; value: unknown } | { ok: false; status: number; reason: string };

const NOT_JSON: Body = { ok: false, status: 400, reason: "The body is not JSON." };

async function readBody(request: Request): Promise<Body> {
  if (Number(request.headers["content-length"]) > BODY_LIMIT) return tooLarge();
  // With the editor at "/", Node-RED's own parser has been here before: the stream has ended and would never end again.
  if (request.readableEnded) return checked(parsedBefore(request.body));
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > BODY_LIMIT) return tooLarge();
    chunks.push(chunk);
  }
  return checked(parse(Buffer.concat(chunks).toString("utf8")));
}

/** A parser in front of us leaves an object, a text, or nothing at all for a content type that it does not know. */
function parsedBefore(body: unknown): Body {
  if (typeof body === "string") return parse(body);
  return typeof body === "object" && body !== null ? { ok: true, value: body } : NOT_JSON;
}

function parse(text: string): Body {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return NOT_JSON;
  }
}

function checked(body: Body): Body {
  if (body.ok && isTooDeep(body.value, BODY_DEPTH))
    return { ok: false, status: 400, reason: "The body is nested too deep." };
  return body;
}

function tooLarge(): Body {
  return { ok: false, status: 413, reason: `The body is larger than ${BODY_LIMIT} bytes.` };
}
