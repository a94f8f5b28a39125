import { SyncError } from "../../lib/errors";
import type { JsonObject } from "../../lib/sync/types";
import type { KitAnswer, KitRequest, Route } from "../kit/http";
import { isJsonObject, isObject } from "./account";
import { authorized, failure, success, type TenantContext, userNotFound } from "./answers";
import type { Actor } from "./directory";
import { patchAccount } from "./edits";
import { type ProfileLayout, renderProfile } from "./profile";

const SETTABLE_STATUSES: readonly unknown[] = ["VERIFIED", "PENDING", "DECLINED"];

/** Reading, finding, changing and deleting single users (section 5 of the interface notes). */
export function userRoutes(context: TenantContext): Route[] {
  const { directory } = context;

  function read(sub: string | undefined, layout: ProfileLayout, missing: number): KitAnswer {
    const account = directory.accounts.getLagged(sub ?? "", directory.dials.dials.readLagMs);
    return account === null ? userNotFound(missing) : success(renderProfile(account, layout));
  }

  return [
    {
      method: "GET",
      path: "/user-srv/users/:sub",
      handle: authorized(context, ["cidaas:users_read"], ({ params }) =>
        read(params.sub, directory.dials.dials.profileLayout, directory.dials.dials.unknownUserStatus),
      ),
    },
    {
      method: "GET",
      path: "/users-srv/internal/userinfo/profile/:sub",
      handle: authorized(context, ["cidaas:userinfo"], ({ params }) => read(params.sub, "account", 204)),
    },
    {
      method: "PUT",
      path: "/user-srv/users/:sub",
      handle: authorized(context, ["cidaas:users_write"], (request, actor) => changeProfile(context, request, actor)),
    },
    {
      method: "PATCH",
      path: "/user-srv/users/:sub/status",
      handle: authorized(context, ["cidaas:users_write"], (request, actor) => changeStatus(context, request, actor)),
    },
    {
      method: "POST",
      path: "/useractions-srv/userexistence",
      handle: authorized(context, ["cidaas:users_read"], ({ body }) => {
        if (!isObject(body) || typeof body.userId !== "string" || body.userId === "") {
          return failure(400, "userId is missing");
        }
        const account = directory.accounts.findByAny(body.userId);
        return account === null ? { status: 204 } : success({ sub: account.sub, userStatus: account.userStatus });
      }),
    },
    {
      method: "DELETE",
      path: "/users-srv/user/purge/:sub",
      handle: authorized(context, ["cidaas:users_delete"], ({ params }, actor) =>
        directory.remove(params.sub ?? "", actor) ? success({}, 202) : userNotFound(404),
      ),
    },
  ];
}

/** Null and the empty text clear a field; the identity has to exist and keeps its provider. */
function changeProfile({ directory }: TenantContext, { params, body }: KitRequest, actor: Actor): KitAnswer {
  if (!isJsonObject(body) || !isJsonObject(body.userData ?? {})) return failure(400, "userData is not an object");
  const account = directory.accounts.get(params.sub ?? "");
  if (account === null) return userNotFound(404);
  const { userStatus, roles, groups, ...userData } = isJsonObject(body.userData) ? body.userData : {};
  const patch: JsonObject = { ...userData };
  if (body.customFields !== undefined) patch.customFields = body.customFields;
  if (body.mfa_enabled !== undefined) patch.mfa_enabled = body.mfa_enabled;
  try {
    return success({ sub: directory.put(patchAccount(directory.accounts, account, patch), actor).sub });
  } catch (thrown) {
    if (thrown instanceof SyncError) return failure(417, thrown.message);
    throw thrown;
  }
}

/** Repeating the present status succeeds; from DELETED, COMBINED, LOCKED and BLOCKED no way leads here. */
function changeStatus({ directory }: TenantContext, { params, body }: KitRequest, actor: Actor): KitAnswer {
  const account = directory.accounts.get(params.sub ?? "");
  if (account === null) return userNotFound(404);
  if (!isObject(body) || typeof body.userStatus !== "string") return failure(400, "userStatus is missing");
  if (!SETTABLE_STATUSES.includes(body.userStatus) || !SETTABLE_STATUSES.includes(account.userStatus)) {
    return failure(400, "this transition of the status is not allowed");
  }
  const { userStatus, user_status_reason: reason } = body;
  if (userStatus !== account.userStatus) {
    directory.put({ ...account, userStatus, userStatusReason: typeof reason === "string" ? reason : null }, actor);
  }
  return success({ sub: account.sub, userStatus });
}
