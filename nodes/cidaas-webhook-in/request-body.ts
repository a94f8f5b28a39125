import type { Request } from "express";
import { isTooDeep } from "../../lib/mapping/depth";

const BODY_DEPTH = 16;

export type Body = { ok: true; value: unknown } | { ok: false; status: number; reason: string };

const NOT_JSON: Body = { ok: false, status: 400, reason: "The body is not JSON." };

/** The body of a webhook as JSON, or why it is refused. `limit` is in bytes. */
export async function readBody(request: Request, limit: number): Promise<Body> {
  if (Number(request.headers["content-length"]) > limit) return tooLarge(limit);
  // With the editor at "/", Node-RED's own parser has been here before: the stream has ended and would never end again.
  if (request.readableEnded) return checked(parsedBefore(request.body));
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > limit) return tooLarge(limit);
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

function tooLarge(limit: number): Body {
  return { ok: false, status: 413, reason: `The body is larger than ${limit} bytes.` };
}
