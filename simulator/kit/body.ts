import type { IncomingMessage } from "node:http";

/** A thousand users with long profiles fit in; a flood does not. */
const MAX_BYTES = 32 * 1024 * 1024;
/** Deeper values could not be written back as JSON without exhausting the stack. */
const MAX_DEPTH = 32;

type BodyRead = { ok: true; body: unknown } | { ok: false; status: number; error: string };

/** Reads and parses the body of a request: JSON, or a form by its content type; null without a body. */
export async function readBody(message: IncomingMessage): Promise<BodyRead> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message) {
    if (!(chunk instanceof Buffer)) continue;
    bytes += chunk.length;
    // What comes after the limit is read and dropped, so that the sender gets to see the answer.
    if (bytes <= MAX_BYTES) chunks.push(chunk);
  }
  if (bytes > MAX_BYTES) return { ok: false, status: 413, error: "The body is too large" };
  const text = Buffer.concat(chunks).toString("utf8");
  if (text === "") return { ok: true, body: null };
  if (message.headers["content-type"]?.includes("application/x-www-form-urlencoded")) {
    return { ok: true, body: Object.fromEntries(new URLSearchParams(text)) };
  }
  return parseJson(text);
}

function parseJson(text: string): BodyRead {
  try {
    const body: unknown = JSON.parse(text);
    if (isTame(body, MAX_DEPTH)) return { ok: true, body };
    return { ok: false, status: 400, error: "The body is nested too deeply or has a forbidden key" };
  } catch {
    return { ok: false, status: 400, error: "The body is not JSON" };
  }
}

/** Bounded in depth, and without the key that would change a prototype when copied. */
function isTame(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (depth === 0 || Object.hasOwn(value, "__proto__")) return false;
  return Object.values(value).every((member) => isTame(member, depth - 1));
}

/** The text and content type of an answer's body; null where there is nothing to declare. */
export function answerText(body: unknown, contentType?: string): { text: string; contentType: string | null } {
  if (body === undefined) return { text: "", contentType: null };
  if (typeof body === "string" && contentType !== undefined && !contentType.includes("json")) {
    return { text: body, contentType };
  }
  return { text: JSON.stringify(body), contentType: "application/json; charset=utf-8" };
}
