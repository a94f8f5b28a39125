import { RecordError, type RecordProblem } from "../errors";
import { isEmpty, isJsonObject } from "../mapping/json";
import type { SchemaCheck } from "../mapping/schema";
import type { Json, JsonObject } from "../sync/types";
import { isUuid } from "../sync/uuid5";

/** Members by which the tenant tells users apart. */
export const IDENTIFIERS = ["email", "mobile_number", "username"];

/** The members that name a user of cidaas, the e-mail first. */
export function identifiersIn(user: JsonObject): Record<string, string> {
  const known = IDENTIFIERS.flatMap((name) => {
    const identifier = user[name];
    return typeof identifier === "string" && identifier !== "" ? [[name, identifier] as const] : [];
  });
  return Object.fromEntries(known);
}

/** The one of them that names nobody else: a family may share a phone. */
export function bestIdentifierIn(user: JsonObject): Record<string, string> {
  return Object.fromEntries(Object.entries(identifiersIn(user)).slice(0, 1));
}

/** One user as far as it is ours to write, and whom it is for. */
export interface WholeUser {
  written: JsonObject;
  /** Null where the tenant chooses it. */
  sub: string | null;
  create: boolean;
}

/**
 * Lets nobody out whom the tenant would refuse. What is taken from a read of the tenant is not judged: it is there.
 * Throws `RecordError`; no message shows a value.
 */
export function requireValid(check: SchemaCheck, user: WholeUser): void {
  const problems = [...check(user.written), ...wholeUserProblems(user)];
  if (problems.length > 0) throw new RecordError(problems);
}

/** A membership as bulk takes it (reference, section 1.3): it names its account again. */
export function membership(sub: Json | undefined, group: Json): Json {
  if (!isJsonObject(group)) return group;
  const { groupId, roles } = group;
  return { sub: sub ?? null, groupId: groupId ?? null, ...(Array.isArray(roles) ? { roles } : {}) };
}

/** What can only be said of a user once it is known who it is (reference, section 7). */
function wholeUserProblems({ written, sub, create }: WholeUser): RecordProblem[] {
  const problems: RecordProblem[] = [];
  if (create && IDENTIFIERS.every((name) => isEmpty(written[name] ?? null))) {
    problems.push({
      rule: "",
      path: IDENTIFIERS.join(", "),
      code: "IDENTIFIER_MISSING",
      message: "a new user needs one of them",
    });
  }
  if (create && isEmpty(written.userStatus ?? null)) {
    problems.push({
      rule: "",
      path: "userStatus",
      code: "STATUS_MISSING",
      message: "a new user without a status would be active; give the record one, or its rule a default",
    });
  }
  const isPlain = isEmpty(written.groups ?? null) && countOf(written.identities) < 2;
  if (!isPlain && (sub === null || !isUuid(sub))) {
    problems.push({
      rule: "",
      path: "sub",
      code: "SUB_NO_UUID",
      message:
        "a user with groups or several providers needs a sub that is a UUID; let new users get one made of name space and legacy ID",
    });
  }
  return problems;
}

function countOf(value: Json | undefined): number {
  return Array.isArray(value) ? value.length : 0;
}
