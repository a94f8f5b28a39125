import type { Node, NodeAPI } from "node-red";
import type { JsonataCompiler } from "../../lib/mapping/transforms/types";

/** A compiled expression, which can still be given functions. */
interface Expression extends ReturnType<JsonataCompiler> {
  assign(name: string | symbol, value: (...given: unknown[]) => unknown): void;
}

/** JSONata as the runtime has it, with its functions such as `$moment` and `$env`. */
export function jsonataOf(RED: Pick<NodeAPI, "util">, node: Node): (text: string) => Expression {
  return (text) => {
    const expression = RED.util.prepareJSONataExpression(text, node);
    // Values from elsewhere would change what a user is mapped to without a change that anybody sees.
    for (const name of ["flowContext", "globalContext"]) expression.assign(name, unavailable);
    return expression;
  };
}

/** What JSONata calls at every step of an expression. */
const STEP = Symbol.for("jsonata.__evaluate_entry");
/** Longest time that the expressions of one request may take together, ms: one that never ends would stop the runtime. */
const PREVIEW_MS = 1_000;

/**
 * JSONata to try a map out that is not deployed. Beside what a deployed map lacks, there is no `$env`: whoever may write
 * a field map need not be allowed to read the environment.
 */
export function previewJsonata(RED: Pick<NodeAPI, "util">, now: () => number = Date.now): JsonataCompiler {
  const deadline = now() + PREVIEW_MS;
  const compile = jsonataOf(RED, Object.create(null));
  return (text) => {
    const expression = compile(text);
    expression.assign("env", unavailable);
    expression.assign(STEP, checkTime);
    return expression;
  };

  function checkTime(): void {
    if (now() > deadline) throw new Error("The expression takes too long.");
  }
}

function unavailable(): never {
  throw new Error("A rule of the field map sees the values of its own paths only.");
}
