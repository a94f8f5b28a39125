import type { Node, NodeAPI } from "node-red";
import type { JsonataCompiler } from "../../lib/mapping/transforms/types";

/** A compiled expression, which can still be given functions. */
interface Expression extends ReturnType<JsonataCompiler> {
  assign(name: string | symbol, value: (...given: unknown[]) => unknown): void;
}

/** What JSONata calls at every step of an expression. */
const STEP = Symbol.for("jsonata.__evaluate_entry");
/** Longest time that one user's expression, or those of one preview, may take, ms: one that never ends would stop the runtime. */
const LONGEST_MS = 1_000;

/** JSONata as the runtime has it, with its functions such as `$moment` and `$env`. */
export function jsonataOf(
  RED: Pick<NodeAPI, "util">,
  node: Node,
  now: () => number = Date.now,
): (text: string) => Expression {
  return (text) => {
    const expression: Expression = RED.util.prepareJSONataExpression(text, node);
    // Values from elsewhere would change what a user is mapped to without a change that anybody sees.
    for (const name of ["flowContext", "globalContext"]) expression.assign(name, unavailable);
    let deadline = 0;
    expression.assign(STEP, () => checkTime(now, deadline));
    return {
      assign: (name, value) => expression.assign(name, value),
      evaluate(input) {
        deadline = now() + LONGEST_MS;
        return expression.evaluate(input);
      },
    };
  };
}

function checkTime(now: () => number, deadline: number): void {
  if (now() > deadline) throw new Error("The expression takes too long.");
}

/**
 * JSONata to try a map out that is not deployed. Beside what a deployed map lacks, there is no `$env`: whoever may write
 * a field map need not be allowed to read the environment.
 */
export function previewJsonata(RED: Pick<NodeAPI, "util">, now: () => number = Date.now): JsonataCompiler {
  const deadline = now() + LONGEST_MS;
  const compile = jsonataOf(RED, Object.create(null));
  return (text) => {
    const expression = compile(text);
    expression.assign("env", unavailable);
    expression.assign(STEP, () => checkTime(now, deadline));
    return expression;
  };
}

function unavailable(): never {
  throw new Error("A rule of the field map sees the values of its own paths only.");
}
