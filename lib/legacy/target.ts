import { failureOf, STATUS_TABLE } from "../delivery/answers";
import type { HttpAnswer, HttpClient, HttpRequest } from "../delivery/types";
import { CallError } from "../errors";
import type { JsonObject } from "../sync/types";
import { CREATE_TABLE, foundUsers, idOf, isMissing, isSuccess, recordOf } from "./answers";
import { createAuthenticator } from "./auth";
import type { LegacyConfig } from "./config";
import type { PathTemplate } from "./path-template";
import type { LegacyIds, LegacyTarget } from "./types";

/** One call, from the base URL on. */
interface LegacyRequest extends Pick<HttpRequest, "method" | "body" | "kind" | "startBefore"> {
  path: string;
}

/**
 * See `LegacyTarget`. Beyond the errors named there: `LEGACY_PATH_EMPTY` and `LEGACY_PATH_UNSAFE` (permanent) for a user
 * whose values do not fit the path, `LEGACY_ANSWER_INVALID` (permanent), and `LEGACY_TOKEN_REFUSED` (configuration).
 * @param http belongs to the target, which closes it
 * @param now ms since the epoch
 */
export function createLegacyTarget(config: LegacyConfig, http: HttpClient, now: () => number): LegacyTarget {
  const authenticator = createAuthenticator(config.auth, http, now);

  async function call(request: LegacyRequest): Promise<HttpAnswer> {
    const { path, ...rest } = request;
    const send = (headers: Readonly<Record<string, string>>) =>
      http.send({ ...rest, url: config.baseUrl + path, headers: { ...config.headers, ...headers } });
    const headers = await authenticator.headers();
    const answer = await send(headers);
    return answer.status === 401 && authenticator.renew(headers) ? send(await authenticator.headers()) : answer;
  }

  /** A successful answer, or null where there is nobody. */
  async function get(path: string): Promise<HttpAnswer | null> {
    const answer = await call({ method: "GET", path }).catch((thrown: unknown) => {
      throw asRead(thrown);
    });
    if (isMissing(answer)) return null;
    if (!isSuccess(answer)) throw failure(answer);
    return answer;
  }

  const failure = (answer: HttpAnswer, table = STATUS_TABLE) => failureOf(answer, table, now(), "The legacy system");

  return {
    canRead: config.readPath !== null,
    canFind: config.findPath !== null,
    canDelete: config.remove !== null,
    updates: config.updates,
    timeoutMs: config.timeoutMs,

    async create(ids, record, startBefore) {
      const { method, path } = config.create;
      const answer = await call({ method, path: path.render(ids, record), body: record, kind: "write", startBefore });
      if (!isSuccess(answer)) throw failure(answer, CREATE_TABLE);
      return { legacyId: idOf(answer.body, config.idPath) };
    },

    async update(ids, record, startBefore) {
      const { method, path } = config.update;
      const answer = await call({ method, path: path.render(ids, record), body: record, kind: "write", startBefore });
      if (isMissing(answer)) return "missing";
      if (!isSuccess(answer)) throw failure(answer);
      return "updated";
    },

    async remove(ids, startBefore) {
      const { method, path } = needed(config.remove, "deletePath");
      const answer = await call({ method, path: path.render(ids, {}), kind: "write", startBefore });
      if (!isSuccess(answer) && !isMissing(answer)) throw failure(answer);
    },

    async read(ids) {
      const answer = await get(render(config.readPath, "readPath", ids));
      return answer && recordOf(answer);
    },

    async find(ids, record) {
      const answer = await get(render(config.findPath, "findPath", ids, record));
      return answer ? foundUsers(answer, config.idPath) : [];
    },

    close: () => http.close(),
  };
}

function render(path: PathTemplate | null, field: string, ids: LegacyIds, record: JsonObject = {}): string {
  return needed(path, field).render(ids, record);
}

function needed<T>(part: T | null, field: string): T {
  if (part !== null) return part;
  throw new CallError("LEGACY_PATH_MISSING", `This needs the ${field} of the legacy system; enter it.`, {
    failure: "configuration",
  });
}

/** Reading changes nothing, so an unknown outcome is only a reason to read again. */
function asRead(thrown: unknown): unknown {
  if (!(thrown instanceof CallError) || thrown.failure !== "unknown") return thrown;
  return new CallError(thrown.code, `The legacy system gave no answer to a read (${thrown.code}); it is read again.`, {
    failure: "transient",
  });
}
