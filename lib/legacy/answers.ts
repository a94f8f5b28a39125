import { STATUS_TABLE, type StatusTable } from "../delivery/answers";
import type { HttpAnswer } from "../delivery/types";
import { CallError } from "../errors";
import { isTooDeep } from "../mapping/depth";
import { isJsonObject } from "../mapping/json";
import type { Path } from "../mapping/paths";
import type { Json, JsonObject } from "../sync/types";
import type { FoundUser } from "./types";

/** Nesting that an answer may have; a user's record has three or four levels. */
const MAX_DEPTH = 50;
const MAX_ID_LENGTH = 256;

const MAY_BE_CREATED = {
  failure: "unknown",
  code: "LEGACY_GATEWAY",
  sentence: "lies behind a gateway that lost its answer; the user may have been created",
} as const;

/** A create is not repeated blindly: what a gateway answers for the system behind it leaves open what that did. */
export const CREATE_TABLE: StatusTable = {
  ...STATUS_TABLE,
  409: {
    failure: "permanent",
    code: "LEGACY_CONFLICT",
    sentence: "already has a user with these identifiers; find and link that one",
  },
  502: MAY_BE_CREATED,
  504: MAY_BE_CREATED,
};

export function isSuccess(answer: HttpAnswer): boolean {
  return answer.status >= 200 && answer.status < 300;
}

/** The target says that there is nobody. */
export function isMissing(answer: HttpAnswer): boolean {
  return answer.status === 404 || answer.status === 410;
}

/** The id in a record of the legacy system: trimmed text or a whole number; null for anything else. */
export function idOf(record: Json, idPath: Path): string | null {
  const value = isJsonObject(record) ? idPath.get(record) : null;
  const id = Number.isSafeInteger(value) ? String(value) : value;
  if (typeof id !== "string") return null;
  const trimmed = id.trim();
  return trimmed !== "" && trimmed.length <= MAX_ID_LENGTH && !/\p{C}/u.test(trimmed) ? trimmed : null;
}

/** The record of a read; null for an empty answer. Throws `LEGACY_ANSWER_INVALID`. */
export function recordOf(answer: HttpAnswer): JsonObject | null {
  const { body } = answer;
  if (body === null) return null;
  if (!isJsonObject(body)) throw invalid("readPath must answer one JSON object");
  checkDepth(body);
  return body;
}

/** The users of a find: an object or an array; nothing, `{}` and `[]` for nobody. Throws `LEGACY_ANSWER_INVALID`. */
export function foundUsers(answer: HttpAnswer, idPath: Path): FoundUser[] {
  const { body } = answer;
  if (body === null || (isJsonObject(body) && Object.keys(body).length === 0)) return [];
  checkDepth(body);
  return (Array.isArray(body) ? body : [body]).map((record) => {
    if (!isJsonObject(record)) throw invalid("findPath must answer a JSON object or an array of them");
    const legacyId = idOf(record, idPath);
    if (legacyId === null) throw invalid("idPath finds no id in what findPath answers; correct one of them");
    return { legacyId, record };
  });
}

function checkDepth(body: Json): void {
  if (isTooDeep(body, MAX_DEPTH)) throw invalid(`its answer is nested deeper than ${MAX_DEPTH} levels`);
}

function invalid(reason: string): CallError {
  return new CallError("LEGACY_ANSWER_INVALID", `The legacy system's answer cannot be used: ${reason}.`, {
    failure: "permanent",
  });
}
