import { isEmpty, isJsonObject } from "../mapping/json";
import { NEVER_EMPTIED } from "../mapping/not-carried";
import type { CompiledMap } from "../mapping/types";
import type { Settleable } from "../sync/plan";
import type { Json, JsonObject, RuleId } from "../sync/types";
import type { ProfileChange, SettableStatus } from "./types";

/** A call beside bulk, for what bulk is not documented to do to an existing user (reference, sections 1.4 and 5.5). */
export type Step = { do: "clear"; change: ProfileChange } | { do: "status"; status: SettableStatus };

/** The calls that bring one user its write. */
export interface Steps {
  before: Step[];
  /** The user in the bulk call, without empty members. */
  bulk: JsonObject;
  after: Step[];
  /** Rules that one of the steps writes. */
  apart: ReadonlySet<RuleId>;
}

const SETTABLE: readonly unknown[] = ["VERIFIED", "PENDING", "DECLINED"] satisfies SettableStatus[];
/**
 * How a user is brought what `body` says. Whoever is disabled loses the account before anything else is written, and
 * whoever is enabled gets it back when all the rest is in place.
 *
 * @param body what the flow let through; null and the empty text empty a member
 * @param statusBefore the tenant's status of the user, where it was read
 */
export function stepsOf(map: CompiledMap, plan: Settleable, body: JsonObject, statusBefore: string | null): Steps {
  const written = map.extract("cidaas", body);
  const cleared = plan.write.flatMap((id) => emptyPaths(map, id, written[id] ?? []));
  const clear: Step[] = cleared.length === 0 ? [] : [{ do: "clear", change: changeOf(body, cleared) }];
  const writesStatus = plan.write.find((id) => map.rule(id)?.cidaas.includes("userStatus"));
  const isChange = !plan.create && writesStatus !== undefined;
  const status: Step[] = isChange ? statusSteps(body.userStatus, statusBefore) : [];
  const apart = new Set(cleared.map(({ rule }) => rule));
  if (status.length > 0 && writesStatus !== undefined) apart.add(writesStatus);
  const enables = isChange && body.userStatus === "VERIFIED";
  const [before, after] = enables ? [clear, status] : [status, clear];
  return { before, bulk: withoutEmpty(body), after, apart };
}

interface ClearedPath {
  rule: RuleId;
  keys: readonly string[];
}

function emptyPaths(map: CompiledMap, rule: RuleId, values: readonly Json[]): ClearedPath[] {
  return map.keys("cidaas", rule).flatMap((keys, place) => {
    const value = values[place];
    if (value === undefined || !isEmpty(value)) return [];
    return NEVER_EMPTIED.has(keys[0] ?? "") ? [] : [{ rule, keys }];
  });
}

/** Of a member with parts the whole is sent: whether an update keeps the parts it leaves out is not documented. */
function changeOf(body: JsonObject, cleared: readonly ClearedPath[]): ProfileChange {
  const change: ProfileChange = { userData: { provider: body.provider ?? "self" }, customFields: {} };
  for (const { keys } of cleared) {
    const [member = "", field = ""] = keys;
    if (member !== "customFields") change.userData[member] = memberOf(body, member);
    else if (isJsonObject(body.customFields)) change.customFields[field] = memberOf(body.customFields, field);
  }
  return change;
}

function memberOf(object: JsonObject, member: string): Json {
  const value = Object.hasOwn(object, member) ? object[member] : null;
  return value === undefined || isEmpty(value) ? null : value;
}

function statusSteps(status: Json | undefined, before: string | null): Step[] {
  if (!isSettable(status) || (before !== null && !isSettable(before)) || status === before) return [];
  return [{ do: "status", status }];
}

function isSettable(status: Json | undefined): status is SettableStatus {
  return SETTABLE.includes(status);
}

/** An empty member of a bulk call has no documented meaning. Arrays stay as they are. */
function withoutEmpty(object: JsonObject): JsonObject {
  const kept: JsonObject = {};
  for (const [name, value] of Object.entries(object)) {
    if (value === null || value === "") continue;
    const inner = isJsonObject(value) ? withoutEmpty(value) : value;
    if (!isJsonObject(inner) || Object.keys(inner).length > 0) kept[name] = inner;
  }
  return kept;
}
