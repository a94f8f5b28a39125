import type { Express, Request, Response } from "express";
import type { NodeAPI } from "node-red";
import { ConfigReader } from "../lib/config";
import { SyncError, toSyncError } from "../lib/errors";
import { maskAll } from "../lib/mapping/mask";
import type { ParkedEntry, ParkedSelection } from "../lib/store/types";
import type { JsonObject, Lane } from "../lib/sync/types";
import { LANES } from "../lib/sync/types";
import { hubOf, type SharedSync } from "../nodes/shared/hub";

const mounted = new WeakSet<Express>();

/** Thin HTTP routes over the store for people, tests and the sidebar; mounted once for all nodes. */
export function mountAdminRoutes(RED: NodeAPI): void {
  const { httpAdmin, auth } = RED;
  // `httpAdminRoot: false` leaves no application, whatever the type says.
  if (!httpAdmin || mounted.has(httpAdmin)) return;
  mounted.add(httpAdmin);
  const mayRead = auth.needsPermission("user-sync.read");
  const mayWrite = auth.needsPermission("user-sync.write");
  httpAdmin.get(
    "/user-sync/:key/status",
    mayRead,
    route(async ({ context }) => context.store.status()),
  );
  httpAdmin.get("/user-sync/:key/parked", mayRead, route(listParked));
  httpAdmin.get(
    "/user-sync/:key/conflicts",
    mayRead,
    route(async ({ context }, { query }) => context.store.conflicts(afterOf(query.after))),
  );
  httpAdmin.post(
    "/user-sync/:key/parked/retry",
    mayWrite,
    route(async ({ context }, { body }) => ({ count: await context.store.retryParked(selectionOf(body)) })),
  );
  httpAdmin.post(
    "/user-sync/:key/parked/discard",
    mayWrite,
    route(async ({ context }, { body }) => ({ count: await context.store.discardParked(selectionOf(body)) })),
  );
}

type Answer = (sync: SharedSync, request: Request) => Promise<object>;

function route(answer: Answer): (request: Request, response: Response) => void {
  return (request, response) => {
    respond(answer, request, response).catch((error: unknown) => {
      const { code, message } = toSyncError(error);
      response.status(error instanceof SyncError ? 400 : 500).json({ code, message });
    });
  };
}

async function respond(answer: Answer, request: Request, response: Response): Promise<void> {
  const sync = await hubOf(String(request.params.key))?.current();
  if (sync) response.json(await answer(sync, request));
  else response.status(404).json({ code: "SYNC_UNKNOWN", message: "No deployed node uses a user-sync with this key." });
}

async function listParked({ context }: SharedSync, { query }: Request): Promise<object> {
  const lane = laneOf(query.lane);
  const code = typeof query.code === "string" ? { code: query.code } : {};
  const page = await context.store.parked({ ...(lane ? { lane } : {}), ...code, ...afterOf(query.after) });
  return { items: page.items.map((entry) => shown(context, entry)), next: page.next };
}

/** A parked user as people may see it: which fields it has, none of their values. */
function shown({ map }: SharedSync["context"], { change, ...entry }: ParkedEntry): object {
  const values = Object.fromEntries(Object.entries(change.rules).map(([rule, carried]) => [rule, carried.values]));
  const record: JsonObject = entry.lane === "to-cidaas" ? map.build("cidaas", values) : {};
  return { ...entry, record: maskAll(record) };
}

function selectionOf(body: unknown): ParkedSelection {
  const reader = new ConfigReader("selection", body);
  const ids = reader.texts("ids");
  if (ids.length > 0) return { ids };
  const lane = laneOf(reader.text("lane", ""));
  if (lane === null) throw new SyncError("SELECTION_INVALID", "Give ids, or a lane and a code.");
  const code = reader.text("code", "");
  return code === "" ? { lane } : { lane, code };
}

function afterOf(after: unknown): { after?: string } {
  return typeof after === "string" && after !== "" ? { after } : {};
}

function laneOf(value: unknown): Lane | null {
  return LANES.find((lane) => lane === value) ?? null;
}
