import { CallError } from "../errors";
import type { JsonObject } from "../sync/types";
import type { TenantCalls } from "./calls";
import { refusedUser } from "./refusal";
import { tieResults } from "./results";
import type { BulkResult } from "./types";

const PATH = "/users-srv/user/bulk";
const SCOPE = "cidaas:bulk_user_create";

/** A stretch of the users of one call. */
interface Part {
  start: number;
  end: number;
}

/**
 * See `Tenant.bulk`. The statuses follow the reference (section 1.6): what says that *a* user is wrong, or that there
 * are too many, halves the part until the culprit stands alone. Parts go one after the other, since two calls for the
 * same person must never be in flight together. Once a part is done, a failure of another one cannot be thrown without
 * losing its results, so the users it concerns carry it.
 */
export async function bulkUpsert(calls: TenantCalls, users: readonly JsonObject[]): Promise<BulkResult[]> {
  const results: BulkResult[] = users.map(() => ({ state: "UNKNOWN" }));
  const parts: Part[] = users.length > 0 ? [{ start: 0, end: users.length }] : [];
  let anyDone = false;
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    const { start, end } = part;
    try {
      const done = await sendPart(calls, users.slice(start, end));
      if (done === "split") {
        const middle = Math.ceil((start + end) / 2);
        parts.unshift({ start, end: middle }, { start: middle, end });
      } else {
        results.splice(start, done.length, ...done);
        anyDone = true;
      }
    } catch (thrown) {
      if (!anyDone || !(thrown instanceof CallError)) throw thrown;
      results.fill(resultOfFailedCall(thrown), start, end);
      for (const unsent of parts) results.fill(resultOfUnsent(thrown), unsent.start, unsent.end);
      return results;
    }
  }
  return results;
}

async function sendPart(calls: TenantCalls, users: JsonObject[]): Promise<BulkResult[] | "split"> {
  const answer = await calls.send({ method: "POST", path: PATH, body: users });
  if (answer.status >= 200 && answer.status < 300) return tieResults(users, answer.body);
  const failure = calls.failure(answer, SCOPE);
  // 507 is documented as "invalid email passed", and so is about a user, whatever it means elsewhere.
  if (failure.failure !== "permanent" && answer.status !== 507) throw failure;
  const [only] = users;
  if (only === undefined || users.length > 1) return "split";
  return [refusedUser(only, { status: answer.status, body: answer.body })];
}

function resultOfFailedCall(error: CallError): BulkResult {
  if (error.failure === "unknown") return { state: "UNKNOWN" };
  return { state: "FAILED", failure: error.failure, code: error.code, message: error.message };
}

/** The tenant has seen nothing of these users; with `unknown` for the part before them they can simply be repeated. */
function resultOfUnsent(error: CallError): BulkResult {
  const failure = error.failure === "unknown" ? "transient" : error.failure;
  return { state: "FAILED", failure, code: error.code, message: error.message };
}
