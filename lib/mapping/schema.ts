import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import { ConfigError, type RecordProblem } from "../errors";
import type { JsonObject } from "../sync/types";

/** Gives what is wrong with a record, every error at once; never a value of it. */
export type SchemaCheck = (record: JsonObject) => RecordProblem[];

/** Compiles a JSON Schema (2020-12) once per deploy. Throws `ConfigError` `SCHEMA_INVALID`. */
export function compileSchema(schema: JsonObject): SchemaCheck {
  const ajv = new Ajv2020({ allErrors: true, strict: false, validateFormats: false, logger: false });
  try {
    const validate = ajv.compile(schema);
    return (record) => (validate(record) ? [] : (validate.errors ?? []).map(problemOf));
  } catch (error) {
    const reason = error instanceof Error ? error.message : "unreadable";
    throw new ConfigError("SCHEMA_INVALID", `legacySchema: is no JSON Schema: ${reason}.`);
  }
}

function problemOf({ instancePath, keyword, message, params }: ErrorObject): RecordProblem {
  const missing: unknown = params.missingProperty;
  const path = typeof missing === "string" ? `${instancePath}/${missing}` : instancePath;
  return {
    rule: "legacySchema",
    path: path.slice(1).replaceAll("/", "."),
    code: `SCHEMA_${keyword.toUpperCase()}`,
    message: message ?? "breaks the schema",
  };
}
