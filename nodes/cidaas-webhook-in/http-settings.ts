import type { Request, Response } from "express";
import { isRecord } from "../../lib/mapping/json";

export type Middleware = (request: Request, response: Response, next: (error?: unknown) => void) => void;

/** What the settings file of Node-RED says of its HTTP nodes, as far as it concerns webhooks. */
export interface HttpSettings {
  /** `httpNodeMiddleware`; core nodes run it for each of their own routes, too. */
  middleware: Middleware[];
  /** Bytes; `apiMaxLength` where that is less. */
  bodyLimit: number;
}

/** An event is a handful of short members; the rest of the size is somebody's mistake or attack. */
const BODY_LIMIT = 256 * 1024;

const UNITS: Readonly<Record<string, number>> = { "": 1, b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

export function parseHttpSettings(settings: unknown): HttpSettings {
  const { httpNodeMiddleware, apiMaxLength } = isRecord(settings) ? settings : {};
  const middleware: unknown[] = Array.isArray(httpNodeMiddleware) ? httpNodeMiddleware : [httpNodeMiddleware];
  return { middleware: middleware.filter(isMiddleware), bodyLimit: Math.min(BODY_LIMIT, bytesOf(apiMaxLength)) };
}

function isMiddleware(value: unknown): value is Middleware {
  return typeof value === "function";
}

/** A number of bytes, or a text such as "500kb"; no limit where it is neither. */
function bytesOf(value: unknown): number {
  if (typeof value === "number") return value;
  const [, amount, unit = ""] = /^([\d.]+) *([kmg]?b)?$/i.exec(typeof value === "string" ? value.trim() : "") ?? [];
  return amount === undefined ? Number.POSITIVE_INFINITY : Number(amount) * (UNITS[unit.toLowerCase()] ?? 1);
}
