import { SyncError } from "../../errors";
import type { Json, JsonObject } from "../../sync/types";
import { isJson, isRecord } from "../json";
import { type CompileTransform, type JsonataCompiler, optionError } from "./types";

type Compute = (input: JsonObject) => Promise<Json[]>;

/** One JSONata expression per direction, over the rule's own source paths. */
export const compileJsonata: CompileTransform = ({ toCidaas, toLegacy }, { cidaas, legacy, direction }, tools) => ({
  from: { cidaas: (values) => values, legacy: (values) => values },
  comparable: (canonical) => (Array.isArray(canonical) && canonical.length === 1 ? (canonical[0] ?? null) : canonical),
  compute: {
    cidaas:
      direction === "to-legacy" ? notWritten : compileExpression("toCidaas", toCidaas, cidaas.length, tools.jsonata),
    legacy:
      direction === "to-cidaas" ? notWritten : compileExpression("toLegacy", toLegacy, legacy.length, tools.jsonata),
  },
});

async function notWritten(): Promise<Json[]> {
  return [];
}

function compileExpression(
  option: "toCidaas" | "toLegacy",
  text: Json | undefined,
  targets: number,
  jsonata: JsonataCompiler,
): Compute {
  if (typeof text !== "string") throw optionError(`the option "${option}" is missing`);
  const expression = parse(option, text, jsonata);
  return async (input) => {
    const given = (await evaluate(expression, input)) ?? null;
    if (!isJson(given)) throw failed("the result of its expression is no JSON value");
    // JSONata leaves marks of its own on arrays, and a result may be a part of the record itself.
    const result: Json = typeof given === "object" ? JSON.parse(JSON.stringify(given)) : given;
    if (targets === 1) return [result];
    if (result === null) return new Array<Json>(targets).fill(null);
    if (Array.isArray(result) && result.length === targets) return result;
    throw failed(`its expression must give an array of ${targets} values, one per path it writes to`);
  };
}

function parse(option: string, text: string, jsonata: JsonataCompiler): ReturnType<JsonataCompiler> {
  try {
    return jsonata(text);
  } catch (thrown) {
    // JSONata throws plain objects.
    const reason = isRecord(thrown) && typeof thrown.message === "string" ? thrown.message : "it cannot be read";
    throw optionError(`the option "${option}" is no JSONata expression: ${reason}`);
  }
}

async function evaluate(expression: ReturnType<JsonataCompiler>, input: JsonObject): Promise<unknown> {
  try {
    return await expression.evaluate(input);
  } catch {
    // What JSONata says may quote the value.
    throw failed("its expression fails for this value; try it out in the preview");
  }
}

function failed(message: string): SyncError {
  return new SyncError("JSONATA_FAILED", message);
}
