import { SyncError } from "../../lib/errors";
import { parseDials } from "../kit/dials";
import type { FaultyDials } from "../kit/faults";
import type { History } from "../kit/history";
import { answer, type KitAnswer, type KitRequest, type Route } from "../kit/http";
import type { LegacyDatabase } from "./database";
import type { Actor, LegacySystem } from "./system";
import { isObject } from "./user";

const DEFAULT_PAGE = 100;
const MAX_PAGE = 1000;

export interface LegacyParts {
  database: LegacyDatabase;
  system: LegacySystem;
  faults: FaultyDials;
  history: History;
  apiKey: string;
}

/** The REST interface of the legacy system; all but `/simulator/…` asks for the header `x-api-key`. */
export function legacyRoutes(parts: LegacyParts): Route[] {
  const { database, system, faults, history } = parts;
  const users: Route[] = [
    { method: "GET", path: "/health", handle: () => answer(200, { status: "ok" }) },
    { method: "GET", path: "/users", handle: ({ url }) => listUsers(database, url.searchParams) },
    { method: "POST", path: "/users", handle: (request) => answer(201, system.create(request.body, actorOf(request))) },
    { method: "GET", path: "/users/:id", handle: (request) => foundOr404(database.get(idOf(request))) },
    {
      method: "PATCH",
      path: "/users/:id",
      handle: (request) => foundOr404(system.edit(idOf(request), request.body, actorOf(request))),
    },
    {
      method: "DELETE",
      path: "/users/:id",
      handle: (request) => doneOr404(system.remove(idOf(request), actorOf(request))),
    },
    {
      method: "PUT",
      path: "/users/:id/password",
      handle: (request) => {
        const password = isObject(request.body) ? request.body.password : undefined;
        return doneOr404(system.changePassword(idOf(request), password, actorOf(request)));
      },
    },
    { method: "POST", path: "/login", handle: ({ body }) => login(system, body) },
  ];
  const own: Route[] = [
    {
      method: "GET",
      path: "/simulator/history",
      handle: ({ url }) => {
        const since = wholeNumber(url.searchParams.get("since"), 0);
        return answer(200, history.since(since));
      },
    },
    { method: "GET", path: "/simulator/dials", handle: () => answer(200, faults.dials) },
    {
      method: "PUT",
      path: "/simulator/dials",
      handle: ({ body }) => {
        faults.set(parseDials(body));
        return answer(200, faults.dials);
      },
    },
  ];
  return [...users.map((route) => withKey(route, parts.apiKey)), ...own].map(withErrors);
}

function withKey(route: Route, apiKey: string): Route {
  return {
    ...route,
    handle: (request) =>
      request.headers["x-api-key"] === apiKey
        ? route.handle(request)
        : refusal(401, "UNAUTHORIZED", "Send the right key in the header x-api-key."),
  };
}

/** Input that is not allowed becomes an answer that says so. */
function withErrors(route: Route): Route {
  return {
    ...route,
    handle: async (request) => {
      try {
        return await route.handle(request);
      } catch (thrown) {
        if (!(thrown instanceof SyncError)) throw thrown;
        return refusal(thrown.code === "EMAIL_TAKEN" ? 409 : 400, thrown.code, thrown.message);
      }
    },
  };
}

function listUsers(database: LegacyDatabase, query: URLSearchParams): KitAnswer {
  const email = query.get("email");
  if (email !== null) {
    const user = database.findByEmail(email);
    return answer(200, user === null ? [] : [user]);
  }
  const limit = wholeNumber(query.get("limit"), DEFAULT_PAGE);
  if (limit < 1 || limit > MAX_PAGE) throw new SyncError("INPUT_INVALID", `Give a limit of 1 to ${MAX_PAGE}.`);
  return answer(200, database.page(wholeNumber(query.get("after"), 0), limit));
}

function login(system: LegacySystem, body: unknown): KitAnswer {
  if (!isObject(body) || typeof body.email !== "string" || typeof body.password !== "string") {
    throw new SyncError("INPUT_INVALID", "Send the texts email and password.");
  }
  const user = system.login(body.email, body.password);
  return user === null
    ? refusal(401, "LOGIN_FAILED", "Send the e-mail and password of an active user.")
    : answer(200, { id: user.id });
}

function actorOf(request: KitRequest): Actor {
  return request.headers["x-actor"] === "user" ? "user" : "sync";
}

/** The id of the path; -1, which no user has, for what is no number. */
function idOf(request: KitRequest): number {
  const text = request.params.id ?? "";
  return /^\d{1,15}$/.test(text) ? Number(text) : -1;
}

function wholeNumber(text: string | null, fallback: number): number {
  if (text === null) return fallback;
  if (!/^\d{1,15}$/.test(text)) throw new SyncError("INPUT_INVALID", "Give after, limit and since as whole numbers.");
  return Number(text);
}

function foundOr404(record: object | null): KitAnswer {
  return record === null ? refusal(404, "NOT_FOUND", "There is no user with this id.") : answer(200, record);
}

function doneOr404(done: boolean): KitAnswer {
  return done ? answer(204) : foundOr404(null);
}

function refusal(status: number, code: string, message: string): KitAnswer {
  return answer(status, { code, message });
}
