import type { Express, Request, Response } from "express";
import type { NodeAPI } from "node-red";
import { SyncError } from "../lib/errors";
import { OPERATIONS, type OperationName } from "../lib/operate/operations";
import { hubOf } from "../nodes/shared/hub";
import { answering, refuse } from "./answer";
import { mountMapRoutes } from "./map-routes";

interface Route {
  method: "get" | "post";
  path: string;
  operation: OperationName;
}

/** Below `/user-sync/<key>/`. What only looks is a GET and needs `user-sync.read`, all else `user-sync.write`. */
const ROUTES: readonly Route[] = [
  { method: "get", path: "status", operation: "stats" },
  { method: "get", path: "parked", operation: "parked" },
  { method: "get", path: "conflicts", operation: "conflicts" },
  { method: "post", path: "parked/retry", operation: "retry" },
  { method: "post", path: "parked/discard", operation: "discard" },
  { method: "post", path: "pause", operation: "pause" },
  { method: "post", path: "resume", operation: "resume" },
  { method: "post", path: "brake", operation: "brake" },
  { method: "post", path: "forget", operation: "forget" },
  { method: "post", path: "catch-up", operation: "catch-up" },
  { method: "post", path: "recover", operation: "recover" },
  { method: "post", path: "drain", operation: "drain" },
];

const mounted = new WeakSet<Express>();

/** Thin HTTP routes over the operations for people, programs and the sidebar; mounted once for all nodes. */
export function mountAdminRoutes(RED: NodeAPI): void {
  const { httpAdmin, auth } = RED;
  // `httpAdminRoot: false` leaves no application, whatever the type says.
  if (!httpAdmin || mounted.has(httpAdmin)) return;
  mounted.add(httpAdmin);
  for (const route of ROUTES) {
    const permission = auth.needsPermission(route.method === "get" ? "user-sync.read" : "user-sync.write");
    httpAdmin[route.method](
      `/user-sync/:key/${route.path}`,
      permission,
      answering((request, response) => respond(route, request, response)),
    );
  }
  // Behind the others: a sync may have the key "presets".
  mountMapRoutes(RED);
}

async function respond({ method, operation }: Route, request: Request, response: Response): Promise<void> {
  const sync = await hubOf(String(request.params.key))?.current();
  if (!sync) {
    refuse(response, 404, new SyncError("SYNC_UNKNOWN", "No deployed node uses a user-sync with this key."));
    return;
  }
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const given: unknown = method === "get" ? request.query : request.body;
  response.json(await OPERATIONS[operation](sync, given, gone.signal));
}
