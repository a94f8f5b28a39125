import { CallError } from "../errors";
import { compilePath } from "../mapping/paths";
import type { Json, JsonObject } from "../sync/types";
import type { LegacyIds } from "./types";

/** A path of the legacy system such as `/users/{{legacyId}}`, compiled. */
export interface PathTemplate {
  /** The placeholders' names. */
  readonly names: readonly string[];
  /**
   * The path, values URL-encoded. The ids win over fields of the same name.
   * Throws a `CallError` (permanent) for this one record: `LEGACY_PATH_EMPTY`, `LEGACY_PATH_UNSAFE`.
   */
  render(ids: LegacyIds, record: JsonObject): string;
}

type Part = { literal: string } | { name: string; get: (ids: LegacyIds, record: JsonObject) => Json | undefined };

/** Text up to a placeholder, and the placeholder's name; the last match has no placeholder. */
const PLACEHOLDER = /\{\{\s*([^{}]+?)\s*\}\}/;

/** Whether a placeholder is one of the ids, which are known without the record. */
export function isIdName(name: string): boolean {
  return name === "legacyId" || name === "sub";
}

/** Compiles a template. Throws `Error` with what is wrong with it, to be told beside the field's name. */
export function compilePathTemplate(text: string): PathTemplate {
  if (!text.startsWith("/")) throw new Error("must start with /");
  if (text.includes("#")) throw new Error("must hold no #");
  // With one capturing group, split gives literals and names in turn.
  const parts = text.split(PLACEHOLDER).map((part, index) => (index % 2 === 0 ? toLiteral(part) : toValue(part)));
  return {
    names: parts.flatMap((part) => ("name" in part ? [part.name] : [])),
    render(ids, record) {
      const path = parts
        .map((part) => ("name" in part ? encode(part.name, part.get(ids, record)) : part.literal))
        .join("");
      if (hasDotSegment(path))
        throw refused("LEGACY_PATH_UNSAFE", "A value would change the path to call; correct the id of this user.");
      return path;
    },
  };
}

function toLiteral(literal: string): Part {
  if (/[{}]/.test(literal)) throw new Error("has braces that are not of the form {{name}}");
  if (/\s/.test(literal)) throw new Error("must hold no blanks");
  return { literal };
}

function toValue(name: string): Part {
  if (name === "legacyId") return { name, get: (ids) => ids.legacyId };
  if (name === "sub") return { name, get: (ids) => ids.sub };
  const path = compilePath(name);
  return { name, get: (_ids, record) => path.get(record) };
}

function encode(name: string, value: Json | undefined): string {
  const text = typeof value === "number" || typeof value === "boolean" ? String(value) : value;
  if (typeof text !== "string" || text.trim() === "")
    throw refused("LEGACY_PATH_EMPTY", `The path to call needs ${name}, which this user does not have.`);
  try {
    return encodeURIComponent(text);
  } catch {
    throw refused("LEGACY_PATH_UNSAFE", `The path to call needs ${name}, which holds broken Unicode for this user.`);
  }
}

/** `.` and `..` survive encoding, and the URL parser would resolve them: `/users/..` is `/`. */
function hasDotSegment(path: string): boolean {
  const [beforeQuery = ""] = path.split("?");
  return beforeQuery.split("/").some((segment) => segment === "." || segment === "..");
}

function refused(code: string, message: string): CallError {
  return new CallError(code, message, { failure: "permanent" });
}
