import { SyncError } from "../../lib/errors";
import { parseDials } from "../kit/dials";
import type { History } from "../kit/history";
import { answer, type KitAnswer, type Route } from "../kit/http";
import { isJsonObject, isObject } from "./account";
import type { Directory } from "./directory";
import type { People } from "./people";
import { renderSnapshot } from "./profile";

/** Paths for people and tests, which no real tenant has; they need no token and meet no faults. */
export function simulatorRoutes(directory: Directory, people: People, history: History): Route[] {
  function route(method: string, path: string, handle: Route["handle"]): Route {
    return { method, path: `/simulator${path}`, handle: (request) => guarded(() => handle(request)) };
  }

  return [
    route("POST", "/login", async ({ body }) => {
      if (!isObject(body) || typeof body.identifier !== "string" || typeof body.password !== "string") {
        return answer(400, { error: "identifier and password are missing" });
      }
      const sub = await people.loginWithService(body.identifier, body.password);
      return sub === null ? answer(401, { error: "identifier or password is wrong" }) : answer(200, { sub });
    }),
    route("GET", "/history", ({ url }) => answer(200, history.since(Number(url.searchParams.get("since")) || 0))),
    route("GET", "/dials", () => answer(200, directory.dials.dials)),
    route("PUT", "/dials", ({ body }) => {
      directory.dials.set(parseDials(body));
      return answer(200, directory.dials.dials);
    }),
    route("GET", "/users", () => answer(200, directory.accounts.list().map(renderSnapshot))),
    route("POST", "/users", ({ body }) => {
      if (!isJsonObject(body)) return answer(400, { error: "a user is expected" });
      return answer(201, { sub: people.register(body) });
    }),
    route("PATCH", "/users/:sub", ({ params, body }) => {
      if (!isJsonObject(body)) return answer(400, { error: "members of a user are expected" });
      people.edit(params.sub ?? "", body);
      return answer(200, { sub: params.sub });
    }),
    route("PUT", "/users/:sub/password", ({ params, body }) => {
      if (!isObject(body) || typeof body.password !== "string") return answer(400, { error: "password is missing" });
      people.changePassword(params.sub ?? "", body.password);
      return answer(204);
    }),
    route("DELETE", "/users/:sub", ({ params }) => {
      people.remove(params.sub ?? "");
      return answer(204);
    }),
  ];
}

async function guarded(handle: () => ReturnType<Route["handle"]>): Promise<KitAnswer> {
  try {
    return await handle();
  } catch (thrown) {
    if (!(thrown instanceof SyncError)) throw thrown;
    return answer(thrown.code === "USER_UNKNOWN" ? 404 : 400, { code: thrown.code, error: thrown.message });
  }
}
