import { errorDetails } from "../delivery/answers";
import type { HttpAnswer } from "../delivery/types";
import { CallError } from "../errors";
import { isJsonObject } from "../mapping/json";
import type { Json } from "../sync/types";
import { pathSegment, type TenantCalls } from "./calls";
import { textOf } from "./json";
import { invalidAnswer, readProfile } from "./profile";
import type { CidaasUser, ProfileChange, SettableStatus } from "./types";

const READ = "cidaas:users_read";
const WRITE = "cidaas:users_write";
const DELETE = "cidaas:users_delete";
/** The tenant's number for "user not found" (reference, section 6). */
const USER_NOT_FOUND = "10301";

/** See `Tenant.readUser`. */
export async function readUser(calls: TenantCalls, sub: string): Promise<CidaasUser | null> {
  const answer = await calls.send({ method: "GET", path: `/user-srv/users/${pathSegment(sub)}` });
  if (answer.status === 204 || (await isAbsent(calls, answer, sub))) return null;
  if (answer.status !== 200) throw calls.failure(answer, READ);
  const user = readProfile(answer.body);
  if (user !== null && user.sub.toLowerCase() !== sub.toLowerCase()) {
    throw new CallError("TENANT_OTHER_USER", "The tenant answered with another user than asked for; ask its support.", {
      failure: "permanent",
      status: answer.status,
    });
  }
  return user;
}

/** See `Tenant.findSub`. */
export async function findSub(calls: TenantCalls, identifier: string): Promise<string | null> {
  const body = { userId: identifier };
  const answer = await calls.send({ method: "POST", path: "/useractions-srv/userexistence", body });
  if (answer.status === 204 || saysNoSuchUser(answer)) return null;
  if (answer.status !== 200) throw calls.failure(answer, READ);
  const data = isJsonObject(answer.body) ? answer.body.data : undefined;
  if (data === null || (isJsonObject(data) && Object.keys(data).length === 0)) return null;
  const sub = isJsonObject(data) ? textOf(data.sub) : null;
  if (sub === null) throw invalidAnswer("It does not say which user has the identifier.");
  return sub;
}

/** See `Tenant.setStatus`. */
export async function setStatus(
  calls: TenantCalls,
  sub: string,
  status: SettableStatus,
  reason: string,
  startBefore: number,
): Promise<void> {
  const body = { userStatus: status, user_status_reason: reason };
  const path = `/user-srv/users/${pathSegment(sub)}/status`;
  const answer = await calls.send({ method: "PATCH", path, body, kind: "write", startBefore });
  if (!isSuccess(answer) && !(await isAbsent(calls, answer, sub))) throw calls.failure(answer, WRITE);
}

/** See `Tenant.updateProfile`. */
export async function updateProfile(
  calls: TenantCalls,
  sub: string,
  change: ProfileChange,
  startBefore: number,
): Promise<void> {
  const path = `/user-srv/users/${pathSegment(sub)}`;
  const answer = await calls.send({ method: "PUT", path, body: { ...change }, kind: "write", startBefore });
  if (!isSuccess(answer) && !(await isAbsent(calls, answer, sub))) throw calls.failure(answer, WRITE);
}

/** See `Tenant.purge`. */
export async function purge(calls: TenantCalls, sub: string, startBefore: number): Promise<void> {
  const path = `/users-srv/user/purge/${pathSegment(sub)}`;
  const answer = await calls.send({ method: "DELETE", path, kind: "write", startBefore });
  if (!isSuccess(answer) && !(await isAbsent(calls, answer, sub))) throw calls.failure(answer, DELETE);
}

function isSuccess(answer: HttpAnswer): boolean {
  return answer.status >= 200 && answer.status < 300;
}

/**
 * Whether an answer means that there is no such user. A 404 that one of the tenant's services wrote says so. Any other
 * 404 (no body, a page, a gateway's own JSON) can as well mean that the endpoint is missing or the base URL wrong; taken
 * for an absent user it would confirm the deletion of everybody. So another endpoint has to agree, and where that finds
 * the user, or is missing too, the answer stays what it is: a mistake in the configuration.
 */
async function isAbsent(calls: TenantCalls, answer: HttpAnswer, sub: string): Promise<boolean> {
  if (saysNoSuchUser(answer)) return true;
  return answer.status === 404 && (await findSub(calls, sub)) === null;
}

function saysNoSuchUser(answer: HttpAnswer): boolean {
  if (answer.status < 400 || answer.status >= 500) return false;
  if (errorDetails(answer).code === USER_NOT_FOUND) return true;
  return answer.status === 404 && isTenantError(answer.body);
}

/** Whether the tenant's services wrote this error (reference, section 6), and not what stands in front of them. */
function isTenantError(body: Json): boolean {
  return isJsonObject(body) && (body.success === false || isJsonObject(body.ErrorResp) || isJsonObject(body.error));
}
