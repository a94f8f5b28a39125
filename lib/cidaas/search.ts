import { CallError } from "../errors";
import { isJsonObject } from "../mapping/json";
import type { Json, JsonObject } from "../sync/types";
import type { TenantCalls } from "./calls";
import { textOf } from "./json";
import { invalidAnswer, normaliseUser } from "./profile";
import type { CidaasUser } from "./types";

const PATH = "/user-ext-srv/bulkread/users";
const SCOPE = "cidaas:users_search or cidaas:users_read";
const DEFAULT_SIZE = 500;
const LARGEST_SIZE = 1000;
/** Minutes that the tenant keeps the snapshot from one page to the next. */
const KEEP_ALIVE = "5";

/**
 * See `Tenant.readAll`; the cursor of the reference (section 5.3). A snapshot (`pit`) makes the order total: without it
 * users of the same `updatedTime`, as a bulk call leaves them, could fall between two pages.
 */
export async function* readAll(
  calls: TenantCalls,
  options: { updatedSince?: number; size?: number },
): AsyncGenerator<CidaasUser[]> {
  const since = options.updatedSince ?? null;
  const size = Math.min(Math.max(options.size ?? DEFAULT_SIZE, 1), LARGEST_SIZE);
  const search = { sortfield: "updatedTime", descending: false, size, ...rangeFrom(since) };
  let pit: JsonObject = { keepAlive: KEEP_ALIVE };
  let position: JsonObject = {};
  for (;;) {
    const answer = await calls.send({ method: "POST", path: PATH, body: { ...search, pit, ...position } });
    if (answer.status === 204) return;
    if (answer.status !== 200) throw calls.failure(answer, SCOPE);
    const page = pageOf(answer.body);
    if (page.users.length === 0) return;
    const users = page.users.map(indexedUser).filter((user) => since === null || updatedAt(user, since) >= since);
    if (users.length > 0) yield users;
    position = nextPosition(page, position);
    if (page.pitId !== null) pit = { id: page.pitId, keepAlive: KEEP_ALIVE };
  }
}

/** When the user was last changed, ms; `otherwise` where the tenant does not say. */
export function updatedAt(user: CidaasUser, otherwise: number): number {
  const time = Date.parse(textOf(user.updatedTime) ?? "");
  return Number.isNaN(time) ? otherwise : time;
}

/**
 * A user with the time that the index sorts by. The normal form gives the later one of account and identity, and a
 * position taken from that would run ahead of the cursor.
 */
function indexedUser(raw: Json): CidaasUser {
  const user = normaliseUser(raw);
  const account = isJsonObject(raw) && isJsonObject(raw.userAccount) ? raw.userAccount : raw;
  const time = isJsonObject(account) ? textOf(account.updatedTime) : null;
  return time === null ? user : { ...user, updatedTime: time };
}

/** The older, documented form of the filter. A tenant that ignores it costs time only: users are compared once more. */
function rangeFrom(since: number | null): JsonObject {
  return since === null ? {} : { rangefield: "updatedTime", from_value: new Date(since).toISOString() };
}

interface SearchPage {
  users: Json[];
  pitId: string | null;
}

function pageOf(body: Json): SearchPage {
  const content = isJsonObject(body) && isJsonObject(body.data) ? body.data : body;
  if (!isJsonObject(content) || !Array.isArray(content.users)) throw invalidAnswer("It is no page of users.");
  return { users: content.users, pitId: textOf(content.pitId) };
}

/** @throws CallError where the cursor is missing or stands still, for otherwise the reading would never end. */
function nextPosition(page: SearchPage, previous: JsonObject): JsonObject {
  const last = page.users.at(-1);
  const sort = isJsonObject(last) ? last.sort : undefined;
  if (!Array.isArray(sort) || JSON.stringify(sort) === JSON.stringify(previous.searchAfter)) {
    const message = "The tenant's export cannot be read on; ask its support about bulkread.";
    throw new CallError("TENANT_CURSOR_LOST", message, { failure: "transient" });
  }
  return { searchAfter: sort };
}
