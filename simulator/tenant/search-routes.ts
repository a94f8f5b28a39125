import type { Json, JsonObject } from "../../lib/sync/types";
import type { KitAnswer, KitRequest, Route } from "../kit/http";
import { isJsonObject } from "./account";
import { authorized, failure, success, type TenantContext } from "./answers";
import { renderProfile } from "./profile";
import { firstAfter, type Hit, SearchIndex, SearchRefusal, type SortKey } from "./search";

const SEARCH_SCOPES = ["cidaas:users_search", "cidaas:users_read"];
const DEFAULT_SIZE = 100;
const MAX_SIZE = 1000;
/** `POST /user-srv/graph/users` reaches no further. */
const MAX_REACH = 10_000;
const DEFAULT_KEEP_ALIVE_MINUTES = 5;

/** Search and export of users (sections 5.2 and 5.3 of the interface notes). */
export function searchRoutes(context: TenantContext): Route[] {
  const index = new SearchIndex(context.directory);

  function answered(status: number, search: (body: JsonObject) => KitAnswer) {
    return ({ body }: KitRequest): KitAnswer => {
      try {
        return search(isJsonObject(body) ? body : {});
      } catch (thrown) {
        if (thrown instanceof SearchRefusal) return failure(status, thrown.message);
        throw thrown;
      }
    };
  }

  function graph(body: JsonObject): KitAnswer {
    const from = readCount(body.from, 0);
    const size = readSize(body.size);
    if (from + size > MAX_REACH) throw new SearchRefusal(`only the first ${MAX_REACH} users can be reached`);
    const hits = index.find(body);
    const users = render(hits.slice(from, from + size));
    if (users.length === 0) return { status: 204 };
    return success({ users, ...(body.excludeUserCount === true ? {} : { count: hits.length }) });
  }

  function bulkRead(body: JsonObject): KitAnswer {
    if (!context.directory.dials.dials.bulkread) return failure(403, "bulkread is not allowed for this client");
    const size = readSize(body.size);
    const { hits, pitId } = view(body);
    const start = startOf(hits, body);
    const page = hits.slice(start, start + size);
    if (page.length === 0) return { status: 204 };
    const sorted = typeof body.sortfield === "string";
    const users = render(page).map((user, at) => (sorted ? { ...user, sort: cursorOf(page[at]) } : user));
    return { status: 200, body: { users, ...(pitId === null ? {} : { pitId }) } };
  }

  function view(body: JsonObject): { hits: Hit[]; pitId: string | null } {
    if (!isJsonObject(body.pit)) return { hits: index.find(body), pitId: null };
    const minutes = Number(body.pit.keepAlive ?? DEFAULT_KEEP_ALIVE_MINUTES);
    if (!(minutes > 0)) throw new SearchRefusal("pit.keepAlive is not a number of minutes");
    if (typeof body.pit.id !== "string") {
      const hits = index.find(body);
      return { hits, pitId: index.hold(hits, minutes) };
    }
    const hits = index.held(body.pit.id, minutes);
    if (hits === null) throw new SearchRefusal("the point in time has expired");
    return { hits, pitId: body.pit.id };
  }

  const authorize = (search: (request: KitRequest) => KitAnswer) => authorized(context, SEARCH_SCOPES, search);
  return [
    { method: "POST", path: "/user-srv/graph/users", handle: authorize(answered(417, graph)) },
    { method: "POST", path: "/user-ext-srv/bulkread/users", handle: authorize(answered(400, bulkRead)) },
  ];

  function render(hits: readonly Hit[]): JsonObject[] {
    return hits.map(({ account }) => renderProfile(account, context.directory.dials.dials.profileLayout));
  }
}

function startOf(hits: readonly Hit[], { searchAfter, sortfield, descending }: JsonObject): number {
  if (searchAfter === undefined || searchAfter === null) return 0;
  if (typeof sortfield !== "string") throw new SearchRefusal("searchAfter needs a sortfield");
  const [key, sub] = Array.isArray(searchAfter) ? searchAfter : [];
  if (!isSortKey(key)) throw new SearchRefusal("searchAfter is not the sort of a user");
  return firstAfter(hits, { key, ...(typeof sub === "string" ? { sub } : {}) }, descending === true);
}

function isSortKey(value: Json | undefined): value is SortKey {
  return typeof value === "string" || typeof value === "number";
}

function cursorOf(hit: Hit | undefined): Json {
  return hit === undefined ? [] : [hit.key, hit.account.sub];
}

function readCount(value: Json | undefined, missing: number): number {
  if (value === undefined) return missing;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0) throw new SearchRefusal("not a count");
  return value;
}

function readSize(value: Json | undefined): number {
  const size = readCount(value, DEFAULT_SIZE);
  if (size === 0 || size > MAX_SIZE) throw new SearchRefusal(`size is not of 1 to ${MAX_SIZE}`);
  return size;
}
